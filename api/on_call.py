"""Who is on call over HTTP, and when: the same resolver as the pager's."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from api.alerts import Reader, gateway_of
from api.schedules import (
    ScheduleName,
    Time,
    directory_of,
    override_json,
    schedule_named,
    time_asked,
    within_the_calendar,
    wrong,
)
from roust.domain.foresight import AHEAD
from roust.domain.kept_overrides import usable
from roust.domain.overrides import Override
from roust.domain.schedule import Gap, Schedule, gaps, next_handoff, shifts, why
from roust.domain.zones import format_time
from roust.runtime.clock import CLOCK

router = APIRouter(prefix="/v1", tags=["on call"])

FOUR_WEEKS = timedelta(weeks=4)
LONGEST = timedelta(days=731)
"""Two years of shifts in one answer: a rotation by the hour has 17,544 of them."""


@router.get("/on-call")
async def on_call(
    request: Request,
    caller: Reader,
    at: Time | None = None,
    schedule: Annotated[str | None, Query(max_length=64)] = None,
) -> JSONResponse:
    """Who is on call now or `at`, of each schedule or one: why, the next hand-off, the first gap within 30 days.

    `notes` says what may be wrong with the answer.
    """
    directory = directory_of(request)
    asked = directory.schedules if schedule is None else {schedule: schedule_named(schedule, directory)}
    when = time_asked("at", at, [each.time_zone for each in asked.values()], CLOCK.now())
    overrides, notes = await gateway_of(request).overrides.of(asked)
    found: list[dict[str, Any]] = []
    with within_the_calendar("at"):
        for name, each in asked.items():
            fit, passed_over = usable(overrides[name], directory.users, each.time_zone, when)
            notes += passed_over
            # Off the loop: whatever a schedule costs, no alert waits for it.
            found.append({"schedule": name} | await asyncio.to_thread(_duty, each, when, fit))
    return JSONResponse({"at": format_time(when), "on_call": found, "notes": notes})


@router.get("/schedules/{name}/shifts")
async def list_shifts(
    request: Request,
    caller: Reader,
    name: ScheduleName,
    from_: Annotated[Time | None, Query(alias="from")] = None,
    to: Time | None = None,
) -> JSONResponse:
    """The shifts from `from` (now) to `to` (four weeks later), clipped, in UTC; the gaps, and the overrides met."""
    directory = directory_of(request)
    schedule = schedule_named(name, directory)
    start = time_asked("from", from_, [schedule.time_zone], CLOCK.now().replace(microsecond=0))
    end = time_asked("to", to, [schedule.time_zone], start + FOUR_WEEKS)
    if end <= start:
        raise wrong("to", f"{format_time(end)} is not after {format_time(start)}, where the shifts begin")
    if end - start > LONGEST:
        raise wrong("to", f"at most {LONGEST.days} days at once; ask for the rest from there")
    overrides, notes = await gateway_of(request).overrides.of([name])
    fit, passed_over = usable(overrides[name], directory.users, schedule.time_zone, start, end)
    with within_the_calendar("to"):
        found = await asyncio.to_thread(_weeks, schedule, start, end, fit)
    head = {"schedule": name, "time_zone": schedule.time_zone, "from": format_time(start), "to": format_time(end)}
    return JSONResponse(head | found | {"notes": [*notes, *passed_over]})


def _duty(schedule: Schedule, at: datetime, overrides: Sequence[Override]) -> dict[str, Any]:
    holding = why(schedule, at, overrides)
    following = next_handoff(schedule, at, overrides)
    coming = next(iter(gaps(schedule, at, at + AHEAD, overrides)), None)
    return {
        "users": [each.user for each in holding],
        "why": [{"user": each.user, "reason": each.reason} for each in holding],
        "next": {"at": format_time(following.at), "users": following.users} if following else None,
        "gap": _gap(coming) if coming else None,
    }


def _weeks(schedule: Schedule, start: datetime, end: datetime, overrides: Sequence[Override]) -> dict[str, Any]:
    zone = schedule.time_zone
    met = [each for each in (*schedule.overrides, *overrides) if each.start(zone) < end and each.end(zone) > start]
    return {
        "shifts": [
            {"user": each.user, "start": format_time(each.start), "end": format_time(each.end)}
            for each in shifts(schedule, start, end, overrides)
        ],
        "gaps": [_gap(each) for each in gaps(schedule, start, end, overrides)],
        "overrides": [override_json(each, zone) for each in sorted(met, key=lambda each: each.start(zone))],
    }


def _gap(gap: Gap) -> dict[str, str]:
    return {"start": format_time(gap.start), "end": format_time(gap.end)}
