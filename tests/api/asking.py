"""Asking the application as a source or a person would: over HTTP, without a socket."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from api.app import create_app
from roust.domain.directory import Directory
from tests.builders import a_directory
from tests.fakes.gateway import RecordingGateway

KEY = "key-of-checkout"
OTHER_KEY = "key-of-search"
ROLES = ("viewer", "responder", "editor", "admin")


class Held:
    """A directory that somebody holds, and may swap."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory


def token_of(role: str) -> str:
    return f"token-of-the-{role}"


def two_services(**parts: Any) -> Directory:
    """Services checkout (the default's key) and search, default_service platform; a token for every role."""
    whole: dict[str, Any] = {
        "default_service": "platform",
        "services": {
            "checkout": {"escalation_policy": "payments", "integration_keys": [KEY, "next-key-of-checkout"]},
            "search": {"escalation_policy": "payments", "integration_keys": [OTHER_KEY]},
            "platform": {"escalation_policy": "payments"},
            "empty": {"escalation_policy": "payments", "integration_keys": [""]},
        },
        "tokens": [
            {"name": role, "role": role, "sha256": hashlib.sha256(token_of(role).encode()).hexdigest()}
            for role in ROLES
        ],
    }
    return a_directory(**(whole | parts))


@asynccontextmanager
async def asking(
    gateway: RecordingGateway, held: Held | None = None, *, key: str | None = KEY, body_seconds: float = 10.0
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application over `gateway`; `key` is its bearer."""
    app = create_app(gateway, held or Held(two_services()), body_seconds=body_seconds)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(transport=transport, base_url="http://roust", headers=headers) as client:
        yield client
