"""Windows: the weekdays and clock hours within which a layer is on call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from roust.domain.zones import Reading, first, last, wall_clock

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY = timedelta(days=1)
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_CLOCK_OR_MIDNIGHT = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


def _some_day(days: object) -> object:
    if days == []:
        raise ValueError("names no day, so the window would never open; name some of mon to sun")
    return days


class Window(BaseModel):
    """On call only inside: weekdays and a clock span in the schedule's zone.

    A window that ends at or before its start runs into the next day and belongs to the day it starts on;
    `00:00` to `24:00`, or to `00:00`, is the whole day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    days: Annotated[list[Day], BeforeValidator(_some_day), Field(min_length=1)]
    from_: Annotated[str, Field(alias="from", pattern=_CLOCK, examples=["09:00"])]
    to: Annotated[str, Field(pattern=_CLOCK_OR_MIDNIGHT, examples=["17:00", "24:00"])]


class Span(NamedTuple):
    """[start, end), instants in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """The windows of one layer, by weekday: from midnight to opening and to closing, on the clock."""

    by_weekday: tuple[tuple[tuple[timedelta, timedelta], ...], ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, windows: Iterable[Window], zone: ZoneInfo) -> "Hours":
        opening: list[list[tuple[timedelta, timedelta]]] = [[] for _ in DAYS]
        for window in windows:
            opens, closes = _from_midnight(window.from_), _from_midnight(window.to)
            if closes <= opens:
                closes += _DAY
            for day in set(window.days):
                opening[DAYS.index(day)].append((opens, closes))
        return cls(tuple(tuple(spans) for spans in opening), zone)

    def open_at(self, now: Reading) -> bool:
        """Whether some window is open."""
        midnight = datetime.combine(now.shown, time())
        if not now.twice:
            return any(
                opens <= now.shown < closes
                for days in (0, -1)
                for opens, closes in self._of_day(midnight + days * _DAY)
            )
        # Clocks set back over midnight show a day again while the window of the next one,
        # or of the one before the last, is open.
        return any(
            first(opens, self.zone) <= now.at < last(closes, self.zone)
            for days in (0, -1, 1, -2)
            for opens, closes in self._of_day(midnight + days * _DAY)
        )

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """When some window is open within [start, end): in order, apart, none of no length."""
        midnight = datetime.combine(wall_clock(start, self.zone), time()) - 2 * _DAY
        final = wall_clock(end, self.zone) + _DAY
        found: list[Span] = []
        while midnight <= final:
            for opens, closes in self._of_day(midnight):
                span = Span(max(first(opens, self.zone), start), min(last(closes, self.zone), end))
                if span.start < span.end:
                    found.append(span)
            midnight += _DAY
        return _joined(sorted(found))

    def _of_day(self, midnight: datetime) -> list[tuple[datetime, datetime]]:
        return [(midnight + opens, midnight + closes) for opens, closes in self.by_weekday[midnight.weekday()]]


def _from_midnight(clock: str) -> timedelta:
    return timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
