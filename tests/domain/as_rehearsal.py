"""What a property test found, as people can read and play it: a `roust.yaml` and a rehearsal of the alert."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from tests.builders import NOON

Steps = list[tuple[list[str], int, bool]]
NOBODY_ON_CALL = "nobody"
"""A team without members: a step that resolves to nobody."""


def a_policy(steps: Steps, repeats: int, last_resort: list[str], timeout: int | None) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "steps": [
            {
                "notify": [{"user": user} for user in users] or [{"schedule": NOBODY_ON_CALL}],
                "wait": f"{wait}s",
                "on_empty": "wait" if waits_when_empty else "skip",
            }
            for users, wait, waits_when_empty in steps
        ],
        "repeats": repeats,
        "last_resort": [{"user": user} for user in last_resort],
    }
    return policy | ({"acknowledge_timeout": f"{timeout}s"} if timeout else {})


def a_company(
    policies: Mapping[str, dict[str, Any]],
    rules: Mapping[str, Mapping[str, list[tuple[int, list[str]]]]],
    auto_resolve: int = 86_400,
) -> dict[str, Any]:
    """`rules`: by urgency, then user: (seconds, contacts)."""
    users = {}
    for user in rules["high"]:
        contacts = dict.fromkeys(c for book in ("high", "low") for _, given in rules[book][user] for c in given)
        users[user] = {
            "contacts": {contact: {"email": f"{user}-{contact}@example.com"} for contact in contacts},
            "notification_rules": {
                book: [{"after": f"{after}s", "contacts": given} for after, given in rules[book][user]]
                for book in ("high", "low")
            },
        }
    over = {"users": ["ada"], "every": "1d", "start": "2020-01-01T00:00", "end": "2020-01-02T00:00"}
    return {
        "link_keys": ["a-key-for-rehearsals-only"],
        "default_service": "checkout",
        "users": users,
        "schedules": {NOBODY_ON_CALL: {"time_zone": "UTC", "layers": [over]}},
        "escalation_policies": dict(policies),
        "services": {
            "checkout": {
                "escalation_policy": "payments",
                "integration_keys": ["key-of-checkout-0123456789"],
                "auto_resolve": f"{auto_resolve}s",
            }
        },
        "channels": {"email": {"host": "127.0.0.1", "port": 25, "from": "roust@example.com"}},
    }


def a_rehearsal(
    priority: str,
    watched: int,
    events: Iterable[tuple[int, str, dict[str, Any]]],
    pages: Iterable[tuple[int, str, str, int, int, int]],
    outcome: str,
) -> dict[str, Any]:
    """`events`: (second, verb, what goes with it); `pages`: what must come, and no other."""
    names = ("user", "contact", "step", "pass", "cycle")
    return {
        "alert": {"service": "checkout", "summary": "checkout is down", "priority": priority},
        "at": NOON.isoformat(),
        "for": f"{max(watched, 1)}s",
        "events": [{"after": f"{after}s", verb: parts} for after, verb, parts in events],
        "expect": {
            "pages": [{"after": f"{page[0]}s", **dict(zip(names, page[1:], strict=True))} for page in sorted(pages)],
            "outcome": outcome,
        },
    }


class _Plain(yaml.SafeDumper):
    """Says everything where it belongs, however often."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def written(value: dict[str, Any]) -> str:
    """As YAML, a line for each page and event."""
    return yaml.dump(value, Dumper=_Plain, sort_keys=False, default_flow_style=None, width=200)
