"""Who is on call: schedules, layers, overrides, shifts. One resolver for calendar, question and paging."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from roust.domain.calendar import Calendar, Change, Strand
from roust.domain.overrides import Override, OverrideKind, overlaps, span_objection
from roust.domain.recurrence import EveryText, parse_every
from roust.domain.rotation import Rotation
from roust.domain.windows import Hours, Window
from roust.domain.zones import LocalTime, ZoneName, instant, parse_time, read_time, wall_clock, zone

__all__ = [
    "Gap",
    "Handoff",
    "Holding",
    "Layer",
    "Override",
    "OverrideKind",
    "Schedule",
    "Shift",
    "Window",
    "gaps",
    "next_handoff",
    "on_call",
    "shifts",
    "why",
]

HORIZON = timedelta(days=400)
"""How far ahead the next hand-off is looked for: further than any turn of a year."""

SOON = timedelta(days=8)
_TICK = timedelta(microseconds=1)


def _somebody(users: Any) -> Any:
    if users == []:
        raise ValueError("names nobody; give at least one user, or drop the layer")
    return users


def _some_window(hours: Any) -> Any:
    if hours == []:
        raise ValueError("has no window, so nobody would ever be on call; give one, or drop `hours` for all hours")
    return hours


class Layer(BaseModel):
    """A rotation: users take turns, each hand-off on the wall clock. A higher level hides a lower one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    users: Annotated[list[str], BeforeValidator(_somebody), Field(min_length=1)]
    every: EveryText
    start: LocalTime
    end: LocalTime | None = None
    level: int = 0
    hours: Annotated[list[Window] | None, BeforeValidator(_some_window)] = None


