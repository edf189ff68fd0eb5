"""A schedule's weeks: shifts, gaps and overrides of a span, worked out from the file or as the API tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roust.cli.moments import instant
from roust.domain.overrides import Override
from roust.domain.schedule import Gap, Handoff, Schedule, Shift, gaps, shifts

Holding = Mapping[str, tuple[Sequence[str], Handoff | None]]
"""By schedule: who is on call, and the next hand-off."""


@dataclass(frozen=True)
class Weeks:
    """What the schedule `name`, with its clocks in `time_zone`, holds from `start` to `end`."""

    name: str
    time_zone: str
    start: datetime
    end: datetime
    shifts: Sequence[Shift]
    gaps: Sequence[Gap]
    overrides: Sequence[Override]


def weeks_of(name: str, schedule: Schedule, start: datetime, end: datetime) -> Weeks:
    """From the file alone."""
    clock = schedule.time_zone
    met = [each for each in schedule.overrides if each.start(clock) < end and each.end(clock) > start]
    return Weeks(
        name=name,
        time_zone=clock,
        start=start,
        end=end,
        shifts=shifts(schedule, start, end),
        gaps=gaps(schedule, start, end),
        overrides=sorted(met, key=lambda each: each.start(clock)),
    )


def weeks_told(body: Mapping[str, Any]) -> Weeks:
    """From the answer of `GET /v1/schedules/{name}/shifts`."""
    return Weeks(
        name=body["schedule"],
        time_zone=body["time_zone"],
        start=instant(body["from"]),
        end=instant(body["to"]),
        shifts=[Shift.model_validate(each) for each in body["shifts"]],
        gaps=[Gap(instant(each["start"]), instant(each["end"])) for each in body["gaps"]],
        overrides=[override_told(each) for each in body["overrides"]],
    )


def holding_told(body: Mapping[str, Any]) -> Holding:
    """From the answer of `GET /v1/on-call`."""
    return {
        each["schedule"]: (
            each["users"],
            Handoff(instant(each["next"]["at"]), each["next"]["users"]) if each["next"] else None,
        )
        for each in body["on_call"]
    }


def override_told(body: Mapping[str, Any]) -> Override:
    """One override of an answer."""
    return Override.model_validate({name: value for name, value in body.items() if value is not None})
