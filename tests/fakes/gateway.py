"""A gateway that remembers what it was told and answers as Temporal would."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

from api.gateway import Accepted, Unavailable
from roust.domain.alert import Event
from roust.domain.routing import dedup_key


@dataclass
class Told:
    """One call: the verb, the event, the service of the key, who said so."""

    verb: str
    event: Event
    service: str | None
    by: str = ""


@dataclass
class RecordingGateway:
    """`away`: dedup keys that cannot be stored; `all_away`: none can."""

    told: list[Told] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    all_away: bool = False
    beats: list[tuple[str, timedelta]] = field(default_factory=list)

    def _accept(self, told: Told) -> None:
        if self.all_away or dedup_key(told.event) in self.away:
            raise Unavailable("the engine is away")
        self.told.append(told)

    @property
    def verbs(self) -> list[str]:
        return [told.verb for told in self.told]

    @property
    def events(self) -> list[Event]:
        return [told.event for told in self.told]

    @property
    def summaries(self) -> list[str]:
        return [told.event.summary for told in self.told]

    @property
    def services(self) -> list[str | None]:
        return [told.service for told in self.told]

    async def trigger(self, event: Event, key_service: str | None) -> Accepted:
        self._accept(Told("trigger", event, key_service))
        return Accepted(
            id="checkout-1", dedup_key=dedup_key(event), status="triggered", service=key_service, url="http://x/1"
        )

    async def resolve_key(self, event: Event, key_service: str | None, by: str) -> bool:
        self._accept(Told("resolve", event, key_service, by))
        return True

    async def acknowledge_key(self, event: Event, key_service: str | None, by: str) -> bool:
        self._accept(Told("acknowledge", event, key_service, by))
        return False

    async def beat(self, name: str, every: timedelta) -> None:
        if self.all_away:
            raise Unavailable("the engine is away")
        self.beats.append((name, every))

    def _not_asked(self) -> NoReturn:
        raise AssertionError("an intake has no business with this")

    async def acknowledge(self, alert: str, by: str, via: str) -> Any:
        self._not_asked()

    async def resolve(self, alert: str, by: str, via: str) -> Any:
        self._not_asked()

    async def acknowledge_service(self, service: str, by: str, via: str) -> Any:
        self._not_asked()

    async def page_alerts(self, service: str, page: str) -> Any:
        self._not_asked()

    async def acknowledge_each(self, alerts: Sequence[str], by: str, via: str) -> Any:
        self._not_asked()

    async def paging(self, service: str) -> Any:
        self._not_asked()

    async def escalate(self, alert: str, by: str, step: int) -> Any:
        self._not_asked()

    async def reassign(self, alert: str, by: str, user: str | None, policy: str | None) -> Any:
        self._not_asked()

    async def snooze(self, alert: str, by: str, length: timedelta) -> Any:
        self._not_asked()

    async def note(self, alert: str, by: str, text: str) -> Any:
        self._not_asked()

    async def post_update(self, alert: str, by: str, text: str, next_: datetime | None) -> Any:
        self._not_asked()

    async def standing(self, alert: str) -> Any:
        self._not_asked()

    async def view(self, alert: str) -> Any:
        self._not_asked()

    async def list(self, state: str | None, service: str | None, limit: int, cursor: str | None) -> Any:
        self._not_asked()

    async def aclose(self) -> None:
        return None
