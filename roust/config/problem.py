"""A mistake in the configuration: where it stands, what it is called, what is wrong with it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value from the top: `("escalation_policies", "payments", "steps", 0, "wait")`."""

_KEY = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a file; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, or one warning. Its text never holds a secret or an address."""

    place: Place
    path: str
    text: str
    warning: bool = False

    def __str__(self) -> str:
        parts = [str(self.place), "warning" if self.warning else "", self.path, self.text]
        return ": ".join(part for part in parts if part)


def label(path: Iterable[str | int]) -> str:
    """`escalation_policies.payments.steps[0].wait`. A key that is no name shows as `…`: it may be a secret."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _KEY.match(part) else "…")
    return text


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, in the order of the files."""
    return sorted(set(problems), key=lambda p: (p.place, p.path, p.text))
