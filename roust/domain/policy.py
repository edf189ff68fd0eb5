"""The escalation policy: steps, repeats, last resort."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from roust.domain.duration import Duration, told_duration

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A key in the configuration; it stands in ids, search attributes and paths as it is."""


def at_least(least: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if value < least:
            raise ValueError(f"must be at least {told_duration(least)} (got {told_duration(value)})")
        return value

    return AfterValidator(check)


class OnEmpty(StrEnum):
    """What a step that resolves to nobody does: be skipped at once, or keep its wait."""

    SKIP = "skip"
    WAIT = "wait"


class Target(BaseModel):
    """Whom a step notifies: exactly one of schedule, user, team, group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schedule: str | None = None
    user: str | None = None
    team: str | None = None
    group: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Target":
        given = [kind for kind in ("schedule", "user", "team", "group") if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError("a target names exactly one of schedule, user, team, group")
        return self

    @property
    def kind(self) -> str:
        return next(k for k in ("schedule", "user", "team", "group") if getattr(self, k) is not None)

    @property
    def name(self) -> str:
        return str(getattr(self, self.kind))

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Step(BaseModel):
    """One rung: targets, and the wait before the next rung."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notify: list[Target] = Field(min_length=1)
    wait: Annotated[Duration, at_least(timedelta(seconds=1))]
    on_empty: OnEmpty = OnEmpty.SKIP


class EscalationPolicy(BaseModel):
    """The chain. `repeats: N` means N+1 passes; low urgency walks one (rule 11)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: list[Step] = Field(min_length=1, max_length=100)
    repeats: int = Field(default=0, ge=0, le=100)
    last_resort: list[Target] | None = None
    acknowledge_timeout: Annotated[Duration, at_least(timedelta(seconds=1))] | None = None
