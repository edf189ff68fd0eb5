"""`make mutants`: each line that safety hangs on is made wrong, in a copy; a test must fail for it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from drill.mutation import Mutation
from drill.mutations import MUTATIONS

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "histories")
FAILED, PASSED = 1, 0
"""How pytest ends. Whatever else it says (nothing collected, not importable) is a mutation that is no good."""
LONGEST = 180.0


class Survived(Exception):
    """No test noticed, or the mutation was none."""


@contextmanager
def a_copy() -> Iterator[Path]:
    """The tree, to be changed at will."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        yield tree


@contextmanager
def made(mutation: Mutation, tree: Path) -> Iterator[None]:
    """`tree` with that one line wrong, and as it was again."""
    file = tree / mutation.file
    whole = file.read_text()
    if whole.count(mutation.old) != 1:
        raise Survived(f"{mutation.file} has no such line, or several: {mutation.old.strip()}")
    file.write_text(whole.replace(mutation.old, mutation.new))
    try:
        yield
    finally:
        file.write_text(whole)


def tested(tree: Path, tests: Iterable[str]) -> int:
    """How pytest ends in `tree`; a test that hangs has failed."""
    # No compiled file outlives its source: a mutation may be made and undone within a second.
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", "pytest", *tests, "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider"]
    try:
        return subprocess.run(
            words, cwd=tree, env=environment, capture_output=True, timeout=LONGEST, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return FAILED


def killed(mutation: Mutation, tree: Path) -> None:
    """Raises Survived when its tests do not fail."""
    with made(mutation, tree):
        ended = tested(tree, [mutation.tests])
    if ended != FAILED:
        raise Survived("no test fails" if ended == PASSED else f"pytest ends with {ended}")


def main(mutations: Iterable[Mutation]) -> int:
    """A table of what became of each; 1 when one survived."""
    survivors = 0
    with a_copy() as tree:
        if tested(tree, sorted({mutation.tests for mutation in mutations})) != PASSED:
            print("the tests fail before anything is changed")
            return 1
        print("| no longer holds | in | tests | |", "|---|---|---|---|", sep="\n", flush=True)
        for mutation in mutations:
            began, became = time.monotonic(), "killed"
            try:
                killed(mutation, tree)
            except Survived as survived:
                became, survivors = f"**survived**: {survived}", survivors + 1
            became += f" ({time.monotonic() - began:.0f} s)"
            tests = mutation.tests.removeprefix("tests/")
            print(f"| {mutation.wrong} | `{mutation.file}` | `{tests}` | {became} |", flush=True)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(MUTATIONS))
