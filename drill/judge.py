"""`python -m drill.judge FOLDER`: judges a drill again from the files that it left; 1 when anything is broken."""

import sys
from collections.abc import Iterator
from pathlib import Path

from drill.invariants import Breach, judge
from drill.kept import kept
from drill.record import Record
from drill.report import report


def told(record: Record, breaches: list[Breach], around: dict[str, object]) -> Iterator[str]:
    """The whole report, with what it was measured on and every breach."""
    yield f"began: {around['began']}, seed {around['seed']}"
    yield f"ended: {around['ended']}, after {around['minutes']} min"
    yield ""
    yield from report(record, breaches)
    yield ""
    yield f"{len(breaches)} breaches"
    for breach in breaches:
        yield f"  {breach.invariant}: {breach.what}"


def main(folder: Path) -> int:
    """Print it; 1 when there is a breach."""
    record, around = kept(folder)
    breaches = judge(record)
    print("\n".join(told(record, breaches, around)))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
