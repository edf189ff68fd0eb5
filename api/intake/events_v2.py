"""PagerDuty's Events API v2: `POST /v2/enqueue`. The key comes as `routing_key` in the body."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from api.access import KeyInBody, KeyRing
from api.body import read_json
from api.errors import Declined, ErrorBody
from api.gateway import Gateway
from api.intake.foreign import first_words, links, mapping, words
from api.intake.openapi import body_of
from api.intake_limit import admit
from roust.domain.alert import Event, Verb
from roust.domain.routing import MOST_DEDUP_KEY

router = APIRouter(tags=["intake"])

_VERBS = {verb.value: verb for verb in Verb}


class EventV2(BaseModel):
    """An event of PagerDuty's Events API v2; severity and timestamp are read leniently."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "routing_key": "the integration key",
                    "event_action": "trigger",
                    "dedup_key": "cpu/web-1",
                    "payload": {"summary": "CPU high", "source": "web-1", "severity": "critical"},
                }
            ]
        }
    )

    routing_key: str
    event_action: Literal["trigger", "acknowledge", "resolve"]
    dedup_key: str | None = None
    payload: dict[str, Any] | None = None
    links: list[dict[str, Any]] = []
    images: list[dict[str, Any]] = []
    client: str | None = None
    client_url: str | None = None


class EnqueuedV2(BaseModel):
    status: Literal["success"] = "success"
    message: str
    dedup_key: str


class InvalidEvent(BaseModel):
    """A refusal as senders of this API know it."""

    status: Literal["invalid event"] = "invalid event"
    message: str = "Event object is invalid"
    errors: list[str]


_REFUSED: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": InvalidEvent | ErrorBody, "description": "Refused, with the reason; nothing was changed."}
}


@router.post(
    "/v2/enqueue",
    status_code=202,
    response_model=EnqueuedV2,
    responses=_REFUSED,
    openapi_extra=body_of(EventV2),
    summary="Events v2",
)
async def enqueue(request: Request, ring: Annotated[KeyRing, Depends(KeyInBody())]) -> JSONResponse:
    """Trigger, acknowledge or resolve. Acknowledge and resolve of nothing open: 202, dropped."""
    gateway: Gateway = request.app.state.gateway
    try:
        body = _object(await read_json(request))
    except Declined as declined:
        return _invalid([declined.message], declined.status)
    service = ring.service(_key(body))
    if service is None:
        return _unknown_key()
    admit(request, service)
    errors = _errors(body)
    if errors:
        return _invalid(errors)
    event = parsed(body)
    by = f"source:{service}"
    match event.verb:
        case Verb.TRIGGER:
            await gateway.trigger(event, service)
        case Verb.ACKNOWLEDGE:
            await gateway.acknowledge_key(event, service, by=by)
        case Verb.RESOLVE:
            await gateway.resolve_key(event, service, by=by)
    return JSONResponse(EnqueuedV2(message="Event processed", dedup_key=event.dedup_key or "").model_dump(), 202)


@router.post("/v2/change/enqueue", status_code=202, responses=_REFUSED, summary="Events v2: a change, dropped")
async def change(request: Request, ring: Annotated[KeyRing, Depends(KeyInBody())]) -> JSONResponse:
    """Changes page nobody; taken so that a tool which sends them need not be reconfigured."""
    try:
        body = _object(await read_json(request))
    except Declined as declined:
        return _invalid([declined.message], declined.status)
    service = ring.service(_key(body))
    if service is None:
        return _unknown_key()
    admit(request, service)
    return JSONResponse({"status": "success", "message": "Change event processed"}, 202)


def parsed(body: dict[str, Any]) -> Event:
    """The event that a body without errors says.

    It carries no labels: acknowledge and resolve come without a payload, and must find the way that
    the trigger went. A trigger without a dedup key gets a fresh one: always a new alert.
    """
    payload = mapping(body.get("payload"))
    return Event(
        verb=_VERBS[body["event_action"]],
        summary=first_words(payload.get("summary")),
        dedup_key=words(body.get("dedup_key")) or uuid.uuid4().hex,
        severity=first_words(payload.get("severity")) or None,
        source=first_words(payload.get("source"), body.get("client")),
        links=links(
            *((one.get("href"), words(one.get("text"))) for one in _objects(body.get("links"))),
            (body.get("client_url"), first_words(body.get("client"), "Source")),
            *((one.get("href") or one.get("src"), words(one.get("alt"))) for one in _objects(body.get("images"))),
        ),
        details=_details(payload),
    )


def _details(payload: dict[str, Any]) -> dict[str, Any]:
    kept = {name: payload[name] for name in ("component", "group", "class", "timestamp") if payload.get(name)}
    custom = payload.get("custom_details")
    match custom:
        case dict():
            return kept | custom
        case None | "" | []:
            return kept
        case _:
            return kept | {"custom_details": custom}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Declined(400, "invalid", "the event must be a JSON object")
    return body


def _key(body: dict[str, Any]) -> str:
    key = body.get("routing_key")
    return key if isinstance(key, str) else ""


def _errors(body: dict[str, Any]) -> list[str]:
    """Everything that is wrong, at once."""
    errors: list[str] = []
    action = body.get("event_action")
    if not isinstance(action, str) or action not in _VERBS:
        errors.append("'event_action' must be one of trigger, acknowledge, resolve")
    key = body.get("dedup_key")
    if len(words(key)) > MOST_DEDUP_KEY:
        errors.append(f"'dedup_key' must be at most {MOST_DEDUP_KEY} characters")
    if action in ("acknowledge", "resolve") and not words(key):
        errors.append(f"'dedup_key' is missing: it says what to {action}")
    if action == "trigger" and not first_words(mapping(body.get("payload")).get("summary")):
        errors.append("'payload.summary' is missing or blank")
    return errors


def _invalid(errors: list[str], status: int = 400) -> JSONResponse:
    return JSONResponse(InvalidEvent(errors=errors).model_dump(), status)


def _unknown_key() -> JSONResponse:
    """The same for a missing, an unknown and a wrong key."""
    return _invalid(["'routing_key' is not a valid integration key"], 401)
