"""Recurrence: what happens again and again on the wall clock, counted from its first time."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, WithJsonSchema

from roust.domain.zones import Reading, first

_EVERY = re.compile(r"([0-9]{1,9})(h|d|w|mo)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MOST = {"h": 876_000, "d": 36_500, "w": 5_200, "mo": 1_200}
_FORM = "write a whole number of hours, days, weeks or months, like 12h, 1d, 2w or 1mo"


class Every(NamedTuple):
    """How far apart on the wall clock: a fixed length, or a number of months."""

    length: timedelta
    months: int


def parse_every(text: str) -> Every:
    """What `text` (`12h`, `1d`, `2w`, `1mo`) says. ValueError names the cure."""
    found = _EVERY.fullmatch(text)
    if found is None:
        raise ValueError(f"not a length of turns: {text[:40]!r}; {_FORM}")
    count, unit = int(found[1]), found[2]
    if count == 0:
        raise ValueError(f"must be at least 1{unit} (got {text})")
    if count > _MOST[unit]:
        raise ValueError(f"must be at most {_MOST[unit]}{unit}, a hundred years (got {text})")
    return Every(timedelta(0), count) if unit == "mo" else Every(count * _UNITS[unit], 0)


def _checked_every(text: str) -> str:
    parse_every(text)
    return text


EveryText = Annotated[
    str,
    AfterValidator(_checked_every),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]*(h|d|w|mo)$", "examples": ["12h", "1d", "2w", "1mo"]}),
]
"""A pydantic field: how far apart things recur."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Times `begins` plus each multiple of `every` on the wall clock of `zone`; number 0 is `begins` itself."""

    every: Every
    begins: datetime
    zone: ZoneInfo

    def number(self, now: Reading) -> int:
        """The last time that has come by `now` (negative before the first): by arithmetic, however far away."""
        shown = now.shown
        if self.every.months:
            months = 12 * (shown.year - self.begins.year) + shown.month - self.begins.month
            number = months // self.every.months
            if self.shown(number) > shown:
                number -= 1
        else:
            number = (shown - self.begins) // self.every.length
        # Clocks set back show times again that have come: at most the hours repeated.
        while now.twice and self.at(number + 1) <= now.at:
            number += 1
        return number

    def at(self, number: int) -> datetime:
        """The instant of time `number`: the first at which the clocks show it."""
        return first(self.shown(number), self.zone)

    def shown(self, number: int) -> datetime:
        """What the clocks show at time `number`."""
        if not self.every.months:
            return self.begins + number * self.every.length
        years, month = divmod(self.begins.month - 1 + number * self.every.months, 12)
        year, month = self.begins.year + years, month + 1
        # A day that the month lacks is its last day; the next long month has it again.
        return self.begins.replace(year=year, month=month, day=min(self.begins.day, monthrange(year, month)[1]))
