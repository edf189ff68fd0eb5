"""Cutting an event to size: what a source wrote may be huge or broken, what enters Temporal never is."""

import math
from typing import Any

from roust.domain.alert import Event, Link
from roust.domain.routing import dedup_key
from roust.domain.text import clean, cut, weight

MOST_TEXT = 4 * 1024
"""Bytes of summary and description. Rule 20."""
MOST_DATA = 16 * 1024
"""Bytes of labels, links and details, as JSON."""
MOST_REPEAT = 2 * 1024
"""Bytes of a repeat, all in all."""
MOST_SUMMARY = 1024
"""Characters of a summary."""
_MOST_NAME = 255
"""Bytes of a source's name, a severity, a key of a label or a detail."""
_MOST_LABEL = 1024
"""Bytes of one label's value."""
_MOST_NESTED = 12
_LARGEST_INT = 2**53
"""What every reader of JSON takes without loss; a larger figure travels as text."""


def sized(event: Event) -> Event:
    """`event` with its dedup key settled, at most 4 KiB of text and 16 KiB of labels, links and details.

    Never raises, whatever JSON the source sent: what cannot travel is replaced, what is too much is
    cut between characters and said (`truncated`). Labels keep their place first, then links.
    """
    return _sized(event, MOST_TEXT, MOST_DATA)


def sized_repeat(event: Event) -> Event:
    """`event` for an alert that is open already: at most 2 KiB in all, the text first."""
    return _sized(event, MOST_REPEAT // 2, MOST_REPEAT // 4)


def _sized(event: Event, most_text: int, most_data: int) -> Event:
    text = _Budget(most_text)
    data = _Budget(most_data)
    name = _Budget(2 * _MOST_NAME)
    return event.model_copy(
        update={
            "dedup_key": dedup_key(event),
            "summary": text.text(event.summary, characters=MOST_SUMMARY),
            "description": text.text(event.description),
            "source": name.text(event.source, _MOST_NAME),
            "severity": None if event.severity is None else name.text(event.severity, _MOST_NAME),
            "labels": data.labels(event.labels),
            "links": data.links(event.links),
            "details": data.mapping(event.details, 0),
            "truncated": text.cut or data.cut or name.cut or event.truncated,
        }
    )


class _Budget:
    """Bytes that are left to spend, and whether anything had to be cut."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.cut = False

    def text(self, value: str, most: int | None = None, characters: int | None = None) -> str:
        """As much of `value` as there is room for."""
        room = self.left if most is None else min(self.left, most)
        whole = clean(value if characters is None else value[:characters])
        kept = cut(whole, room)
        self.cut = self.cut or len(kept) < len(value)
        self.left -= weight(kept)
        return kept

    def spend(self, cost: int) -> bool:
        """Takes `cost` if there is room for it."""
        if cost > self.left:
            self.cut = True
            return False
        self.left -= cost
        return True

    def labels(self, labels: dict[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in labels.items():
            if not self.spend(6):  # "":"",
                break
            key = self.text(str(name), _MOST_NAME)
            kept[key] = self.text(str(value), _MOST_LABEL)
        return kept

    def links(self, links: list[Link]) -> list[Link]:
        kept: list[Link] = []
        for link in links:
            href = clean(link.href)
            # A link that is cut leads nowhere: all of it or nothing.
            if self.spend(24 + weight(href)):  # {"href":"","text":""},
                kept.append(Link(href=href, text=self.text(link.text, _MOST_NAME)))
        return kept

    def mapping(self, mapping: dict[Any, Any], depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in mapping.items():
            if not self.spend(10):  # "":"", and a bracket or a figure's sign
                break
            key = self.text(str(name), _MOST_NAME)
            kept[key] = self.value(value, depth + 1)
        return kept

    def sequence(self, values: list[Any], depth: int) -> list[Any]:
        kept: list[Any] = []
        for value in values:
            if not self.spend(6):
                break
            kept.append(self.value(value, depth + 1))
        return kept

    def value(self, value: Any, depth: int) -> Any:
        """Any JSON value, made to travel."""
        match value:
            case None | bool():
                return value if self.spend(2) else None
            case str():
                return self.text(value)
            case int() if abs(value) <= _LARGEST_INT:
                return value if self.spend(len(str(value))) else None
            case int():
                return self.text(_figure(value))
            case float() if math.isfinite(value):
                return value if self.spend(len(repr(value))) else None
            case float():
                return self.text(str(value))
            case dict() | list() | tuple() if depth >= _MOST_NESTED:
                self.cut = True
                return self.text("…")
            case dict():
                return self.mapping(value, depth)
            case list() | tuple():
                return self.sequence(list(value), depth)
            case _:
                return self.text(str(value))


def _figure(value: int) -> str:
    """A huge integer as text: Python refuses to print over 4,300 digits, but in hexadecimal it does not."""
    return str(value) if value.bit_length() < 4096 else hex(value)
