"""Rotations: whose turn it is, counted on the wall clock from the first turn's start."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, WithJsonSchema

from roust.domain.zones import Reading, first, reading

_EVERY = re.compile(r"([0-9]{1,9})(h|d|w|mo)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MOST = {"h": 876_000, "d": 36_500, "w": 5_200, "mo": 1_200}
_FORM = "write a whole number of hours, days, weeks or months, like 12h, 1d, 2w or 1mo"


class Every(NamedTuple):
    """How long a turn is on the wall clock: a fixed length, or a number of months."""

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
"""A pydantic field: the length of turns."""


class Turn(NamedTuple):
    """`user` has the turn in [start, end), instants in UTC."""

    user: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """`users` in turn, each hand-off at `begins` plus a multiple of `every` on the wall clock of `zone`.

    In force in [start, end), instants in UTC. `begins` is what the clocks of `zone` show at `start`.
    """

    users: tuple[str, ...]
    every: Every
    begins: datetime
    start: datetime
    end: datetime | None
    zone: ZoneInfo

    def holder(self, now: Reading) -> str | None:
        """Whose turn it is; None when the rotation is not in force."""
        if now.at < self.start or (self.end is not None and now.at >= self.end):
            return None
        if len(self.users) == 1:
            return self.users[0]
        return self.users[self._index(now) % len(self.users)]

    def turns(self, start: datetime, end: datetime) -> Iterator[Turn]:
        """The turns that meet [start, end), clipped to it, touching; those of no length are left out."""
        start = max(start, self.start)
        end = end if self.end is None else min(end, self.end)
        if start >= end:
            return
        if len(self.users) == 1:
            yield Turn(self.users[0], start, end)
            return
        index = self._index(reading(start, self.zone))
        while start < end:
            handoff = min(self._handoff(index + 1), end)
            if handoff > start:
                yield Turn(self.users[index % len(self.users)], start, handoff)
                start = handoff
            index += 1

    def _index(self, now: Reading) -> int:
        """The last turn that has begun by `now` (not before `start`): by arithmetic, however far away."""
        shown = now.shown
        if self.every.months:
            months = 12 * (shown.year - self.begins.year) + shown.month - self.begins.month
            index = months // self.every.months
            if self._local(index) > shown:
                index -= 1
        else:
            index = (shown - self.begins) // self.every.length
        # Clocks set back show times again whose hand-offs are past: at most the hours repeated.
        while now.twice and self._handoff(index + 1) <= now.at:
            index += 1
        return index

    def _handoff(self, index: int) -> datetime:
        return first(self._local(index), self.zone)

    def _local(self, index: int) -> datetime:
        """What the clocks show at the beginning of turn `index`."""
        if not self.every.months:
            return self.begins + index * self.every.length
        years, month = divmod(self.begins.month - 1 + index * self.every.months, 12)
        year, month = self.begins.year + years, month + 1
        # A day that the month lacks is its last day; the next long month has it again.
        return self.begins.replace(year=year, month=month, day=min(self.begins.day, monthrange(year, month)[1]))
