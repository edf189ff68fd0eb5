"""The gateway to Temporal: routes events to their alerts, passes on the verbs, reads."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter
from temporalio.client import Client
from temporalio.service import RPCError

from api.answering import CONFIRM_WITHIN, Answering
from api.beating import beat
from api.door import RPC_TIMEOUT, NotThere, asked
from api.gateway import Accepted, AcknowledgedAll, AlertPage, Unavailable, UnknownTarget
from api.holds import Holds
from api.lane import Pace
from api.lanes import Lanes
from api.listing import list_alerts
from api.maintenance_kept import MaintenanceInTemporal
from api.merged import acknowledge_each, page_alerts
from api.opening import TemporalAlert
from api.overrides_kept import OverridesInTemporal
from api.readiness import Readiness
from api.reading import Reading
from api.repeats import Said
from api.reporting import reported
from api.storm import acknowledge_all, paging
from api.updating import Updating
from api.view_cache import ViewCache
from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.domain.grouping import Place, place
from roust.domain.report import Report
from roust.domain.routing import Action, Decision, decide, dedup_key
from roust.runtime.clock import CLOCK
from roust.runtime.entities import MAINTENANCE
from roust.runtime.made_maintenance import InForce
from workflows.messages import (
    ACKNOWLEDGE,
    RESOLVE,
    TASK_QUEUE,
    Acknowledge,
    AlertView,
    Answer,
    Ask,
    Done,
    Escalate,
    Note,
    PostUpdate,
    Reassign,
    Resolve,
    Snooze,
    Standing,
    alert_id,
    workflow_id,
)
from workflows.opening import standing
from workflows.pinned import pinned, repeat

log = structlog.get_logger()

PATIENCE = 8.0
"""Seconds an alert source waits at most until it is told to try again."""
HEALTH_TIMEOUT = timedelta(seconds=2)

EVENTS = Counter(
    "roust_events", "Events that Temporal has durably accepted, or that a route drops.", ["status", "service"]
)


class TemporalGateway:
    """`Gateway`, on Temporal. `directory` gives the configuration in force. Close it: repeats may wait."""

    def __init__(
        self,
        client: Client,
        directory: Callable[[], Directory],
        task_queue: str = TASK_QUEUE,
        pace: Pace | None = None,
        confirm_within: float = CONFIRM_WITHIN,
        kept_in: str = MAINTENANCE,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._directory = directory
        self._readiness = Readiness()
        self._lanes = Lanes(lambda workflow: TemporalAlert(client, workflow, task_queue), pace)
        self._reading = Reading(client)
        self._views = ViewCache(self._reading.view)
        self._answering = Answering(client, self._reading, self._lanes, confirm_within)
        self._updating = Updating(client, self._reading)
        self.overrides = OverridesInTemporal(client, task_queue)
        self.maintenance = MaintenanceInTemporal(client, task_queue, kept_in)
        self.holds = Holds(client, directory, self.maintenance)

    async def trigger(self, event: Event, key_service: str | None) -> Accepted:
        """Route `event` and start its alert, or repeat the open one. Raises Unavailable."""
        directory = self._directory()
        decision = decide(event, key_service, directory)
        key = dedup_key(event)
        if decision.action is Action.DROP or decision.service is None:
            if decision.action is not Action.DROP:
                log.error("an event has no service: no route, no key, no default_service takes it", why=decision.why)
            EVENTS.labels("dropped", decision.service or "").inc()
            return Accepted(None, key, "dropped", decision.service, None)
        grouped = place(event, directory.services[decision.service])
        workflow = workflow_id(decision.service, grouped.key)
        known = await self.maintenance.in_force(CLOCK.now())
        said = _said(event, decision, decision.service, grouped, directory, known)
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._lanes.to(workflow).trigger(said)
        except TimeoutError as late:
            self._readiness.failed()
            raise Unavailable("Temporal did not answer in time; try again") from late
        except Unavailable:
            self._readiness.failed()
            raise
        self._readiness.recorded()
        status = "repeated" if not told.started else standing(said.opening).state.value
        EVENTS.labels(status, decision.service).inc()
        alert = alert_id(workflow, told.first_run)
        log.info("event", status=status, alert=alert, service=decision.service, source=event.source[:64])
        return Accepted(alert, key, status, decision.service, f"{directory.url.rstrip('/')}/v1/alerts/{alert}")

    async def resolve_key(self, event: Event, key_service: str | None, by: str) -> bool:
        """A source's resolve, after the triggers that came before it: whether something open was told."""
        for workflow, member in self._workflows_of(event, key_service):
            word = Resolve(request=str(uuid.uuid4()), alert=None, by=by, via="source", member=member)
            if await self._resolved(workflow, word):
                return True
        return False

    async def _resolved(self, workflow: str, word: Resolve) -> bool:
        handle = self._client.get_workflow_handle(workflow)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._lanes.to(workflow).resolve(
                    lambda: asked(handle.signal(RESOLVE, word, rpc_timeout=RPC_TIMEOUT))
                )
        except NotThere:
            return False
        except TimeoutError as late:
            raise Unavailable("Temporal did not answer in time; try again") from late
        return True

    async def acknowledge_key(self, event: Event, key_service: str | None, by: str) -> bool:
        """A source's acknowledge: whether something open was told. Raises Unavailable."""
        for workflow, _ in self._workflows_of(event, key_service):
            word = Acknowledge(request=str(uuid.uuid4()), alert=None, by=by, via="source")
            handle = self._client.get_workflow_handle(workflow)
            with suppress(NotThere):
                await asked(handle.signal(ACKNOWLEDGE, word, rpc_timeout=RPC_TIMEOUT))
                return True
        return False

    async def beat(self, name: str, every: timedelta) -> None:
        await beat(self._client, self._task_queue, name, every)

    async def acknowledge(self, alert: str, by: str, via: str) -> Answer:
        try:
            return await self._answering.acknowledge(alert, by, via)
        finally:
            self._views.forget(alert)

    async def resolve(self, alert: str, by: str, via: str) -> Answer:
        try:
            return await self._answering.resolve(alert, by, via)
        finally:
            self._views.forget(alert)

    async def acknowledge_service(self, service: str, by: str, via: str) -> AcknowledgedAll:
        answer = await acknowledge_all(self._client, service, by, via, known=service in self._directory().services)
        for alert in answer.acknowledged:
            self._views.forget(alert)
        return answer

    async def page_alerts(self, service: str, page: str) -> list[str]:
        return await page_alerts(self._client, service, page)

    async def acknowledge_each(self, alerts: Sequence[str], by: str, via: str) -> AcknowledgedAll:
        answer = await acknowledge_each(self._client, alerts, by, via)
        for alert in answer.acknowledged:
            self._views.forget(alert)
        return answer

    async def paging(self, service: str) -> int:
        return await paging(self._client, service)

    async def escalate(self, alert: str, by: str, step: int) -> Done:
        return await self._update(alert, lambda until: Escalate(alert=alert, by=by, step=step, expires=until))

    async def reassign(self, alert: str, by: str, user: str | None, policy: str | None) -> Done:
        directory = self._directory()
        if policy is None:
            _reachable(user or "", directory)
            return await self._update(alert, lambda until: Reassign(alert=alert, by=by, user=user, expires=until))
        if policy not in directory.escalation_policies:
            raise UnknownTarget("escalation_policy", "there is no such escalation policy")
        return await self._update(
            alert,
            lambda until: Reassign(
                alert=alert,
                by=by,
                policy_name=policy,
                policy=directory.escalation_policies[policy],
                last_resort=directory.last_resort(policy),
                expires=until,
            ),
        )

    async def snooze(self, alert: str, by: str, length: timedelta) -> Done:
        return await self._update(alert, lambda until: Snooze(alert=alert, by=by, length=length, expires=until))

    async def note(self, alert: str, by: str, text: str) -> Done:
        return await self._update(alert, lambda until: Note(alert=alert, by=by, text=text, expires=until))

    async def post_update(self, alert: str, by: str, text: str, next_: datetime | None) -> Done:
        return await self._update(
            alert, lambda until: PostUpdate(alert=alert, by=by, text=text, next=next_, expires=until)
        )

    async def _update(self, alert: str, ask: Callable[[datetime], Ask]) -> Done:
        try:
            return await self._updating.ask(alert, ask)
        finally:
            self._views.forget(alert)

    async def standing(self, alert: str) -> Standing:
        return await self._reading.standing(alert)

    async def view(self, alert: str) -> AlertView:
        return await self._views.view(alert)

    async def list(self, state: str | None, service: str | None, limit: int, cursor: str | None) -> AlertPage:
        return await list_alerts(self._client, state, service, limit, cursor)

    async def follow_holds(self, ended: str | None = None) -> int:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.holds.follow(ended)
        except (Unavailable, TimeoutError, RPCError) as later:
            log.warning("held alerts are told later", why=str(later))
            return 0

    async def report(self, length: timedelta) -> Report:
        return await reported(self._client, self._directory().users, length)

    async def ready(self) -> None:
        """Nothing, when an alert would be accepted now. Raises Unavailable."""
        if not await asked(self._client.service_client.check_health(timeout=HEALTH_TIMEOUT)):
            raise Unavailable("Temporal is not serving")
        if self._readiness.doubtful:
            raise Unavailable("Temporal could not record the last events: look at its disk or database")

    async def aclose(self) -> None:
        """Tell every alert the repeats that still wait for it."""
        await self._lanes.aclose()

    def _workflows_of(self, event: Event, key_service: str | None) -> Sequence[tuple[str, str | None]]:
        """Where a source's word goes, with the member that it is about: the first that is open is told."""
        # What a route drops now may have been let in before the route was written: it is told all the same.
        directory = self._directory()
        service = decide(event, key_service, directory).service
        if service is None:
            return []
        grouped = place(event, directory.services[service])
        ways = [(workflow_id(service, grouped.key), grouped.member)]
        # What came before the service was grouped went by its own key.
        return ways if grouped.member is None else [*ways, (workflow_id(service, dedup_key(event)), None)]


def _reachable(user: str, directory: Directory) -> None:
    if user not in directory.users:
        raise UnknownTarget("user", "there is no such user")
    if not directory.users[user].contacts:
        raise UnknownTarget("user", f"{user} has no contact: nobody would be paged")


def _said(event: Event, decision: Decision, service: str, grouped: Place, directory: Directory, known: InForce) -> Said:
    request, at = str(uuid.uuid4()), CLOCK.now()
    if known.doubt:
        decision = replace(decision, why=[*decision.why, known.doubt])
    opening = pinned(event, decision, service, grouped, directory, request, at, known.entries)
    return Said(opening, repeat(event, decision, grouped, opening))
