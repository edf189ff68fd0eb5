"""Alertmanager's webhook, and Grafana's, which has the same shape: `/in/alertmanager`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from api.access import NeedsKey
from api.body import read_json
from api.gateway import Gateway
from api.intake.alertmanager_payload import understood
from api.intake.openapi import body_of, key_in
from api.intake.understood import StoredGroup, store
from roust.domain.directory import Directory

router = APIRouter(tags=["intake"])


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


async def notify(request: Request, service: Annotated[str, Depends(NeedsKey())]) -> JSONResponse:
    """Each alert of the group by its fingerprint and its own status. 503 when any could not be stored."""
    gateway: Gateway = request.app.state.gateway
    directory: Directory = request.app.state.directory.directory
    group = understood(await read_json(request))
    fallback = directory.default_service or service
    stored = await store(group, gateway, service, fallback)
    return JSONResponse(stored.model_dump(), 202)


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
            openapi_extra=body_of(AlertmanagerNotification) | key_in(path),
            summary=summary,
        )
