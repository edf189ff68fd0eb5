"""Names that must be somebody's or something's: every reference in the file leads somewhere."""

import re

from roust.config.node import Node
from roust.config.validate import Draft

SINGULAR = {
    "users": "user",
    "teams": "team",
    "groups": "group",
    "schedules": "schedule",
    "escalation_policies": "escalation policy",
    "services": "service",
}

TARGETS = (
    "operators.*",
    "defaults.last_resort.*",
    "escalation_policies.*.steps.*.notify.*",
    "escalation_policies.*.last_resort.*",
)
"""Where targets stand."""

REFERENCES = (
    *((f"{place}.{SINGULAR[section]}", section) for place in TARGETS for section in tuple(SINGULAR)[:4]),
    ("default_service", "services"),
    ("teams.*.members.*", "users"),
    ("groups.*.members.*", "users"),
    ("groups.*.teams.*", "teams"),
    ("schedules.*.layers.*.users.*", "users"),
    ("schedules.*.overrides.*.user", "users"),
    ("schedules.*.overrides.*.replaces", "users"),
    ("services.*.escalation_policy", "escalation_policies"),
    ("routes.*.service", "services"),
    ("heartbeats.*.service", "services"),
    ("stakeholder_groups.*.members.*.user", "users"),
    ("stakeholder_groups.*.services.*", "services"),
    ("maintenance.*.services.*", "services"),
    ("tokens.*.user", "users"),
)
"""Where a name of which section stands."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_references(draft: Draft) -> None:
    """Every name that is referred to is given somewhere; so is every contact that a rule names."""
    for pattern, section in REFERENCES:
        known = draft.names(section)
        for path, node in draft.root.select(pattern):
            if isinstance(node.value, str) and not node.missing and node.value not in known:
                draft.error(path, _unknown(draft, SINGULAR[section], node, known))
    for user, entry in draft.root.select("users.*"):
        contacts = frozenset(str(path[-1]) for path, _ in entry.select("contacts.*"))
        for path, node in entry.select("notification_rules.*.*.contacts.*"):
            if isinstance(node.value, str) and not node.missing and node.value not in contacts:
                draft.error((*user, *path), _unknown(draft, "contact of this user", node, contacts))


def _unknown(draft: Draft, kind: str, node: Node, known: frozenset[str]) -> str:
    name = str(node.value)
    # What is no name may be an address, and what came from outside a secret: neither is repeated.
    if node.origin or not _NAME.fullmatch(name):
        return f"no {kind} of that name"
    return f"no {kind} named {name!r}{draft.hint(name, known)}"
