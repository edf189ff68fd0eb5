"""The trigger: an event on its way into an alert's workflow."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from roust.domain.alert import Link, Priority, Urgency
from roust.domain.routing import Action


class Trigger(BaseModel):
    """An event that starts an alert or repeats it, routed and cut to size.

    `count`: how many events this one stands for (repeats are coalesced at the intake). `request` is
    unique per event, so that the same trigger in a start and in a signal counts once. `members`: which
    parts of a grouped alert it speaks of. `held_until`: it came in maintenance, which ends then.
    """

    model_config = ConfigDict(frozen=True)

    request: str
    at: datetime
    summary: str
    description: str = ""
    priority: Priority
    urgency: Urgency
    action: Action = Action.PAGE
    why: list[str] = []
    source: str = ""
    labels: dict[str, str] = {}
    links: list[Link] = []
    details: dict[str, Any] = {}
    truncated: bool = False
    count: int = 1
    members: list[str] = []
    held_until: datetime | None = None
