"""Overrides over HTTP: list, make, remove."""

import secrets
from collections.abc import Sequence
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError

from api.access import Caller, needs
from api.alerts import Answered, Reader, by_whom, gateway_of
from api.errors import Declined
from api.gateway import Refused
from api.schedules import ScheduleName, directory_of, override_json, schedule_named, within_the_calendar, wrong
from roust.domain.directory import Role
from roust.domain.kept_overrides import INSTANTS, in_instants
from roust.domain.overrides import Objection, Override, OverrideKind, objections, overlap
from roust.domain.text import clean
from roust.domain.zones import LocalTime, instant
from roust.runtime.clock import CLOCK

router = APIRouter(prefix="/v1/schedules", tags=["overrides"])
log = structlog.get_logger()

Editor = Annotated[Caller, Depends(needs(Role.EDITOR))]


class Said(Answered):
    """An override as it is asked for; a time without an offset goes by the schedule's clock, as in the file."""

    kind: OverrideKind
    user: Annotated[str, Field(max_length=64)]
    replaces: Annotated[str, Field(max_length=64)] | None = None
    from_: Annotated[LocalTime, Field(alias="from")]
    to: LocalTime
    reason: Annotated[str, Field(max_length=1000)] = ""


@router.get("/{name}/overrides")
async def list_overrides(request: Request, caller: Reader, name: ScheduleName) -> JSONResponse:
    """`overrides`: those made day to day, until 30 days after their end; `planned`: those of the file."""
    schedule = schedule_named(name, directory_of(request))
    kept = await gateway_of(request).overrides.now(name)
    return JSONResponse(
        {
            "schedule": name,
            "time_zone": schedule.time_zone,
            "overrides": [override_json(each, INSTANTS) for each in _by_start(kept, INSTANTS)],
            "planned": [
                override_json(each, schedule.time_zone) for each in _by_start(schedule.overrides, schedule.time_zone)
            ],
        }
    )


@router.post("/{name}/overrides", status_code=201)
async def make_override(request: Request, caller: Editor, name: ScheduleName, said: Said) -> JSONResponse:
    """201 with the override. 409: it overlaps another that names the same user; 503: no worker answers, not done."""
    directory = directory_of(request)
    schedule = schedule_named(name, directory)
    by = by_whom(request, caller, said)
    override = _override(said, by)
    for field, at in (("from", override.start(schedule.time_zone)), ("to", override.end(schedule.time_zone))):
        with within_the_calendar(field):
            instant(at)
    found = objections(override, schedule.time_zone, [], directory.users, CLOCK.now())
    if found:
        raise _objected(422, "invalid", found)
    conflict = overlap(override, schedule.overrides, schedule.time_zone)
    if conflict is not None:
        raise _objected(409, "conflict", [conflict])
    try:
        kept = await gateway_of(request).overrides.make(name, in_instants(override, schedule.time_zone))
    except Refused as refused:
        raise _objected(409, "conflict", [Objection("from", str(refused))]) from refused
    log.info("override made", schedule=name, override=kept.id, deed=str(kept), by=by, reason=kept.reason)
    return JSONResponse(override_json(kept, INSTANTS), 201)


@router.delete("/{name}/overrides/{override}")
async def remove_override(
    request: Request,
    caller: Editor,
    name: ScheduleName,
    override: Annotated[str, Path(max_length=64)],
    by: Annotated[str | None, Query(max_length=64)] = None,
) -> JSONResponse:
    """The override as it ends: one that has begun ends now, and stays on record. 409: it is over already."""
    schedule_named(name, directory_of(request))
    who = by_whom(request, caller, Answered(by=by))
    gone = await gateway_of(request).overrides.remove(name, override, who)
    log.info("override removed", schedule=name, override=gone.id, deed=str(gone), by=who)
    return JSONResponse(override_json(gone, INSTANTS))


def _override(said: Said, by: str) -> Override:
    parts = said.model_dump(exclude={"by", "reason"})
    try:
        return Override(**parts, id=secrets.token_hex(4), made_by=by, reason=_on_one_line(said.reason))
    except ValidationError as error:
        # What is left to object to is that `replaces` is missing, needless, or the user themselves.
        raise wrong("replaces", str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from None


def _on_one_line(text: str) -> str:
    # It becomes part of a sentence in timelines, calendars and logs.
    return " ".join(clean(text).split())


def _objected(status: int, code: str, found: Sequence[Objection]) -> Declined:
    fields = [{"field": each.field, "message": each.text} for each in found]
    return Declined(status, code, "; ".join(f"{each.field}: {each.text}" for each in found), fields)


def _by_start(overrides: Sequence[Override], zone: str) -> list[Override]:
    return sorted(overrides, key=lambda each: (each.start(zone), each.id))
