"""What the demo shows: one line for each thing that happens, readable at 80 columns, in a pipe too."""

from collections.abc import Sequence
from textwrap import wrap

from rich.console import Console
from rich.text import Text

WIDTH = 80
_INDENT = 19
_STYLES = {
    "page": "bold yellow",
    "step": "bold",
    "answer": "bold green",
    "ack": "bold green",
    "exhaust": "bold red",
    "last": "bold red",
    "over": "bold cyan",
    "resolve": "bold cyan",
    "repeat": "magenta",
    "notice": "blue",
    "next": "dim",
    "update": "bold green",
}


class Screen:
    """Lines as they come; times are seconds since the act's alert was fired."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

    def say(self, text: str = "", style: str = "") -> None:
        """A paragraph."""
        for line in wrap(text, WIDTH) or [""]:
            self._console.print(Text(line, style))

    def act(self, number: int, title: str) -> None:
        """A headline."""
        self._console.print()
        self._console.print(Text(f"{number}  {title}", "bold underline"))

    def happened(self, seconds: float, what: str, text: str) -> None:
        """One thing that happened: when, what kind of thing, and a sentence."""
        style = _STYLES.get(what, "")
        first, *rest = wrap(text, WIDTH - _INDENT, break_on_hyphens=False)
        line = Text()
        line.append(f"  {seconds:5.1f}s  ", "dim")
        line.append(f"{what:<8}  ", style)
        line.append(first, "dim" if what == "next" else "")
        self._console.print(line)
        for more in rest:
            self._console.print(Text(" " * _INDENT + more, "dim" if what == "next" else ""))

    def rows(self, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """A small table."""
        widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
        for number, row in enumerate([heads, *rows]):
            cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self._console.print(Text(f"  {cells.rstrip()}", "dim" if number == 0 else ""))
