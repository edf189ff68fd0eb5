"""`roust rehearse`: files in, a table and a verdict for each out."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import typer

from roust.cli.terminal import console, plain, show
from roust.domain.directory import Directory
from worker.rehearsal.difference import differences
from worker.rehearsal.outcome import as_data, seconds
from worker.rehearsal.play import Played, play
from worker.rehearsal.reading import Rehearsal, read
from worker.rehearsal.sheet import sheet
from worker.rehearsal.stage import stage

GOOD, DIFFERENT, UNUSABLE = 0, 1, 2
"""Exit codes."""


async def rehearse(files: Sequence[Path], directory: Directory, as_json: bool, stop: asyncio.Event) -> int:
    """Play `files` on one stage, print what came of each, and return the exit code."""
    rehearsals, problems = read(files, directory)
    for problem in problems:
        typer.echo(plain(str(problem)), err=True)
    if problems:
        return UNUSABLE
    failed = played_so_far = 0
    async with stage(directory) as on:
        for rehearsal in rehearsals:
            if stop.is_set():
                typer.echo(f"roust: stopped after {played_so_far} of {len(rehearsals)} rehearsals", err=True)
                return DIFFERENT
            played = await play(rehearsal.script, on)
            said = differences(rehearsal.script.expect, played)
            failed += bool(said)
            played_so_far += 1
            (_print_json if as_json else _print)(rehearsal, played, said)
    if not as_json and len(rehearsals) > 1:
        typer.echo(f"{len(rehearsals)} rehearsals: {f'{failed} failed' if failed else 'all OK'}")
    return DIFFERENT if failed else GOOD


def _print(rehearsal: Rehearsal, played: Played, said: list[str]) -> None:
    script = rehearsal.script
    typer.echo(plain(f"{rehearsal.file}: {script.alert.summary}"))
    if played.sent or played.done:
        show(console(), sheet(script, played))
    else:
        typer.echo(f"nobody is paged: {plain('; '.join(played.why))}")
    watched = f" after {seconds(int(played.length.total_seconds()))}" if played.length else ""
    for line in said:
        typer.echo(plain(f"  {line}"))
    verdict = "FAILED" if said else "OK" if _expects(rehearsal) else "nothing expected"
    typer.echo(f"{played.outcome}{watched}: {verdict}\n")


def _print_json(rehearsal: Rehearsal, played: Played, said: list[str]) -> None:
    data = as_data(rehearsal.file, played, rehearsal.script.begins, not said)
    typer.echo(json.dumps(data, ensure_ascii=True))
    for line in said:
        typer.echo(plain(f"{rehearsal.file}: {line}"), err=True)


def _expects(rehearsal: Rehearsal) -> bool:
    expect = rehearsal.script.expect
    return any(one is not None for one in (expect.pages, expect.notices, expect.outcome))
