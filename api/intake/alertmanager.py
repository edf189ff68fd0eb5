"""Alertmanager's webhook, and Grafana's, which has the same shape: `/in/alertmanager`."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from api.access import NeedsKey
from api.body import read_json
from api.errors import unavailable
from api.gateway import Gateway, Unavailable
from api.intake.alertmanager_payload import Understood, understood
from api.intake.openapi import body_of
from roust.domain.alert import Verb
from roust.domain.directory import Directory
from roust.domain.routing import dedup_key

router = APIRouter(tags=["intake"])

_AT_ONCE = 16
"""Alerts of one group on their way to Temporal at the same time."""


class AlertmanagerNotification(BaseModel):
    """Version 4 of Alertmanager's webhook, and Grafana's. Only `alerts` is read, each on its own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": "4",
                    "status": "firing",
                    "alerts": [
                        {
                            "status": "firing",
                            "fingerprint": "a4926af4fdf66a51",
                            "labels": {"alertname": "InstanceDown", "severity": "critical"},
                            "annotations": {"summary": "db-0 is down"},
                        }
                    ],
                }
            ]
        }
    )

    alerts: list[dict[str, Any]]


class Stored(BaseModel):
    """One alert of the group: `status` as of `POST /v1/alerts`, or resolved, or nothing_open."""

    dedup_key: str
    status: str
    id: str | None = None


class StoredGroup(BaseModel):
    alerts: list[Stored]


async def notify(request: Request, service: Annotated[str, Depends(NeedsKey())]) -> JSONResponse:
    """Each alert of the group by its fingerprint and its own status. 503 when any could not be stored."""
    gateway: Gateway = request.app.state.gateway
    directory: Directory = request.app.state.directory.directory
    group = understood(await read_json(request))
    fallback = directory.default_service or service
    stored = await _store(group, gateway, service, fallback)
    return JSONResponse(StoredGroup(alerts=stored).model_dump(), 202)


async def _store(group: list[Understood], gateway: Gateway, service: str, fallback: str) -> list[Stored]:
    """Every alert told to the gateway, many at once, those of one fingerprint in their order."""
    by_key: dict[str, list[Understood]] = {}
    for one in group:
        by_key.setdefault(dedup_key(one.event), []).append(one)
    places = asyncio.Semaphore(_AT_ONCE)

    async def in_order(alerts: Iterable[Understood]) -> list[Stored]:
        async with places:
            return [await _tell(one, gateway, service if one.clear else fallback) for one in alerts]

    outcomes = await asyncio.gather(*map(in_order, by_key.values()), return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failures:
        if not isinstance(failure, Unavailable):
            raise failure
    if failures:
        raise unavailable(f"{len(failures)} of {len(by_key)} alerts could not be stored; send the group again")
    return [stored for outcome in outcomes if not isinstance(outcome, BaseException) for stored in outcome]


async def _tell(one: Understood, gateway: Gateway, service: str) -> Stored:
    if one.event.verb is Verb.RESOLVE:
        open_ = await gateway.resolve_key(one.event, service, by=f"source:{service}")
        return Stored(dedup_key=dedup_key(one.event), status="resolved" if open_ else "nothing_open")
    accepted = await gateway.trigger(one.event, service)
    return Stored(dedup_key=accepted.dedup_key, status=accepted.status, id=accepted.id)


for path, summary in (
    ("/in/alertmanager", "Alertmanager and Grafana"),
    ("/in/alertmanager/{key:path}", "Alertmanager and Grafana, the key in the path"),
):
    for method in ("POST", "PUT"):  # Grafana may be told to PUT.
        router.add_api_route(
            path,
            notify,
            methods=[method],
            status_code=202,
            response_model=StoredGroup,
            openapi_extra=body_of(AlertmanagerNotification),
            summary=summary,
            include_in_schema=method == "POST",
        )
