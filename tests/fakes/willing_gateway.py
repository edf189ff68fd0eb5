"""A gateway that does whatever it is asked, so that what is wrong with a request is found before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from api.gateway import AcknowledgedAll, AlertPage
from roust.domain.kept_maintenance import Kept, KeptMaintenance, kept
from roust.domain.maintenance import Maintenance
from roust.domain.overrides import Override
from roust.domain.report import Report, report
from tests.fakes.answering import AnsweringGateway
from tests.fakes.overrides import RememberingOverrides
from workflows.messages import AlertView, Done, Standing


@dataclass
class WillingOverrides(RememberingOverrides):
    async def now(self, schedule: str) -> list[Override]:
        return list(self.overrides.get(schedule, ()))

    async def make(self, schedule: str, override: Override) -> Override:
        return override

    async def remove(self, schedule: str, override: str, by: str) -> Override:
        span = {"from": "2026-01-05T08:00Z", "to": "2026-01-05T09:00Z"}
        return Override.model_validate({"kind": "add", "user": "ada", "id": override[:8]} | span)


class WillingBook:
    """Maintenance: it takes all and keeps none."""

    async def kept(self) -> KeptMaintenance:
        return KeptMaintenance()

    async def make(self, planned: Maintenance, by: str) -> Kept:
        return kept(planned, "0123abcd", by, datetime.now(UTC))

    async def end(self, id_: str, by: str) -> Kept:
        planned = Maintenance.model_validate({"from": "2026-01-05T08:00Z", "to": "2026-01-05T09:00Z"})
        return kept(planned, "0123abcd", by, datetime.now(UTC))


@dataclass
class WillingGateway(AnsweringGateway):
    """One alert, on record in every list."""

    alert: str = "checkout-26d228663f13a88592a1-01a208a1-8842-7ea8-85b3-d14848c00a5a"
    overrides: WillingOverrides = field(default_factory=WillingOverrides)
    maintenance: WillingBook = field(default_factory=WillingBook)
    done: list[tuple[Any, ...]] = field(default_factory=list)

    async def view(self, alert: str) -> AlertView:
        now = await self.standing(alert)
        known = now.model_dump(include=set(AlertView.model_fields) & set(Standing.model_fields))
        return AlertView(**known, id=alert, timeline=[])

    async def list(self, state: str | None, service: str | None, limit: int, cursor: str | None) -> AlertPage:
        return AlertPage([(self.alert, await self.standing(self.alert))], None)

    async def page_alerts(self, service: str, page: str) -> Sequence[str]:
        return [self.alert]

    async def paging(self, service: str) -> int:
        return 1

    async def acknowledge_service(self, service: str, by: str, via: str) -> AcknowledgedAll:
        return await self.acknowledge_each([self.alert], by, via)

    async def acknowledge_each(self, alerts: Sequence[str], by: str, via: str) -> AcknowledgedAll:
        for alert in alerts:
            await self.acknowledge(alert, by, via)
        return AcknowledgedAll(acknowledged=[*alerts])

    async def reassign(self, alert: str, by: str, user: str | None, policy: str | None) -> Done:
        return self._do("reassign", alert, by, user, policy)

    async def snooze(self, alert: str, by: str, length: timedelta) -> Done:
        return self._do("snooze", alert, by, length)

    async def note(self, alert: str, by: str, text: str) -> Done:
        return self._do("note", alert, by, text)

    async def post_update(self, alert: str, by: str, text: str, next_: datetime | None) -> Done:
        return self._do("update", alert, by, text, next_)

    def _do(self, *what: Any) -> Done:
        self.done.append(what)
        return Done(state=self.state, step=self.step)

    async def follow_holds(self, ended: str | None = None) -> int:
        return 0

    async def report(self, length: timedelta) -> Report:
        now = datetime.now(UTC)
        return report([], now - length, now, people=[])

    async def ready(self) -> None:
        return None