class Schedule(BaseModel):
    """Layers in one zone, and the overrides planned in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: ZoneName
    layers: list[Layer] = []
    overrides: list[Override] = []

    @model_validator(mode="after")
    def _in_order(self) -> "Schedule":
        wrong: list[tuple[tuple[str | int, ...], str]] = []
        for place, layer in enumerate(self.layers):
            if layer.end is not None and not self._instant(layer.start) < self._instant(layer.end):
                text = f"{layer.end} is not after the start, {layer.start}: put the end later, or drop it"
                wrong.append((("layers", place, "end"), text))
        spans = [span_objection(override, self.time_zone) for override in self.overrides]
        for place, objection in enumerate(spans):
            if objection is not None:
                wrong.append((("overrides", place, objection.field), objection.text))
        if not any(spans):
            for place, objection in sorted(overlaps(self.overrides, self.time_zone).items()):
                wrong.append((("overrides", place, objection.field), objection.text))
        if wrong:
            raise _mistakes(wrong)
        return self

    @cached_property
    def calendar(self) -> Calendar:
        """The layers, ready to be asked."""
        return Calendar.of(self.strands, self.time_zone)

    @cached_property
    def strands(self) -> list[Strand]:
        """The layers in their order, each a rotation cut down to its hours."""
        return [self._strand(place) for place in range(len(self.layers))]

    def layer_name(self, place: int) -> str:
        """What people call the layer at `place`: its name, else its number."""
        return self.layers[place].name or f"layer {place + 1}"

    def _instant(self, text: str) -> datetime:
        return read_time(text, self.time_zone)

    def _strand(self, place: int) -> Strand:
        layer, its_zone = self.layers[place], zone(self.time_zone)
        written = parse_time(layer.start)
        rotation = Rotation(
            users=tuple(layer.users),
            every=parse_every(layer.every),
            begins=written if written.tzinfo is None else wall_clock(written, its_zone),
            start=self._instant(layer.start),
            end=None if layer.end is None else self._instant(layer.end),
            zone=its_zone,
        )
        hours = None if layer.hours is None else Hours.of(layer.hours, its_zone)
        return Strand(self.layer_name(place), layer.level, rotation, hours)


def _mistakes(wrong: Sequence[tuple[tuple[str | int, ...], str]]) -> ValidationError:
    # Raised inside a validator, each keeps its own place, so that all are reported where they stand.
    return ValidationError.from_exception_data(
        "Schedule",
        [
            # The text is a value, not the template: braces in a name stay what they are.
            InitErrorDetails(type=PydanticCustomError("value_error", "{text}", {"text": text}), loc=place, input=None)
            for place, text in wrong
        ],
    )


class Shift(BaseModel):
    """`user` is on call in [start, end), instants in UTC."""

    model_config = ConfigDict(frozen=True)

    user: str
    start: datetime
    end: datetime


class Gap(NamedTuple):
    """Nobody is on call in [start, end), instants in UTC."""

    start: datetime
    end: datetime


class Handoff(NamedTuple):
    """At `at` others come on call, or some go: then `users` are on call, sorted."""

    at: datetime
    users: list[str]


class Holding(NamedTuple):
    """`user` is on call, and why, in words: `weekly layer, until Mon 2026-03-09 09:00 Europe/Berlin`."""

    user: str
    reason: str


def on_call(schedule: Schedule, at: datetime, overrides: Sequence[Override] = ()) -> list[str]:
    """The users on call at `at` (aware), sorted; `overrides` apply besides those of the file.

    At a hand-off the incoming user is on call. OutsideCalendar: `at` lies beyond the years Roust answers for.
    """
    return sorted(schedule.calendar.holders(instant(at), [*schedule.overrides, *overrides]))


def shifts(schedule: Schedule, start: datetime, end: datetime, overrides: Sequence[Override] = ()) -> list[Shift]:
    """The shifts of [start, end), in UTC, clipped: one per user and unbroken stretch, by start, then user."""
    start, end = instant(start), instant(end)
    found: list[Shift] = []
    since: dict[str, datetime] = {}
    if start >= end:
        return found
    for at, holders in schedule.calendar.changes(start, end, [*schedule.overrides, *overrides]):
        if at >= end:
            break
        for user in since.keys() - holders.keys():
            found.append(Shift(user=user, start=since.pop(user), end=at))
        for user in holders:
            since.setdefault(user, at)
    found.extend(Shift(user=user, start=begun, end=end) for user, begun in since.items())
    return sorted(found, key=lambda shift: (shift.start, shift.user))


def gaps(schedule: Schedule, start: datetime, end: datetime, overrides: Sequence[Override] = ()) -> list[Gap]:
    """When nobody is on call within [start, end), in order."""
    found: list[Gap] = []
    covered = start = instant(start)
    for shift in shifts(schedule, start, end, overrides):
        if shift.start > covered:
            found.append(Gap(covered, shift.start))
        covered = max(covered, shift.end)
    return [*found, Gap(covered, instant(end))] if covered < instant(end) else found


def next_handoff(schedule: Schedule, at: datetime, overrides: Sequence[Override] = ()) -> Handoff | None:
    """The first change of who is on call after `at`; None when there is none within `HORIZON`."""
    at = instant(at)
    now = on_call(schedule, at, overrides)
    for change in _ahead(schedule, at, [*schedule.overrides, *overrides], (SOON, HORIZON / 8, HORIZON)):
        if sorted(change.holders) != now:
            return Handoff(change.at, sorted(change.holders))
    return None


def why(schedule: Schedule, at: datetime, overrides: Sequence[Override] = ()) -> list[Holding]:
    """Who is on call at `at`, sorted, each with the reason: the layer or override, and until when."""
    at = instant(at)
    every = [*schedule.overrides, *overrides]
    holders = schedule.calendar.holders(at, every)
    until: dict[str, datetime] = {}
    for change in _ahead(schedule, at, every, (SOON, HORIZON / 8)):
        for user in holders.keys() - change.holders.keys():
            until.setdefault(user, change.at)
        if len(until) == len(holders):
            break
    return [
        Holding(user, f"{_because(holders[user])}, {_until(until.get(user), schedule.time_zone)}")
        for user in sorted(holders)
    ]


def _ahead(
    schedule: Schedule, at: datetime, overrides: Sequence[Override], spans: Sequence[timedelta]
) -> Iterator[Change]:
    # Most hand-offs are near: far ones are computed only when no near one was the one looked for.
    looked = at
    for span in spans:
        for change in schedule.calendar.changes(looked, at + span, overrides):
            if looked < change.at < at + span:
                yield change
        looked = at + span - _TICK


def _because(cause: Strand | Override) -> str:
    if isinstance(cause, Strand):
        return cause.name if cause.name.startswith("layer ") else f"{cause.name} layer"
    said = ", ".join(part for part in (cause.reason, cause.made_by and f"by {cause.made_by}") if part)
    deed = {
        OverrideKind.REPLACE: f"replaces {cause.replaces}",
        OverrideKind.COVER: "covers the schedule",
        OverrideKind.ADD: "added",
        OverrideKind.REMOVE: "removed",
    }[cause.kind]
    return f"{deed} ({said})" if said else deed


def _until(end: datetime | None, zone_name: str) -> str:
    if end is None:
        return "with no end in sight"
    return f"until {wall_clock(end, zone(zone_name)):%a %Y-%m-%d %H:%M} {zone_name}"
