"""Maintenance over HTTP: what is planned in the file and what was made day to day."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field, ValidationError

from api.access import Caller, needs
from api.alerts import Answered, Reader, by_whom, gateway_of
from api.errors import Declined, invalid
from roust.domain.directory import Directory, Role
from roust.domain.duration import Duration
from roust.domain.kept_maintenance import Kept, listed
from roust.domain.maintenance import MOST_REASON, Maintenance
from roust.domain.text import clean
from roust.domain.zones import OutsideCalendar, format_time, parse_time
from roust.runtime.clock import CLOCK

log = structlog.get_logger()
router = APIRouter(prefix="/v1/maintenance", tags=["maintenance"])

Editor = Annotated[Caller, Depends(needs(Role.EDITOR))]
AHEAD = timedelta(days=366)
"""How far ahead the next span is looked for."""


class Made(Answered):
    """As an entry of the file; `for` in place of `to`, and from now on when `from` is left out."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    services: list[Annotated[str, Field(max_length=64)]] | None = None
    match: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(default_factory=list)]
    from_: Annotated[str | None, Field(alias="from", max_length=40)] = None
    to: Annotated[str, Field(max_length=40)] | None = None
    length: Annotated[Duration | None, Field(alias="for")] = None
    every: Annotated[str, Field(max_length=10)] | None = None
    until: Annotated[str, Field(max_length=40)] | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    reason: Annotated[str, Field(max_length=MOST_REASON)] = ""


@router.get("")
async def list_maintenance(
    request: Request, caller: Reader, over: Annotated[bool, Query(description="What is over, too.")] = False
) -> JSONResponse:
    """Planned in the file, and made day to day; what is over can be read for 30 days."""
    now = CLOCK.now()
    made = (await gateway_of(request).maintenance.kept()).entries
    planned = _directory(request).maintenance
    entries = [_shown(each, now) for each in (*planned, *listed(made))]
    return JSONResponse({"maintenance": [each for each in entries if over or each["state"] != "over"]})


@router.post("", status_code=201)
async def make_maintenance(request: Request, caller: Editor, said: Made) -> JSONResponse:
    """201 with its id. It holds what starts from within a second on; what climbs already goes on."""
    by = by_whom(request, caller, said)
    now = CLOCK.now()
    planned = _planned(said, now, _directory(request))
    gateway = gateway_of(request)
    kept = await gateway.maintenance.make(planned, by)
    log.info("maintenance made", maintenance=kept.id, what=str(kept), by=kept.made_by)
    await gateway.follow_holds()
    return JSONResponse(_shown(kept, now), 201)


@router.delete("/{id_}")
async def end_maintenance(
    request: Request,
    caller: Editor,
    id_: Annotated[str, Path(max_length=64)],
    by: Annotated[str | None, Query(max_length=64)] = None,
) -> JSONResponse:
    """It is over now. What it held, and nothing else holds, climbs: `released` says how many were told at once."""
    gateway = gateway_of(request)
    ended = await gateway.maintenance.end(id_, by_whom(request, caller, Answered(by=by)))
    released = await gateway.follow_holds(ended.id)
    log.info("maintenance ended", maintenance=ended.id, what=str(ended), by=ended.ended_by, released=released)
    return JSONResponse({**_shown(ended, CLOCK.now()), "released": released})


def _planned(said: Made, now: datetime, directory: Directory) -> Maintenance:
    given: dict[str, Any] = said.model_dump(by_alias=True, exclude={"by", "length"}, exclude_none=True)
    given["reason"] = clean(said.reason)
    given.setdefault("from", format_time(now))
    if (said.to is None) == (said.length is None):
        raise _wrong("to", "say exactly one of to and for")
    try:
        if said.length is not None:
            written = parse_time(given["from"]) + said.length
            given["to"] = written.isoformat(timespec="seconds")
        planned = Maintenance.model_validate(given)
        over = planned.over(now)
    except ValidationError as error:
        raise invalid(error) from None
    except (OutsideCalendar, OverflowError, ValueError) as error:
        raise _wrong("from", str(error)) from None
    unknown = [name for name in planned.services or () if name not in directory.services]
    if unknown:
        raise _wrong("services", f"there is no service {unknown[0][:64]!r}")
    if over:
        raise _wrong("to", "is wholly in the past")
    return planned


def _shown(one: Maintenance, now: datetime) -> dict[str, Any]:
    ended = isinstance(one, Kept) and one.gone_at is not None and one.gone_at <= now
    span = None if ended else next(one.spans(now, now + AHEAD), None)
    state = "over" if ended or one.over(now) else "now" if span is not None and span.start <= now else "coming"
    made = {"id": None, "made_by": None, "made_at": None, "ended_by": None, "ended_at": None}
    return {
        **made,
        **one.model_dump(mode="json", by_alias=True, exclude={"over_at"}),
        "planned": not isinstance(one, Kept),
        "state": state,
        "next": {"from": format_time(span.start), "to": format_time(span.end)} if span is not None else None,
    }


def _wrong(field: str, why: str) -> Declined:
    return Declined(422, "invalid", f"{field}: {why}", [{"field": field, "message": why}])


def _directory(request: Request) -> Directory:
    directory: Directory = request.app.state.directory.directory
    return directory
