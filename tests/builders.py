"""Builders with defaults that do not matter to the test."""

from datetime import UTC, datetime
from typing import Any

from roust.domain.alert import AlertText
from roust.domain.directory import Directory

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""


def a_directory(**parts: Any) -> Directory:
    """Ada, Ben and Margaret with a mail each; service `checkout` with policy `payments`; overridden by `parts`."""
    whole: dict[str, Any] = {
        "url": "http://127.0.0.1:8420",
        "link_keys": ["a-key-for-tests-only"],
        "operators": [{"user": "margaret"}],
        "default_service": "checkout",
        "defaults": {"last_resort": [{"user": "margaret"}]},
        "users": {
            "ada": {"name": "Ada Lovelace", "contacts": {"mail": {"email": "ada@example.com"}}},
            "ben": {"name": "Ben Bitdiddle", "contacts": {"mail": {"email": "ben@example.com"}}},
            "margaret": {
                "name": "Margaret Hamilton",
                "contacts": {"mail": {"email": "margaret@example.com"}},
            },
        },
        "teams": {"payments": {"members": ["ada", "ben"]}},
        "escalation_policies": {
            "payments": {
                "steps": [
                    {"notify": [{"user": "ada"}], "wait": "5m"},
                    {"notify": [{"user": "ben"}], "wait": "10m"},
                ]
            }
        },
        "services": {"checkout": {"escalation_policy": "payments", "integration_keys": ["key-of-checkout"]}},
        "channels": {"email": {"host": "127.0.0.1", "port": 2525, "from": "roust@example.com"}},
    }
    return Directory.model_validate(whole | parts)


def an_alert(**parts: Any) -> AlertText:
    """A high-urgency alert of `checkout`."""
    whole: dict[str, Any] = {
        "id": "checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000",
        "service": "checkout",
        "summary": "checkout is down",
        "priority": "P1",
        "triggered_at": NOON,
    }
    return AlertText.model_validate(whole | parts)
