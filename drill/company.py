"""The drill's company: one policy with short waits, webhooks that all end in the ledger."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from drill.ledger import Book
from drill.record import Policy

SERVICES = 60
"""So many that none of them has a storm of its own accord; the last one has all the storms, in which pages merge."""


def a_policy(wait: float = 6.0, passes: int = 2) -> Policy:
    """Three steps of `wait` seconds; the first one's responder has a second contact after half of it."""
    return Policy(
        steps=[(["ada"], wait), (["grace"], wait), (["linus", "grace"], wait)],
        passes=passes,
        rules={
            "ada": [(0.0, "hook"), (wait / 2, "spare")],
            "grace": [(0.0, "hook")],
            "linus": [(0.0, "hook")],
            "margaret": [(0.0, "hook")],
        },
        last_resort=["margaret"],
    )


@dataclass(frozen=True)
class Company:
    """`canaries`: secrets and addresses by name; none may be found in a log or in the store."""

    config: Path
    """A folder: `roust.yaml`, and what is added beside it."""
    keys: list[str]
    tokens: dict[str, str]
    canaries: dict[str, str]


def found(folder: Path, book: Book, policy: Policy) -> Company:
    """Write `roust.yaml` into a folder of its own in `folder`: `policy`, and everybody's contacts."""
    canaries = {
        "address": f"canary-address-{folder.name}-0123456789abcdef",
        "integration key": f"canary-key-{folder.name}-0123456789abcdef",
        "link key": f"canary-link-{folder.name}-0123456789abcdef",
        "webhook secret": "whsec_Y2FuYXJ5LXNlY3JldC1vZi10aGUtZHJpbGwtMDEyMzQ1",
        "token of ada": f"canary-token-ada-{folder.name}-0123456789",
        "token of grace": f"canary-token-grace-{folder.name}-0123456789",
    }
    keys = [f"{canaries['integration key']}-{number}" for number in range(SERVICES)]
    tokens = {user: canaries[f"token of {user}"] for user in ("ada", "grace")}

    def hook(user: str, contact: str) -> dict[str, str]:
        return {"webhook": book.url(f"/{canaries['address']}/{user}/{contact}")}

    users = {
        user: {
            "contacts": {contact: hook(user, contact) for _, contact in rules},
            "notification_rules": {
                "high": [{"after": f"{after:g}s", "contacts": [contact]} for after, contact in rules]
            },
        }
        for user, rules in policy.rules.items()
    }
    whole = {
        "url": "https://roust.example",
        "link_keys": [canaries["link key"]],
        "operators": [{"user": "margaret"}],
        "default_service": "service-0",
        "defaults": {"last_resort": [{"user": user} for user in policy.last_resort]},
        "users": users,
        "escalation_policies": {
            "drill": {
                "steps": [
                    {"notify": [{"user": user} for user in people], "wait": f"{wait:g}s"}
                    for people, wait in policy.steps
                ],
                "repeats": policy.passes - 1,
            }
        },
        "services": {
            f"service-{number}": {"escalation_policy": "drill", "integration_keys": [key]}
            for number, key in enumerate(keys)
        },
        "tokens": [
            {
                "name": f"{user}-laptop",
                "user": user,
                "role": "responder",
                "sha256": hashlib.sha256(token.encode()).hexdigest(),
            }
            for user, token in tokens.items()
        ],
        "channels": {"webhook": {"allow": [f"{book.host}/32"], "secret": canaries["webhook secret"]}},
    }
    config = folder / "config"
    config.mkdir()
    # JSON is YAML.
    (config / "roust.yaml").write_text(json.dumps(whole, indent=1))
    return Company(config, keys, tokens, canaries)
