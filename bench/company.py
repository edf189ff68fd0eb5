"""The smallest company that can be paged."""

import hashlib

from roust.domain.directory import Directory

TOKEN = "token-of-the-measurement"
WAITS = (1, 5, 30)
"""Seconds of the first step of the services `wait-1`, …; that of `checkout` waits an hour."""


def key(service: str) -> str:
    """Its integration key."""
    return f"key-of-{service}-for-the-measurement"


def company() -> Directory:
    """Ada by mail; `checkout` has one step, the others two."""
    hour = {"notify": [{"user": "ada"}], "wait": "1h"}
    first = {f"wait-{seconds}": {"notify": [{"user": "ada"}], "wait": f"{seconds}s"} for seconds in WAITS}
    return Directory.model_validate(
        {
            "default_service": "checkout",
            "defaults": {"last_resort": [{"user": "ada"}]},
            "users": {"ada": {"contacts": {"mail": {"email": "ada@example.com"}}}},
            "escalation_policies": {"one": {"steps": [hour]}}
            | {name: {"steps": [step, hour]} for name, step in first.items()},
            "services": {"checkout": {"escalation_policy": "one", "integration_keys": [key("checkout")]}}
            | {name: {"escalation_policy": name, "integration_keys": [key(name)]} for name in first},
            "tokens": [
                {
                    "name": "bench",
                    "user": "ada",
                    "role": "responder",
                    "sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
                }
            ],
        }
    )
