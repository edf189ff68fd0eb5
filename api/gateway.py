"""The gateway: the one door from HTTP to Temporal. Handlers parse, make one gateway call, return."""

from dataclasses import dataclass
from typing import Protocol

from roust.domain.alert import Event
from roust.domain.errors import RoustError
from workflows.messages import AlertView, Answer, Standing


class Unavailable(RoustError):
    """Temporal did not accept; nothing is lost, the source must try again (503, Retry-After)."""


class NoSuchAlert(RoustError):
    """That is not an alert's id (404)."""


class BeyondRetention(RoustError):
    """The alert is no longer kept (410)."""


class BadCursor(RoustError):
    """The list cannot go on from there: that cursor was never given out (422)."""


class NotConfirmed(RoustError):
    """Durably recorded; no worker has confirmed it within the time (202)."""


@dataclass(frozen=True)
class Accepted:
    """Temporal has durably accepted. status: triggered, repeated, suppressed, dropped, held."""

    id: str | None
    dedup_key: str
    status: str
    service: str | None
    url: str | None


@dataclass(frozen=True)
class AlertPage:
    """A page of a list: newest first; `next` is the cursor of the next page."""

    alerts: list[tuple[str, Standing]]
    next: str | None


class Gateway(Protocol):
    async def trigger(self, event: Event, key_service: str | None) -> Accepted:
        """Route `event` and start its alert, or repeat the open one. Raises Unavailable."""
        ...

    async def resolve_key(self, event: Event, key_service: str | None, by: str) -> bool:
        """A source's resolve, routed as its trigger: whether something open was told. Raises Unavailable."""
        ...

    async def acknowledge_key(self, event: Event, key_service: str | None, by: str) -> bool:
        """A source's acknowledge (Events v2): whether something open was told. Raises Unavailable."""
        ...

    async def acknowledge(self, alert: str, by: str, via: str) -> Answer:
        """What became of it. Raises NoSuchAlert, BeyondRetention, Unavailable, and NotConfirmed (recorded,
        outcome unknown within 2 s)."""
        ...

    async def resolve(self, alert: str, by: str, via: str) -> Answer:
        """As `acknowledge`."""
        ...

    async def standing(self, alert: str) -> Standing:
        """Where the alert stands, without a worker. Raises NoSuchAlert, BeyondRetention, Unavailable."""
        ...

    async def view(self, alert: str) -> AlertView:
        """The whole alert; with no worker, what the memo knows and a timeline that says so. Raises alike."""
        ...

    async def list(self, state: str | None, service: str | None, limit: int, cursor: str | None) -> AlertPage:
        """Open alerts, or those in `state`; newest first, may lag. Raises BadCursor, Unavailable."""
        ...

    async def ready(self) -> None:
        """Nothing, when an alert would be accepted now. Raises Unavailable."""
        ...

    async def aclose(self) -> None:
        """Tell Temporal what still waits to be told."""
        ...
