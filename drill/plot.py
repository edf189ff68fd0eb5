"""`python -m drill.plot FOLDER > lateness.svg`: how late pages were, through kills of a worker and of the server."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from drill.invariants import Arrival, arrivals
from drill.kept import kept
from drill.record import Fault, Record

BEFORE, AFTER = 10.0, 30.0
"""Seconds around a kill that are shown."""
PANELS = (("both workers", "Both workers killed"), ("the server", "The server killed"))
WIDTH, HEIGHT, LEFT, TOP = 720, 220, 60, 44
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #333 } .line { stroke: #999 } .gone { fill: #c33; opacity: .15 }
.page { fill: #06c } .ground { fill: #fff }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .line { stroke: #777 } .gone { fill: #f66; opacity: .25 }
  .page { fill: #6bf } .ground { fill: #111 }
}
"""


def plot(record: Record) -> str:
    """One panel for each kind of kill: every page around the one that was furthest from any other blow."""
    arrived = arrivals(record)
    height = len(PANELS) * (HEIGHT + 2 * TOP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Lateness of pages through one kill of both workers and one of the server</title>",
        "<desc>Each dot is a page: when it arrived, in seconds from the kill, and how late. The red band is the time in"
        " which what was killed was gone. Dots that are late elsewhere met other kills of the same drill.</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
    ]
    for number, (what, title) in enumerate(PANELS):
        faults = [fault for fault in record.faults if fault.what == what]
        top = TOP + number * (HEIGHT + 2 * TOP)
        lines += _panel(record, arrived, faults, f"{title}: lateness of each page", top)
    return "\n".join([*lines, "</svg>", ""])


def met(arrived: Sequence[Arrival], fault: Fault) -> list[Arrival]:
    """The pages that arrived around a kill."""
    return [one for one in arrived if -BEFORE <= one.at - fault.killed_at <= AFTER]


def _calm(record: Record, fault: Fault) -> float:
    """Seconds without any other blow, before and after."""
    others = [one for one in record.faults if one is not fault]
    before = [fault.killed_at - one.returned_at for one in others if one.killed_at < fault.killed_at]
    after = [one.killed_at - fault.returned_at for one in others if one.killed_at >= fault.killed_at]
    return max(0.0, min([BEFORE, *before])) + min([AFTER, *after])


def _panel(record: Record, arrived: Sequence[Arrival], faults: list[Fault], title: str, top: float) -> Iterator[str]:
    if not faults:
        yield f'<text x="{LEFT}" y="{top - 14}">{title} (none in this drill)</text>'
        return
    fault = max(faults, key=lambda one: (_calm(record, one), len(met(arrived, one))))
    pages = met(arrived, fault)
    most = max([1.0, *(one.late for one in pages)])
    floor, right = top + HEIGHT, WIDTH - 20

    def x(seconds: float) -> float:
        return round(LEFT + (right - LEFT) * (seconds + BEFORE) / (BEFORE + AFTER), 1)

    def y(late: float) -> float:
        return round(floor - HEIGHT * late / most, 1)

    gone = fault.returned_at - fault.killed_at
    back = min(gone, AFTER)
    yield f'<text x="{LEFT}" y="{top - 14}">{title} (red: gone for {gone:.1f} s; dashed: other kills)</text>'
    yield f'<rect class="gone" x="{x(0)}" y="{top}" width="{round(x(back) - x(0), 1)}" height="{HEIGHT}"/>'
    yield f'<path class="line" fill="none" d="M{LEFT} {top}V{floor}H{right}"/>'
    for late in (0.0, most / 2, most):
        yield f'<text x="{LEFT - 8}" y="{y(late) + 4}" text-anchor="end">{late:.1f} s</text>'
    for tick in range(-int(BEFORE), int(AFTER) + 1, 10):
        yield f'<text x="{x(tick)}" y="{floor + 18}" text-anchor="middle">{tick} s</text>'
    for other in record.faults:
        if other is not fault and -BEFORE <= (seconds := other.killed_at - fault.killed_at) <= AFTER:
            yield f'<path class="line" stroke-dasharray="3 3" d="M{x(seconds)} {top}V{floor}"/>'
    for one in pages:
        yield f'<circle class="page" cx="{x(one.at - fault.killed_at)}" cy="{y(one.late)}" r="3"/>'


if __name__ == "__main__":
    sys.stdout.write(plot(kept(Path(sys.argv[1]))[0]))
