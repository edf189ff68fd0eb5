"""The HTTP application, put together: intakes, verbs, the answer page, health; one shape of error."""

from fastapi import FastAPI

from api import alerts, answer, docs, health, maintenance, on_call, overrides, push, report, verbs
from api.access import Access, CurrentDirectory, undeclared
from api.access_log import AccessLog
from api.body import MOST_SECONDS, BodyLimit
from api.errors import RESPONSES, install_errors
from api.gateway import Gateway
from api.headers import OneSpelling, SecurityHeaders
from api.intake import alertmanager, events_v2, heartbeat, mapped, native, slack
from api.intake_limit import IntakeLimit
from api.twilio import sms, status, voice
from api.twilio.inbox import Inbox

ROUTERS = (
    native.router,
    alertmanager.router,
    events_v2.router,
    mapped.router,
    heartbeat.router,
    slack.router,
    alerts.router,
    verbs.router,
    on_call.router,
    overrides.router,
    maintenance.router,
    report.router,
    answer.router,
    push.router,
    sms.router,
    voice.router,
    status.router,
    health.router,
    docs.router,
)


def create_app(
    gateway: Gateway,
    directory: CurrentDirectory,
    *,
    body_seconds: float = MOST_SECONDS,
    intake_limit: IntakeLimit | None = None,
) -> FastAPI:
    """The application over `gateway`, with the directory that `directory` holds at each moment.

    Handlers find both in `request.app.state` (`gateway`, `directory`). ValueError when a route declares
    no access rule.
    """
    app = FastAPI(
        title="Roust",
        description="Alert escalation on durable workflows. Every 2xx is durable.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
    )
    app.state.gateway = gateway
    app.state.directory = directory
    app.state.access = Access(directory)
    app.state.intake_limit = intake_limit or IntakeLimit(lambda: directory.directory.requests_per_minute)
    app.state.twilio = Inbox()
    for router in ROUTERS:
        app.include_router(router)
    forgotten = undeclared(app.routes)
    if forgotten:
        raise ValueError(f"routes without an access rule: {', '.join(forgotten)}")
    install_errors(app)
    app.add_middleware(BodyLimit, seconds=body_seconds)
    app.add_middleware(OneSpelling)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(AccessLog)
    return app
