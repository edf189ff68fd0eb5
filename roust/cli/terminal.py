"""What reaches the terminal: foreign text made harmless, and a console that suits terminal and pipe."""

import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_JOINERS = "‌‍"
"""Part of many scripts and emoji, harmless."""
PIPE_WIDTH = 100_000
"""A pipe has no width: nothing is cut or wrapped there."""


def plain(text: str, lines: bool = False) -> str:
    """`text` without anything a terminal obeys: controls, escapes, reordering marks and lone surrogates
    show as what they are (`\\x1b`). `lines` keeps line breaks and tabs."""
    return "".join(_shown(sign, lines) for sign in text)


def _shown(sign: str, lines: bool) -> str:
    if sign.isprintable() or sign in _JOINERS:
        return sign
    if sign in "\n\t":
        return sign if lines else " "
    if unicodedata.category(sign) == "Zs":
        return " "
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def plain_json(text: str) -> str:
    """The JSON `text`, in which what a terminal would obey stands as `\\u001b`: to a program it is the same."""
    return "".join(sign if sign.isprintable() or sign in "\n\t " else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def console() -> "Console":
    """A console on stdout: as wide as the terminal, boundless in a pipe; no markup, no highlighting."""
    from rich.console import Console

    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A terminal that cannot show a letter shows its code: better than a traceback at night.
        reconfigure(errors="backslashreplace")
    wide = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=wide, markup=False, highlight=False, emoji=False)


def show(out: "Console", thing: "RenderableType") -> None:
    """Print `thing` without the blanks that tables leave at line ends."""
    with out.capture() as captured:
        out.print(thing)
    for line in captured.get().splitlines():
        out.file.write(line.rstrip() + "\n")
