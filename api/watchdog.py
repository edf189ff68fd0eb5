"""The watchdog: sees what escalation cannot say of itself, and tells the operators without any workflow.

It lives in the API process, because that is the one that still runs when no worker does; it asks Temporal
what no worker is needed for (lists, describes, who polls), and sends through the channels directly.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Gauge
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from api.keepers import Keepers, failing
from api.measures import OpenAlerts
from api.polls import Polls
from roust.domain.watch import Sighting, Trouble, Verdict, Watch, overdue, unreached
from roust.runtime.clock import CLOCK, steady
from roust.runtime.encryption import UnreadablePayload
from workflows.digest_messages import STAKEHOLDERS
from workflows.heartbeat import WORKFLOW as HEARTBEAT
from workflows.maintenance import WORKFLOW as MAINTENANCE
from workflows.messages import MEMO, MERGED_PAGE, WORKFLOW, Standing, alert_id
from workflows.overrides import WORKFLOW as OVERRIDES

log = structlog.get_logger()

EVERY = 15.0
PATIENCE = 10.0
"""Seconds for one round; a Temporal that takes longer does not answer."""
WELL_FOR = 60.0
"""Seconds for which a look that found nothing wrong counts."""
CONFIRM = 100
"""Alerts that are asked about singly in one round. Of more, the list is believed: it is an outage anyway."""

_OPEN = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
_UNNAMED = f"WorkflowType IN ('{STAKEHOLDERS}', '{MERGED_PAGE}') AND ExecutionStatus = 'Running'"
"""Those that no configuration names and whose tasks may fail all the same."""
_OURS = (WORKFLOW, HEARTBEAT, OVERRIDES, MAINTENANCE, STAKEHOLDERS, MERGED_PAGE)
_FAILING = (
    f"WorkflowType IN ({', '.join(map(repr, _OURS))}) "
    "AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"
)
_COUNTED = {
    Trouble.FAILING: "workflow",
    Trouble.OVERDUE: "alert",
    Trouble.UNREACHED: "alert",
    Trouble.MISSING: "workflow",
    Trouble.DIFFER: "process",
    Trouble.CLOCK: "process",
}
"""What /readyz counts of a trouble; the others are one thing, there or not."""
_NO_ALARM = {Trouble.DIFFER, Trouble.CLOCK}
"""A changed configuration on its way to all processes, and a clock that workflows do not go by, stop no page."""

OVERDUE = Gauge("roust_overdue_alerts", "Alerts whose next action is overdue by more than a minute.")
UNREACHED = Gauge("roust_unreached_alerts", "Exhausted alerts of which nobody has heard, not even the last resort.")
FAILING = Gauge("roust_failing_workflows", "Workflows whose task fails and is tried again.")
WORKER = Gauge("roust_worker_polls", "1 while a worker polls for work, 0 while none does.")
NOTICES = Gauge("roust_notices_worker_polls", "1 while a worker polls for notices, 0 while none does.")
MISSING = Gauge("roust_missing_entities", "Keepers of overrides, maintenance, heartbeats that were ended.")
REACHABLE = Gauge("roust_temporal_reachable", "1 while Temporal answers the watchdog, 0 while it does not.")
LAST_RUN = Gauge("roust_watchdog_last_run_timestamp_seconds", "When the watchdog last looked.")


class Tell(Protocol):
    """Whoever tells the operators: `api.operators.Operators`."""

    async def tell(self, verdict: Verdict, at: datetime) -> bool: ...


class Watchdog:
    """Looks every 15 s, believes what it sees twice, tells once and then at most hourly."""

    def __init__(
        self,
        client: Client,
        operators: Tell,
        *,
        polls: Polls | None = None,
        keepers: Keepers | None = None,
        every: float = EVERY,
        patience: float = PATIENCE,
        now: Callable[[], datetime] = CLOCK.now,
        passing: Callable[[], float] = steady,
        besides: Callable[[datetime], list[Sighting]] = lambda at: [],
    ) -> None:
        """`now`: the hour, by Temporal's clock; `passing`: seconds by one that nobody sets."""
        self._client = client
        self._operators = operators
        self._polls = polls or Polls(client)
        self._keepers = keepers
        self._every = every
        self._patience = patience
        self._now = now
        self._passing = passing
        self._besides = besides
        self._watch = Watch()
        self._verdict = Verdict()
        self._since: datetime | None = None
        self._knows_problems = True
        self._open = OpenAlerts()
        self._looked: float | None = None

    @property
    def seen(self) -> frozenset[tuple[Trouble, str]]:
        """What the last look saw, believed or not."""
        return self._watch.seen

    def all_is_well(self) -> bool:
        """Whether a look in the last minute found nothing wrong, not even once."""
        lately = self._looked is not None and self._passing() - self._looked <= WELL_FOR
        return lately and not any(trouble not in _NO_ALARM for trouble, _ in self._watch.seen)

    def degraded(self) -> list[str]:
        """What is wrong, for /readyz: `no worker polls`, `next action overdue: 3 alerts`, …"""
        counts: dict[Trouble, int] = {}
        for sighting in self._verdict.believed:
            counts[sighting.trouble] = counts.get(sighting.trouble, 0) + 1
        return [
            f"{trouble}: {_many(count, _COUNTED[trouble])}" if trouble in _COUNTED else str(trouble)
            for trouble, count in counts.items()
        ]

    async def run(self) -> None:
        """Look until cancelled. A round that goes wrong is logged, and the next one looks again."""
        while True:
            try:
                await self.look()
            # Whatever goes wrong, the one that watches over the rest must not die of it.
            except Exception:
                log.exception("the watchdog's round failed")
            await asyncio.sleep(self._every)

    async def look(self) -> Verdict:
        """One round."""
        at = self._now()
        self._watch, verdict = self._watch.round(
            await self._sightings(at) + self._besides(at), timedelta(seconds=self._passing())
        )
        self._verdict = verdict
        self._looked = self._passing()
        _measure(verdict, at)
        if verdict.tell or verdict.over:
            log.warning(
                "watchdog",
                tell=[f"{s.trouble}: {s.subject}" for s in verdict.tell],
                over=[f"{s.trouble}: {s.subject}" for s in verdict.over],
            )
            if not await self._operators.tell(verdict, at):
                self._watch = self._watch.untold(verdict.tell)
        return verdict

    async def _sightings(self, at: datetime) -> list[Sighting]:
        try:
            async with asyncio.timeout(self._patience):
                found = await self._polls.sightings(at)
                found += await self._stuck(at)
                if self._keepers is not None:
                    found += await self._keepers.sightings(at)
                self._since = None
                return found
        except (RPCError, OSError, RuntimeError, TimeoutError) as error:
            log.warning("Temporal does not answer the watchdog", error=str(error)[:200])
            self._since = self._since or at
            return [Sighting(Trouble.UNREACHABLE, "Temporal", self._since)]

    async def _stuck(self, at: datetime) -> list[Sighting]:
        """What cannot go on: from the list, which may lag, then asked about singly, which does not."""
        late: list[tuple[datetime, WorkflowExecution]] = []
        plain: list[Sighting] = []
        counts: Counter[tuple[str, str]] = Counter()
        async for execution in self._client.list_workflows(_OPEN, page_size=500):
            standing = await _standing(execution)
            if standing is None and execution.raw_info.memo.fields:
                # A worker with the keys that this process has cannot go on with it either.
                plain.append(Sighting(Trouble.FAILING, _id(execution), execution.start_time))
            counts[standing.state.value if standing else "unknown", execution.id.split("/")[1]] += 1
            since = standing.unreached_since if standing else None
            if since is not None and unreached(since, at):
                plain.append(Sighting(Trouble.UNREACHED, _id(execution, standing), since))
            due = standing.next_due if standing else None
            if due is not None and overdue(due, at):
                late.append((due, execution))
        self._open.show(counts)
        late.sort(key=lambda item: item[0])
        unnamed = [e async for e in self._client.list_workflows(_UNNAMED, limit=CONFIRM)]
        doubtful = [*(execution for _, execution in late[:CONFIRM]), *unnamed]
        asked = await asyncio.gather(*(self._confirm(execution, at) for execution in doubtful))
        found = {s.key: s for s in asked if s is not None}
        for due, execution in late[CONFIRM:]:
            sighting = Sighting(Trouble.OVERDUE, _id(execution), due)
            found[sighting.key] = sighting
        for sighting in [*plain, *await self._reported(at)]:
            found.setdefault(sighting.key, sighting)
        return list(found.values())

    async def _confirm(self, execution: WorkflowExecution, at: datetime) -> Sighting | None:
        try:
            now = await self._client.get_workflow_handle(execution.id, run_id=execution.run_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        if now.status is not WorkflowExecutionStatus.RUNNING:
            return None
        standing = await _standing(now)
        found = failing(now, _id(now, standing))
        if found is not None:
            return found
        if standing is None or standing.next_due is None or not overdue(standing.next_due, at):
            return None
        return Sighting(Trouble.OVERDUE, _id(now, standing), standing.next_due)

    async def _reported(self, at: datetime) -> list[Sighting]:
        """What Temporal itself reports after some failures in a row; older servers know no such thing."""
        if not self._knows_problems:
            return []
        try:
            return [
                Sighting(Trouble.FAILING, _id(execution, await _standing(execution)), execution.start_time)
                async for execution in self._client.list_workflows(_FAILING, page_size=500)
            ]
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            self._knows_problems = False
            return []


def _measure(verdict: Verdict, at: datetime) -> None:
    troubles = [sighting.trouble for sighting in verdict.believed]
    OVERDUE.set(troubles.count(Trouble.OVERDUE))
    UNREACHED.set(troubles.count(Trouble.UNREACHED))
    FAILING.set(troubles.count(Trouble.FAILING))
    WORKER.set(Trouble.NO_WORKER not in troubles)
    NOTICES.set(Trouble.NO_NOTICES not in troubles)
    MISSING.set(troubles.count(Trouble.MISSING))
    REACHABLE.set(Trouble.UNREACHABLE not in troubles)
    LAST_RUN.set(at.timestamp())


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}{'es' if what.endswith('s') else 's'}"


async def _standing(execution: WorkflowExecution) -> Standing | None:
    """Where an alert stands; None for what is no alert, has not said yet, or cannot be read with our keys."""
    if execution.workflow_type != WORKFLOW:
        return None
    try:
        standing: Standing | None = await execution.memo_value(MEMO, None, type_hint=Standing)
    except UnreadablePayload as error:
        log.error("an alert cannot be read", alert=_id(execution), why=str(error))
        return None
    return standing


def _id(execution: WorkflowExecution, standing: Standing | None = None) -> str:
    """The alert's id; of another workflow its own."""
    if execution.workflow_type != WORKFLOW:
        return execution.id
    first = (standing.first_run if standing else None) or execution.run_id
    return alert_id(execution.id, first)
