"""The gateway: the one door from HTTP to Temporal. Handlers parse, make one gateway call, return."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from roust.domain.alert import Event
from roust.domain.errors import RoustError
from roust.domain.kept_maintenance import Kept, KeptMaintenance
from roust.domain.maintenance import Maintenance
from roust.domain.overrides import Override
from roust.domain.report import Report
from roust.runtime.day_to_day import InHand
from roust.runtime.made_maintenance import InForce
from workflows.messages import AlertView, Answer, Done, Standing


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


class NoWorker(Unavailable):
    """No worker answered in time: a verb that needs an answer was not done (503)."""


class Refused(RoustError):
    """The alert refuses the verb; the message is the reason (409). `over`: because it is resolved."""

    def __init__(self, reason: str, over: bool = False) -> None:
        super().__init__(reason)
        self.over = over


class UnknownTarget(RoustError):
    """Nobody can be reached by that name; `field` is where it was said (422)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NoSuchOverride(RoustError):
    """No override of that id is kept of the schedule (404)."""


class NoSuchMaintenance(RoustError):
    """No maintenance made day to day has that id (404)."""


class NoSuchService(RoustError):
    """There is no service of that name, and no open alert of one (404)."""


class NoSuchPage(RoustError):
    """That merged page is not on record, or no longer kept (404)."""


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


@dataclass(frozen=True)
class AcknowledgedAll:
    """A storm's answer: ids whose acknowledge is durable, and of those that it is not, why."""

    acknowledged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


class Overrides(Protocol):
    """The overrides made day to day: durable, and in force for the next step resolved within a second."""

    async def of(self, schedules: Iterable[str]) -> InHand:
        """Those of `schedules`, within a second: without an answer what was last known, with a doubt. Never raises."""
        ...

    async def now(self, schedule: str) -> list[Override]:
        """Those of `schedule` this very moment, in the order made. Raises Unavailable."""
        ...

    async def make(self, schedule: str, override: Override) -> Override:
        """Keep `override`, its times in UTC. Raises Refused (a conflict), NoWorker, Unavailable."""
        ...

    async def remove(self, schedule: str, override: str, by: str) -> Override:
        """Remove that one; begun, it ends now. Raises NoSuchOverride, Refused (it is over), NoWorker, Unavailable."""
        ...


class MaintenanceMade(Protocol):
    """The maintenance made day to day: durable, and in force for the next alert that starts within a second."""

    async def in_force(self, at: datetime) -> InForce:
        """Within a second, whatever happens: an alert's start never waits for it. No answer is a doubt."""
        ...

    async def kept(self) -> KeptMaintenance:
        """All that is kept, as of this moment. Raises Unavailable."""
        ...

    async def make(self, planned: Maintenance, by: str) -> Kept:
        """`planned`, on record. Raises Refused, NoWorker, Unavailable."""
        ...

    async def end(self, id_: str, by: str) -> Kept:
        """That one is over now. Raises NoSuchMaintenance, Refused (over already), NoWorker, Unavailable."""
        ...


class Gateway(Protocol):
    @property
    def overrides(self) -> Overrides:
        """The overrides made day to day."""
        ...

    @property
    def maintenance(self) -> MaintenanceMade:
        """The maintenance made day to day."""
        ...

    async def trigger(self, event: Event, key_service: str | None) -> Accepted:
        """Route `event` and start its alert, or repeat the open one. Raises Unavailable."""
        ...

    async def resolve_key(self, event: Event, key_service: str | None, by: str) -> bool:
        """A source's resolve, routed as its trigger: whether something open was told. Raises Unavailable."""
        ...

    async def acknowledge_key(self, event: Event, key_service: str | None, by: str) -> bool:
        """A source's acknowledge (Events v2): whether something open was told. Raises Unavailable."""
        ...

    async def beat(self, name: str, every: timedelta) -> None:
        """Heartbeat `name` was heard; silent for longer than `every`, it starts an alert. Raises Unavailable."""
        ...

    async def acknowledge(self, alert: str, by: str, via: str) -> Answer:
        """What became of it. Raises NoSuchAlert, BeyondRetention, Unavailable, and NotConfirmed (recorded,
        outcome unknown within 2 s)."""
        ...

    async def resolve(self, alert: str, by: str, via: str) -> Answer:
        """As `acknowledge`."""
        ...

    async def acknowledge_service(self, service: str, by: str, via: str) -> AcknowledgedAll:
        """Acknowledge all alerts of `service` that page: triggered and exhausted ones. They come from a
        list that lags some seconds; again is safe. Raises NoSuchService, Unavailable (none could be told)."""
        ...

    async def page_alerts(self, service: str, page: str) -> list[str]:
        """The ids of the alerts that a merged page told of, the worst first. Raises NoSuchPage, Unavailable."""
        ...

    async def acknowledge_each(self, alerts: Sequence[str], by: str, via: str) -> AcknowledgedAll:
        """Acknowledge those of `alerts` that are open. Raises Unavailable (none could be told)."""
        ...

    async def paging(self, service: str) -> int:
        """How many alerts of `service` page, for people to read; may lag. Raises Unavailable."""
        ...

    async def escalate(self, alert: str, by: str, step: int) -> Done:
        """The next step begins now, if `step` is still current. As all verbs that need an answer it raises
        Refused, NoSuchAlert, BeyondRetention, NoWorker, Unavailable."""
        ...

    async def reassign(self, alert: str, by: str, user: str | None, policy: str | None) -> Done:
        """To exactly one of `user` and escalation `policy`, which is pinned. Raises UnknownTarget as well."""
        ...

    async def snooze(self, alert: str, by: str, length: timedelta) -> Done:
        """Nobody is paged for so long. Raises as `escalate`."""
        ...

    async def note(self, alert: str, by: str, text: str) -> Done:
        """A line of the timeline. Raises as `escalate`."""
        ...

    async def post_update(self, alert: str, by: str, text: str, next_: datetime | None) -> Done:
        """A status update for the stakeholders; `next_`: when more is promised. Raises as `escalate`."""
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

    async def follow_holds(self, ended: str | None = None) -> int:
        """Held alerts go by the maintenance of now: how many begin to climb. What cannot be told now is later."""
        ...

    async def report(self, length: timedelta) -> Report:
        """What the alerts cost that closed within `length` of now; may lag. Raises Unavailable."""
        ...

    async def ready(self) -> None:
        """Nothing, when an alert would be accepted now. Raises Unavailable."""
        ...

    async def aclose(self) -> None:
        """Tell Temporal what still waits to be told."""
        ...
