"""Figures: percentiles, spread, and the Markdown that a run prints on stdout. Progress goes to stderr."""

import statistics
import sys
from collections.abc import Sequence

from bench.machine import machine


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of `values` that at least `part` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * part * 1000) // 1000) - 1)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, and what it ranges over."""
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def head(title: str, command: str) -> None:
    """Begin the block of one measurement."""
    print(f"### {title}\n\n`{command}`, {machine()}.\n", flush=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def say(sentence: str) -> None:
    print(f"{sentence}\n", flush=True)


def progress(line: str) -> None:
    print(f"… {line}", file=sys.stderr, flush=True)
