"""Maintenance: spans in which alerts that start are held, and climb at the end if still open. Rule 17."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from roust.domain.matcher import Matcher, MatcherText
from roust.domain.overrides import Objection
from roust.domain.recurrence import EveryText, Recurrence, parse_every
from roust.domain.windows import Span
from roust.domain.zones import LocalTime, ZoneName, last, parse_time, read_time, reading, wall_clock, zone

LONGEST = timedelta(days=366)
"""How far ahead spans that touch are followed: a hold is never longer, unless one span is."""

SHORTEST_MONTH = timedelta(days=28)
MOST_REASON = 1000


class Maintenance(BaseModel):
    """Work on `services` (all, when none is named) in [from, to), again `every` so often if it recurs.

    `match`: only alerts whose labels fit all of them. Times without an offset are of `time_zone`; what
    recurs goes by its wall clock (UTC's when none is given). None begins at or after `until`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    services: Annotated[list[str] | None, Field(min_length=1)] = None
    match: list[MatcherText] = []
    from_: Annotated[LocalTime, Field(alias="from")]
    to: LocalTime
    every: EveryText | None = None
    until: LocalTime | None = None
    time_zone: ZoneName | None = None
    reason: Annotated[str, Field(max_length=MOST_REASON)] = ""

    @model_validator(mode="after")
    def _possible(self) -> "Maintenance":
        wrong = objections(self)
        if wrong:
            # Each keeps its own place, so that all are reported where they stand.
            raise ValidationError.from_exception_data(
                "Maintenance",
                [
                    InitErrorDetails(
                        type=PydanticCustomError("value_error", "{text}", {"text": text}), loc=(field,), input=None
                    )
                    for field, text in wrong
                ],
            )
        return self

    def concerns(self, service: str, labels: Mapping[str, str]) -> bool:
        """Whether an alert of `service` with these labels would be held by it."""
        if self.services is not None and service not in self.services:
            return False
        return all(Matcher.parse(text).matches(labels) for text in self.match)

    def span_at(self, at: datetime) -> Span | None:
        """The span (UTC) that `at` lies in."""
        return next((span for span in self._near(at) if span.start <= at < span.end), None)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Those that meet [start, end), in order, whole."""
        number = 0 if self.recurrence is None else max(self.recurrence.number(reading(start, self._zone)) - 2, 0)
        while (span := self._span(number)) is not None and span.start < end:
            if span.end > start and span.start < span.end:
                yield span
            number += 1

    @property
    def origin(self) -> str:
        """Where it comes from, in words."""
        return "planned in the file"

    def over(self, at: datetime) -> bool:
        """Whether nothing of it lies at or after `at`."""
        if self.recurrence is None:
            return self.once.end <= at
        if self.until is None:
            return False
        return next(self.spans(at, max(at, read_time(self.until, self._zone.key))), None) is None

    @cached_property
    def once(self) -> Span:
        """The first span; its end on an ambiguous clock time is the last, as a window's (rule 13)."""
        written = parse_time(self.to)
        end = last(written, self._zone) if written.tzinfo is None else read_time(self.to, self._zone.key)
        return Span(read_time(self.from_, self._zone.key), end)

    @cached_property
    def recurrence(self) -> Recurrence | None:
        """When its spans begin; None when there is one span only."""
        return None if self.every is None else Recurrence(parse_every(self.every), self.shown_from, self._zone)

    @cached_property
    def length(self) -> timedelta:
        """From beginning to end on the clock."""
        return self._shown(self.to) - self.shown_from

    @cached_property
    def shown_from(self) -> datetime:
        """What the clocks show at the first beginning."""
        return self._shown(self.from_)

    @property
    def _zone(self) -> ZoneInfo:
        return zone(self.time_zone or "UTC")

    def _shown(self, text: str) -> datetime:
        written = parse_time(text)
        return written if written.tzinfo is None else wall_clock(written, self._zone)

    def _near(self, at: datetime) -> Iterator[Span]:
        # Clocks that are set may move a beginning or an end over those beside it.
        number = 0 if self.recurrence is None else self.recurrence.number(reading(at, self._zone)) - 1
        for one in range(max(number, 0), number + 3):
            if (span := self._span(one)) is not None:
                yield span

    def _span(self, number: int) -> Span | None:
        if self.recurrence is None:
            return self.once if number == 0 else None
        start = self.recurrence.at(number)
        if self.until is not None and start >= read_time(self.until, self._zone.key):
            return None
        return Span(start, last(self.recurrence.shown(number) + self.length, self._zone))

    def __str__(self) -> str:
        where = ", ".join(self.services) if self.services else "all services"
        again = f", every {self.every}" if self.every else ""
        return f"{where} from {self.from_} to {self.to}{again}"


def objections(it: Maintenance) -> list[Objection]:
    """All that speaks against it by itself, with the field at fault."""
    found = [
        Objection(field, f"{text} needs an offset, such as {text}Z; or say whose clock it is: `time_zone`")
        for field, text in (("from", it.from_), ("to", it.to), ("until", it.until))
        if text is not None and it.time_zone is None and parse_time(text).tzinfo is None
    ]
    if found:
        return found
    # Of what recurs, one night's span may have no length where clocks jump: it is left out that night.
    start, end = it.once if it.every is None else (it.shown_from, it.shown_from + it.length)
    if start == end:
        found.append(Objection("to", f"has no length: it begins and ends at {it.to}; put the end later"))
    elif end < start:
        found.append(Objection("to", f"ends before it begins ({it.to} is before {it.from_}); swap the two?"))
    if it.every is None:
        if it.until is not None:
            found.append(Objection("until", "only what recurs ends some day; give `every`, or drop it"))
        return found
    apart = parse_every(it.every)
    if it.length >= (apart.length or apart.months * SHORTEST_MONTH):
        text = f"lasts as long as {it.every} or longer: it would never end; shorten it, or make `every` longer"
        found.append(Objection("to", text))
    if it.until is not None and read_time(it.until, it.time_zone or "UTC") <= it.once.start:
        found.append(Objection("until", f"{it.until} is not after the beginning, {it.from_}: it would never happen"))
    return found


@dataclass(frozen=True)
class Hold:
    """An alert that starts now is held until then, `because` of these, each in words."""

    until: datetime
    because: list[str]


def hold(planned: Iterable[Maintenance], service: str, labels: Mapping[str, str], at: datetime) -> Hold | None:
    """Whether an alert of `service` that starts at `at` is held. Spans that touch or overlap hold to the last's end."""
    concerned = [one for one in planned if one.concerns(service, labels)]
    until, because = at, list[str]()
    while until - at < LONGEST:
        met = [(one, span) for one in concerned if (span := one.span_at(until)) is not None]
        if not met:
            break
        because += [said for one, span in met if (said := _said(one, span)) not in because]
        until = max(span.end for _, span in met)
    return Hold(until, because) if because else None


def _said(one: Maintenance, span: Span) -> str:
    return f"{one.reason or 'maintenance'} until {span.end:%Y-%m-%d %H:%M} UTC ({one.origin})"


def overlapping(planned: Sequence[Maintenance], start: datetime, end: datetime) -> Iterator[tuple[int, int, datetime]]:
    """Of each two whose spans overlap within [start, end), their places and the first instant in both."""
    for second, one in enumerate(planned):
        for place, other in enumerate(planned[:second]):
            if one.match != other.match or not _shared(one, other):
                continue
            at = _meeting(list(one.spans(start, end)), list(other.spans(start, end)))
            if at is not None:
                yield second, place, at


def _shared(one: Maintenance, other: Maintenance) -> bool:
    return one.services is None or other.services is None or bool(set(one.services) & set(other.services))


def _meeting(ours: list[Span], theirs: list[Span]) -> datetime | None:
    while ours and theirs:
        one, other = ours[0], theirs[0]
        if one.start < other.end and other.start < one.end:
            return max(one.start, other.start)
        (ours if one.end <= other.end else theirs).pop(0)
    return None
