"""A route: which service and priority an event with labels takes, and whether it pages at all. Rule 17."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from roust.domain.alert import Priority
from roust.domain.matcher import MatcherText


class Action(StrEnum):
    """page; suppress: kept, nobody notified; drop: counted only."""

    PAGE = "page"
    SUPPRESS = "suppress"
    DROP = "drop"


class Route(BaseModel):
    """For events with labels; the first that matches wins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: list[MatcherText] = Field(min_length=1)
    service: str | None = None
    priority: Priority | None = None
    action: Action = Action.PAGE
