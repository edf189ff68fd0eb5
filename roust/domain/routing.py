"""Which way an event takes: matchers in Alertmanager's syntax, routes, and the decision with its reasons."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from roust.domain.alert import Priority


class Action(StrEnum):
    """page; suppress: kept, nobody notified; drop: counted only."""

    PAGE = "page"
    SUPPRESS = "suppress"
    DROP = "drop"


class Route(BaseModel):
    """For events with labels; the first that matches wins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: list[str] = Field(min_length=1)
    service: str | None = None
    priority: Priority | None = None
    action: Action = Action.PAGE
