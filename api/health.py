"""Health: whether this process lives, whether it can accept, and its figures."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.gateway import Gateway, Unavailable
from roust.runtime.metrics import exposition

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """503 only when this process cannot accept an alert; else 200 with what is degraded.

    `app.state.degraded`, where the watchdog has set it, is a function that gives sentences.
    """
    gateway: Gateway = request.app.state.gateway
    told = getattr(request.app.state, "degraded", None)
    degraded: list[str] = list(told()) if told is not None else []
    try:
        await gateway.ready()
    except Unavailable as error:
        return JSONResponse({"status": "unavailable", "degraded": [str(error), *degraded]}, 503)
    return JSONResponse({"status": "degraded" if degraded else "ok", "degraded": degraded})


@router.get("/metrics", include_in_schema=False)
def metrics() -> Response:
    """Prometheus: ours and the Temporal SDK's."""
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)
