"""How a storm drains: alerts accepted and told over time, the urgent one among them; as a picture."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 56, 66

STYLE = """
    .ground { fill: #ffffff; stroke: #d7dbe0 } .ink { fill: #2b3138 } .soft { fill: #5b6570 } .grid { stroke: #e3e7eb }
    .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
    .accepted { stroke: #7f8b97 } .told { stroke: #2563b8 } .urgent { stroke: #c2372e } .mark { fill: #c2372e }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #14181d; stroke: #343b43 } .ink { fill: #e6eaee } .soft { fill: #a3adb8 }
      .grid { stroke: #2a3037 }
      .accepted { stroke: #8d99a6 } .told { stroke: #6aa5f2 } .urgent { stroke: #ff7b72 } .mark { fill: #ff7b72 }
    }"""


@dataclass(frozen=True)
class Drain:
    """Seconds since the storm's first request: when each alert was accepted and when it was first told of;
    the urgent one's and the others' request and page. `under`: the machine."""

    accepted: Sequence[float]
    told: Sequence[float]
    urgent: tuple[float, float]
    others: Sequence[tuple[float, float]]
    under: str

    def behind(self, at: float) -> int:
        """How many were accepted and not yet told of at that instant."""
        return sum(one <= at for one in self.accepted) - sum(one <= at for one in self.told)

    def svg(self) -> str:
        """The two curves, readable on a light and on a dark ground."""
        end, most = max(*self.told, self.urgent[1]), len(self.told)

        def x(at: float) -> float:
            return LEFT + (WIDTH - LEFT - RIGHT) * at / end

        def y(count: float) -> float:
            return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / most

        def curve(instants: Sequence[float], kind: str) -> str:
            ordered = sorted(instants)
            # A point for each pixel of the width, not for each alert.
            points = [end * place / 300 for place in range(301)]
            line = " ".join(f"{x(at):.1f},{y(bisect.bisect_right(ordered, at)):.1f}" for at in points)
            return f'  <polyline class="line {kind}" points="{line}"/>'

        def label(left: float, top: float, anchor: str, words: str) -> str:
            return f'  <text class="soft" x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{words}</text>'

        begun, paged = self.urgent
        told_then = most - sum(one > paged for one in self.told)
        words = (
            f"{most:,} alerts of one service at once: the last is accepted after {max(self.accepted):.0f} s, the last "
            f"page goes out after {max(self.told):.0f} s. An urgent alert comes {begun:.1f} s after the first and is "
            f"paged {paged - begun:.2f} s later, while {self.behind(paged):,} accepted ones wait."
        )
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            'role="img" aria-labelledby="t d" font-family="system-ui, -apple-system, \'Segoe UI\', \'DejaVu Sans\', '
            'sans-serif" font-size="13">',
            '  <title id="t">How a storm drains</title>',
            f'  <desc id="d">{escape(words)}</desc>',
            f"  <style>{STYLE}\n  </style>",
            f'  <rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
            f'  <text class="ink" x="{LEFT}" y="30" font-size="15" font-weight="600">'
            f"{most:,} alerts at once, an urgent one in the middle</text>",
        ]
        for count in _ticks(most):
            parts.append(f'  <path class="grid" d="M{LEFT} {y(count):.1f}H{WIDTH - RIGHT}"/>')
            parts.append(label(LEFT - 8, y(count) + 4, "end", f"{count:,.0f}"))
        for at in _ticks(end):
            parts.append(label(x(at), HEIGHT - BOTTOM + 20, "middle", f"{at:g} s"))
        parts += [
            curve(self.accepted, "accepted"),
            curve(self.told, "told"),
            f'  <path class="line urgent" d="M{x(begun):.1f} {y(0):.1f}V{y(most):.1f}" stroke-dasharray="4 4"/>',
            f'  <circle class="mark" cx="{x(paged):.1f}" cy="{y(told_then):.1f}" r="5"/>',
        ]
        texts = [
            ("accepted", LEFT, "accepted"),
            ("told", LEFT + 100, "told to a person"),
            ("urgent", LEFT + 250, f"the urgent one comes (line) and is paged (dot) {paged - begun:.2f} s later"),
        ]
        for kind, left, text in texts:
            parts.append(f'  <path class="line {kind}" d="M{left} {HEIGHT - 22}h18"/>')
            parts.append(f'  <text class="ink" x="{left + 24}" y="{HEIGHT - 18}">{text}</text>')
        parts.append(f"  <!-- {escape(self.under)} -->")
        return "\n".join([*parts, "</svg>", ""])


def _ticks(most: float) -> list[float]:
    """Round figures up to `most`, four to eight of them."""
    step = 10.0 ** (len(str(int(max(1.0, most)))) - 1)
    while most / step < 4:
        step /= 2
    while most / step > 8:
        step *= 2
    return [step * place for place in range(int(most / step) + 1)]
