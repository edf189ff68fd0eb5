"""A heartbeat: something that must report in, and an alert when it stays away (`heartbeats` of the configuration)."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from roust.domain.alert import Event, Priority, Verb
from roust.domain.duration import Duration, format_duration, told_duration

SHORTEST, LONGEST = timedelta(seconds=10), timedelta(days=366)


def _sensible(every: timedelta) -> timedelta:
    if not SHORTEST <= every <= LONGEST:
        raise ValueError(f"must be {format_duration(SHORTEST)} to 366 days (got {told_duration(every)})")
    return every


class Heartbeat(BaseModel):
    """`every`: the longest silence that is no trouble, from beat to beat; give it some slack.

    The alert is one of `service`, whose integration key the beats show. It takes routes like any other, by
    the label `heartbeat`; the next beat resolves it. Nothing is watched before the first beat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    every: Annotated[Duration, AfterValidator(_sensible)]
    priority: Priority = Priority.P2
    summary: str | None = None


def missed(name: str, heartbeat: Heartbeat, last: datetime) -> Event:
    """The event of a heartbeat that was last heard at `last`."""
    return Event(
        summary=heartbeat.summary or f"{name} has not been heard from for {format_duration(heartbeat.every)}",
        description=f"Its last heartbeat came at {last:%Y-%m-%d %H:%M:%S} UTC.",
        dedup_key=f"heartbeat/{name}",
        priority=heartbeat.priority,
        source="heartbeat",
        labels={"heartbeat": name},
    )


def back(name: str) -> Event:
    """The event of its return."""
    return Event(verb=Verb.RESOLVE, dedup_key=f"heartbeat/{name}", source="heartbeat", labels={"heartbeat": name})
