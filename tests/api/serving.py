"""The application over a real gateway, asked in process or served on a port of its own."""

import hashlib

import httpx2
from fastapi import FastAPI

from api.app import create_app
from api.gateway import Gateway
from roust.domain.directory import Directory, Token

TOKENS = {
    "ada-laptop": ("ada", "responder"),
    "robot": (None, "responder"),
    "wall": (None, "viewer"),
    "ben-laptop": ("ben", "editor"),
    "planner": (None, "editor"),
}
"""name: (user, role); the secret is `secret of {name}`."""


class Held:
    """A directory that may be swapped."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory


def with_tokens(directory: Directory) -> Directory:
    tokens = [
        Token.model_validate(
            {
                "name": name,
                "user": user,
                "role": role,
                "sha256": hashlib.sha256(f"secret of {name}".encode()).hexdigest(),
            }
        )
        for name, (user, role) in TOKENS.items()
    ]
    return directory.model_copy(update={"tokens": tokens})


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer secret of {name}"}


def an_app(gateway: Gateway, directory: Directory) -> FastAPI:
    return create_app(gateway, Held(with_tokens(directory)))


def asked_in_process(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8420")
