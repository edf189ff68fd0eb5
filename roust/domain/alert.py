"""The alert: one problem of one service, from trigger to resolve."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Priority(StrEnum):
    """How bad it is: P1 is the worst."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"

    def worse_than(self, other: "Priority") -> bool:
        return self.value < other.value


class Urgency(StrEnum):
    """How loudly we page."""

    HIGH = "high"
    LOW = "low"


class AlertState(StrEnum):
    """Where an alert stands. Everything but `resolved` is open."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    EXHAUSTED = "exhausted"
    SNOOZED = "snoozed"
    HELD = "held"
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"


class Verb(StrEnum):
    """The three verbs, the same at every layer."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


SEVERITY_PRIORITY = {
    "critical": Priority.P1,
    "page": Priority.P1,
    "error": Priority.P2,
    "warning": Priority.P3,
    "info": Priority.P5,
}
"""Rule 11. A severity that is not here says nothing."""


class Link(BaseModel):
    model_config = ConfigDict(frozen=True)

    href: str
    text: str = ""


class Event(BaseModel):
    """What an alert source said, in our words: the one shape that every intake makes.

    `summary` may be empty for acknowledge and resolve. `priority` is None when the source did not
    say one; `severity` is the source's own word. Texts are as they came; `sized` cuts them.
    """

    model_config = ConfigDict(frozen=True)

    verb: Verb = Verb.TRIGGER
    summary: str = ""
    dedup_key: str | None = None
    priority: Priority | None = None
    severity: str | None = None
    source: str = ""
    description: str = ""
    labels: dict[str, str] = {}
    links: list[Link] = []
    details: dict[str, Any] = {}
    truncated: bool = False


class AlertText(BaseModel):
    """What a page says of an alert: everything a responder needs, cut to size, no secrets, no addresses."""

    model_config = ConfigDict(frozen=True)

    id: str
    service: str
    dedup_key: str = ""
    summary: str
    description: str = ""
    priority: Priority = Priority.P3
    urgency: Urgency = Urgency.HIGH
    state: AlertState = AlertState.TRIGGERED
    source: str = ""
    labels: dict[str, str] = {}
    links: list[Link] = []
    details: dict[str, Any] = {}
    truncated: bool = False
    runbook: str | None = None
    impact: str | None = None
    triggered_at: datetime
    count: int = 1
    owner: str | None = None


class Answer(BaseModel):
    """What became of a request to acknowledge or resolve.

    `accepted` False: refused, `reason` says why in a sentence. `first`: this one changed the state.
    """

    model_config = ConfigDict(frozen=True)

    accepted: bool
    state: AlertState
    owner: str | None = None
    first: bool = False
    reason: str = ""
    at: datetime
