"""Heartbeats: `/in/heartbeat/{name}`. It stays away for too long: an alert starts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse

from api.access import NeedsKey
from api.errors import Declined
from api.gateway import Gateway
from api.intake.openapi import key_in
from roust.domain.directory import Directory
from roust.domain.duration import format_duration

router = APIRouter(tags=["intake"])


class Heard(BaseModel):
    """`every`: within so long it must be heard again."""

    heartbeat: str
    every: str


async def hear(request: Request, name: str, service: Annotated[str, Depends(NeedsKey())]) -> JSONResponse:
    """The silence begins anew. The key is of the heartbeat's service. 503 when it could not be recorded."""
    gateway: Gateway = request.app.state.gateway
    directory: Directory = request.app.state.directory.directory
    heartbeat = directory.heartbeats.get(name)
    if heartbeat is None or heartbeat.service != service:
        raise Declined(404, "unknown_heartbeat", f"service {service} has no heartbeat {name[:64]!r}: see heartbeats")
    await gateway.beat(name, heartbeat.every)
    return JSONResponse(Heard(heartbeat=name, every=format_duration(heartbeat.every)).model_dump(), 202)


for path in ("/in/heartbeat/{name}", "/in/heartbeat/{name}/{key:path}"):
    for method in ("GET", "POST"):  # For whatever a cron job has at hand.
        router.add_api_route(
            path,
            hear,
            methods=[method],
            status_code=202,
            response_model=Heard,
            openapi_extra=key_in(path),
            summary="A heartbeat" + (", the key in the path" if "key" in path else ""),
        )
