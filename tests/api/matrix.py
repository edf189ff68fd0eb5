"""Each route asked with each secret, wherever a secret may stand: in the header, the path and the body."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx2

from api.access import declared
from api.app import create_app
from api.gateway import Unavailable
from roust.domain.directory import Directory
from roust.runtime.links import Links
from tests.api.asking import KEY, OTHER_KEY, ROLES, Held, token_of, two_services

ALERT = "checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000"
PATHS = {"name": "backup", "alert": ALERT, "override": "0a1b2c3d", "id_": "0a1b2c3d"}


class EngineAway:
    """A gateway behind which nothing answers: who was let in gets 503, and nothing more is found out."""

    overrides: "EngineAway"
    maintenance: "EngineAway"

    def __getattr__(self, name: str) -> Any:
        if name in ("overrides", "maintenance", "holds"):
            return self

        async def away(*_: object, **__: object) -> None:
            raise Unavailable("the engine is away")

        return away


def a_world() -> Directory:
    """A heartbeat, a foreign intake and a schedule besides, each named `backup`."""
    layer = {"users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}
    return two_services(
        schedules={"backup": {"time_zone": "Europe/Berlin", "layers": [layer]}},
        heartbeats={"backup": {"service": "checkout", "every": "1h"}},
        intakes={"backup": {"summary": "title"}},
        # Configured, so that it is the signature that is missed.
        channels={
            "email": {"host": "127.0.0.1", "port": 2525, "from": "roust@example.com"},
            "slack": {"bot_token": "xoxb-for-tests", "signing_secret": "signing-secret-for-tests"},
            "twilio": {"account_sid": "AC" + "0" * 32, "auth_token": "for-tests", "from": "+15550100"},
        },
    )


def secrets(directory: Directory) -> dict[str, str]:
    """What each column of the matrix shows."""
    link = Links([key.get_secret_value() for key in directory.link_keys], directory.url)
    answer = link.answer_url(ALERT, "ada").rpartition("/")[2]
    return {
        "nothing": "",
        "wrong": "wrong",
        "its key": KEY,
        "another's key": OTHER_KEY,
        **{role: token_of(role) for role in ROLES},
        "link": answer,
    }


@asynccontextmanager
async def asking_everything(directory: Directory) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(EngineAway(), Held(directory))  # type: ignore[arg-type]
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
        yield client


def routes(directory: Directory) -> dict[str, str]:
    """Every route of the application, as `GET,HEAD /a/{token}`, and the rule it declares."""
    app = create_app(EngineAway(), Held(directory))  # type: ignore[arg-type]
    return {f"{methods} {path}": rules[0] if rules else "public" for path, methods, rules in declared(app.routes)}


async def answered(client: httpx2.AsyncClient, route: str, secret: str) -> str:
    """`yes` for whoever was let in; else the status of the refusal. All methods of a route answer alike."""
    methods, path = route.split(" ", 1)
    statuses = {await _status(client, method, path, secret) for method in methods.split(",")}
    assert len(statuses) == 1, f"{route}: {statuses}"
    (status,) = statuses
    assert status != 500, route
    return str(status) if status in (401, 403, 404) else "yes"


async def _status(client: httpx2.AsyncClient, method: str, path: str, secret: str) -> int:
    def part(match: re.Match[str]) -> str:
        name = match[1].partition(":")[0]
        return PATHS.get(name) or quote(secret or "-", safe="")

    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    content: dict[str, Any] = {}
    if method in ("POST", "PUT"):
        # Providers and buttons send forms, everybody else JSON; each names the secret where its format does.
        form = path == "/press" or path.startswith(("/in/twilio", "/in/slack"))
        said = {"press": secret, "token": secret} if form else {"routing_key": secret}
        content = {"data" if form else "json": said}
    return (await client.request(method, re.sub(r"\{([^}]+)\}", part, path), headers=headers, **content)).status_code
