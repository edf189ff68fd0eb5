"""Roust's own intake: `POST /v1/alerts`."""

import difflib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic.config import JsonDict
from starlette.responses import JSONResponse

from api.access import Admitted, NeedsKeyOrToken
from api.body import read_json
from api.errors import Declined, invalid
from api.gateway import Gateway
from api.intake.foreign import is_link, labels
from api.intake.openapi import body_of
from roust.domain.alert import Event, Link, Priority
from roust.domain.directory import Directory
from roust.domain.routing import MOST_DEDUP_KEY, decide

router = APIRouter(tags=["intake"])

_EXAMPLE: JsonDict = {
    "summary": "checkout burns its error budget",
    "dedup_key": "checkout/availability",
    "severity": "critical",
    "labels": {"region": "eu-west-1", "slo": "availability-99.9"},
    "links": [{"href": "https://grafana.example.com/d/checkout", "text": "Dashboard"}],
}


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


class NativeLink(BaseModel):
    href: str
    text: str = ""

    @field_validator("href")
    @classmethod
    def _leads_somewhere(cls, href: str) -> str:
        if not is_link(href):
            raise ValueError("must be an http or https address")
        return href


class NativeAlert(BaseModel):
    """An alert in our own words. What it holds besides is kept in `details`."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, json_schema_extra={"examples": [_EXAMPLE]})

    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    service: str | None = None
    dedup_key: Annotated[str, Field(max_length=MOST_DEDUP_KEY)] | None = None
    priority: Annotated[Priority, BeforeValidator(_upper)] | None = None
    severity: str | None = None
    source: str = ""
    description: str = ""
    labels: dict[str, Any] = {}
    links: list[NativeLink] = []
    details: dict[str, Any] = {}

    def event(self) -> Event:
        said = labels(self.labels)
        return Event(
            summary=self.summary,
            dedup_key=self.dedup_key,
            priority=self.priority,
            severity=self.severity or said.get("severity"),
            source=self.source,
            description=self.description,
            labels=said,
            links=[Link(href=link.href, text=link.text) for link in self.links],
            details=(self.model_extra or {}) | self.details,
        )


class AcceptedAlert(BaseModel):
    """Durably accepted. status: triggered, repeated, suppressed, dropped, held."""

    id: str | None
    dedup_key: str
    status: str
    url: str | None


@router.post(
    "/v1/alerts",
    status_code=202,
    response_model=AcceptedAlert,
    openapi_extra=body_of(NativeAlert),
    summary="Trigger",
)
async def trigger(request: Request, admitted: Annotated[Admitted, Depends(NeedsKeyOrToken())]) -> JSONResponse:
    """Start an alert, or repeat the open one with the same dedup key. 202: it is durable."""
    gateway: Gateway = request.app.state.gateway
    directory: Directory = request.app.state.directory.directory
    alert = _parsed(await read_json(request))
    event = alert.event()
    service = _service(alert.service, admitted, directory)
    if service is None and decide(event, None, directory).service is None:
        raise _unknown("say which service: no route takes this and there is no default_service")
    accepted = await gateway.trigger(event, service)
    answer = AcceptedAlert(id=accepted.id, dedup_key=accepted.dedup_key, status=accepted.status, url=accepted.url)
    return JSONResponse(answer.model_dump(), 202)


def _parsed(body: Any) -> NativeAlert:
    try:
        return NativeAlert.model_validate(body)
    except ValidationError as error:
        raise invalid(error) from None


def _service(named: str | None, admitted: Admitted, directory: Directory) -> str | None:
    """The service of the key, else the one that is named; a key opens the door of its own service only."""
    own = admitted.service
    if named is None or named == own:
        return own
    if named in directory.services:
        if own is not None:
            raise Declined(403, "other_service", f"this key is for service {own}, not for another")
        return named
    near = [own] if own else difflib.get_close_matches(named[:100], directory.services, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise _unknown(f"no service has this name{hint}")


def _unknown(message: str) -> Declined:
    return Declined(422, "unknown_service", f"service: {message}", [{"field": "service", "message": message}])
