"""The responder's other verbs over HTTP: escalate, reassign, snooze, note, update; a storm's acknowledge (§4)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator

from api.alerts import AlertId, Answered, Responder, by_whom, gateway_of
from roust.domain.duration import Duration, parse_duration
from roust.domain.policy import Name
from roust.domain.text import clean, shows
from roust.domain.updates import UPDATE_LENGTH, promise_refusal
from roust.domain.verbs import NOTE_LENGTH
from roust.runtime.clock import CLOCK
from workflows.messages import Done

router = APIRouter(prefix="/v1", tags=["alerts"])


class Escalated(Answered):
    """The step that they saw: the alert refuses when another is current by now."""

    step: Annotated[int, Field(strict=True, ge=0, le=100)]


class Reassigned(Answered):
    """To whom: exactly one of both."""

    user: Annotated[str, Field(max_length=64)] | None = None
    escalation_policy: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Reassigned":
        if (self.user is None) == (self.escalation_policy is None):
            raise ValueError("say exactly one of user and escalation_policy")
        return self


class Snoozed(Answered):
    """For how long: `30m`, `1h`, `1d`."""

    for_: Annotated[Duration, Field(alias="for")]


def _seen(text: str) -> str:
    if not shows(text):
        raise ValueError("says nothing that anybody can see; write what the others should know")
    return text


class Noted(Answered):
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTE_LENGTH), AfterValidator(_seen)]


_FORM = "write a length like 30m, or an instant with its offset like 2026-03-02T14:30Z"


def _instant(given: Any) -> Any:
    """The instant that a length from now means, or an instant itself."""
    if not isinstance(given, str):
        raise ValueError(_FORM)
    try:
        return CLOCK.now() + parse_duration(given)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(_FORM) from None
    if instant.tzinfo is None:
        raise ValueError(_FORM)
    return instant


def _possible(instant: datetime) -> datetime:
    if wrong := promise_refusal(instant, CLOCK.now()):
        raise ValueError(wrong)
    return instant


class Posted(Answered):
    """`next`: when the next news is due, as a length (`30m`) or an instant with its offset."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=UPDATE_LENGTH), AfterValidator(_seen)]
    next: Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_possible)] | None = None


@router.post("/alerts/{alert}/escalate")
async def escalate(request: Request, caller: Responder, alert: AlertId, said: Escalated) -> JSONResponse:
    """The next step begins now. 200, 409 with the reason, 503 when no worker answers: then it is not done."""
    return _done(await gateway_of(request).escalate(alert, by_whom(request, caller, said), said.step))


@router.post("/alerts/{alert}/reassign")
async def reassign(request: Request, caller: Responder, alert: AlertId, said: Reassigned) -> JSONResponse:
    """To a user, who is paged first, or to another escalation policy. Answers as escalate."""
    by = by_whom(request, caller, said)
    return _done(await gateway_of(request).reassign(alert, by, said.user, said.escalation_policy))


@router.post("/alerts/{alert}/snooze")
async def snooze(request: Request, caller: Responder, alert: AlertId, said: Snoozed) -> JSONResponse:
    """Nobody is paged for so long; then, if still open, it climbs anew. Answers as escalate."""
    return _done(await gateway_of(request).snooze(alert, by_whom(request, caller, said), said.for_))


@router.post("/alerts/{alert}/notes")
async def note(request: Request, caller: Responder, alert: AlertId, said: Noted) -> JSONResponse:
    """A line for the timeline. Answers as escalate."""
    return _done(await gateway_of(request).note(alert, by_whom(request, caller, said), clean(said.text)))


@router.post("/alerts/{alert}/updates")
async def post_update(request: Request, caller: Responder, alert: AlertId, said: Posted) -> JSONResponse:
    """A status update for the stakeholders, and when they hear again. Answers as escalate."""
    by = by_whom(request, caller, said)
    return _done(await gateway_of(request).post_update(alert, by, clean(said.text), said.next))


@router.post("/services/{name}/acknowledge")
async def acknowledge_service(
    request: Request, caller: Responder, name: Annotated[Name, Path()], said: Answered | None = None
) -> JSONResponse:
    """All alerts of a service that page, in a storm. They come from a list that may lag: again is safe."""
    by = by_whom(request, caller, said)
    answer = await gateway_of(request).acknowledge_service(name, by, "api")
    failed = [{"id": alert, "reason": reason} for alert, reason in answer.failed.items()]
    return JSONResponse({"acknowledged": answer.acknowledged, "failed": failed})


def _done(done: Done) -> JSONResponse:
    return JSONResponse(done.model_dump(mode="json"))
