"""Any JSON that the configuration has a mapping for: `/in/webhook/{name}`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from api.access import NeedsKey
from api.body import read_json
from api.errors import Declined
from api.gateway import Gateway
from api.intake.mapped_payload import read
from api.intake.openapi import any_json, key_in
from api.intake.understood import StoredGroup, store
from roust.domain.directory import Directory

router = APIRouter(tags=["intake"])


async def take(request: Request, name: str, service: Annotated[str, Depends(NeedsKey())]) -> JSONResponse:
    """What came, read by the mapping `name` of `intakes`. 503 when any of it could not be stored."""
    gateway: Gateway = request.app.state.gateway
    directory: Directory = request.app.state.directory.directory
    intake = directory.intakes.get(name)
    if intake is None:
        raise Declined(404, "unknown_intake", f"there is no intake named {name[:64]!r}: write it under intakes")
    group = read(intake, name, await read_json(request))
    stored = await store(group, gateway, service, directory.default_service or service)
    return JSONResponse(stored.model_dump(), 202)


for path, summary in (
    ("/in/webhook/{name}", "Any JSON, by a mapping of yours"),
    ("/in/webhook/{name}/{key:path}", "Any JSON, by a mapping of yours, the key in the path"),
):
    router.add_api_route(
        path,
        take,
        methods=["POST"],
        status_code=202,
        response_model=StoredGroup,
        openapi_extra=any_json() | key_in(path),
        summary=summary,
    )
