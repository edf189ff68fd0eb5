"""Alerts over HTTP: lists, one with its timeline, acknowledge and resolve."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caller, needs
from api.errors import Declined
from api.gateway import BadCursor, Gateway, NotConfirmed
from roust.domain.alert import AlertState
from roust.domain.directory import Directory, Role
from roust.domain.policy import Name
from workflows.messages import AlertView, Answer, Standing

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

Reader = Annotated[Caller, Depends(needs(Role.VIEWER))]
Responder = Annotated[Caller, Depends(needs(Role.RESPONDER))]
AlertId = Annotated[str, Path(max_length=200)]


class Answered(BaseModel):
    """Who answers, where the token does not say: a user's key."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[str, Field(max_length=64)] | None = None


_RECORDED: dict[int | str, dict[str, Any]] = {202: {"description": "Recorded, not yet confirmed."}}


@router.get("")
async def list_alerts(
    request: Request,
    caller: Reader,
    state: AlertState | None = None,
    service: Name | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=4096)] = None,
) -> JSONResponse:
    """Open alerts, or those in `state`, newest first; may lag some seconds."""
    try:
        page = await gateway_of(request).list(state, service, limit, cursor)
    except BadCursor as error:
        raise Declined(422, "invalid", f"cursor: {error}", [{"field": "cursor", "message": str(error)}]) from error
    return JSONResponse({"alerts": [_line(alert, now) for alert, now in page.alerts], "next": page.next})


@router.get("/{alert}")
async def show_alert(request: Request, caller: Reader, alert: AlertId) -> JSONResponse:
    """The whole alert with its timeline."""
    return JSONResponse(_whole(await gateway_of(request).view(alert)))


@router.post("/{alert}/acknowledge", responses=_RECORDED)
async def acknowledge(
    request: Request, caller: Responder, alert: AlertId, said: Answered | None = None
) -> JSONResponse:
    """ "I have it": escalation stops. 200 with the owner, 409 with the reason, 202 recorded, not yet confirmed."""
    by = by_whom(request, caller, said)
    try:
        return _outcome(await gateway_of(request).acknowledge(alert, by, "api"))
    except NotConfirmed as error:
        return _recorded(error)


@router.post("/{alert}/resolve", responses=_RECORDED)
async def resolve(request: Request, caller: Responder, alert: AlertId, said: Answered | None = None) -> JSONResponse:
    """ "It is over": the alert ends. 200, 409 with the reason, 202 recorded, not yet confirmed."""
    by = by_whom(request, caller, said)
    try:
        return _outcome(await gateway_of(request).resolve(alert, by, "api"))
    except NotConfirmed as error:
        return _recorded(error)


def gateway_of(request: Request) -> Gateway:
    """The gateway of this application."""
    gateway: Gateway = request.app.state.gateway
    return gateway


def by_whom(request: Request, caller: Caller, said: Answered | None) -> str:
    """Whom the timeline names: the token's user, else the user that was named, else the token itself."""
    named = said.by if said is not None else None
    if named is None:
        return caller.user or caller.name
    if caller.user is not None:
        raise _wrong_by("the token says who you are; leave it out")
    directory: Directory = request.app.state.directory.directory
    if named not in directory.users:
        raise _wrong_by("there is no such user")
    return named


def _wrong_by(why: str) -> Declined:
    return Declined(422, "invalid", f"by: {why}", [{"field": "by", "message": why}])


def _outcome(answer: Answer) -> JSONResponse:
    if not answer.accepted:
        code = "resolved" if answer.state is AlertState.RESOLVED else "refused"
        raise Declined(409, code, answer.reason)
    return JSONResponse({"state": answer.state, "owner": answer.owner, "first": answer.first})


def _recorded(error: NotConfirmed) -> JSONResponse:
    return JSONResponse({"status": "recorded", "message": str(error)}, 202)


def _line(alert: str, now: Standing) -> dict[str, Any]:
    return {"id": alert, **_passes(now.model_dump(mode="json", exclude={"answers", "first_run", "tally"}))}


def _whole(view: AlertView) -> dict[str, Any]:
    whole = _passes(view.model_dump(mode="json"))
    return whole | {"timeline": [_passes(entry) for entry in whole["timeline"]]}


def _passes(fields: dict[str, Any]) -> dict[str, Any]:
    """`pass` is a word of the contract, and a keyword of Python."""
    return {"pass" if name == "pass_" else name: value for name, value in fields.items()}
