"""Who is on call: schedules, layers, overrides, shifts."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class OverrideKind(StrEnum):
    """CONTRACT rule 14."""

    COVER = "cover"
    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


class Window(BaseModel):
    """On call only inside: weekdays and a clock span in the schedule's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1)
    from_: Annotated[str, Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    to: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class Layer(BaseModel):
    """A rotation: users take turns, each hand-off on the wall clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    users: list[str] = Field(min_length=1)
    every: str
    start: str
    end: str | None = None
    level: int = 0
    hours: list[Window] | None = None


class Override(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: OverrideKind
    user: str
    replaces: str | None = None
    from_: Annotated[str, Field(alias="from")]
    to: str
    reason: str = ""


class Schedule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str
    layers: list[Layer] = []
    overrides: list[Override] = []


class Shift(BaseModel):
    """`user` is on call in [start, end), instants in UTC."""

    model_config = ConfigDict(frozen=True)

    user: str
    start: datetime
    end: datetime


def on_call(schedule: Schedule, at: datetime) -> list[str]:
    """The users on call at `at`, sorted."""
    raise NotImplementedError


def shifts(schedule: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """The shifts of [start, end), in UTC, one per user and unbroken stretch, in order of start then user."""
    raise NotImplementedError
