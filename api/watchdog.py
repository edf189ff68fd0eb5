"""The watchdog: sees what escalation cannot say of itself, and tells the operators without any workflow.

It lives in the API process, because that is the one that still runs when no worker does; it asks Temporal
what no worker is needed for (lists, describes, who polls), and sends through the channels directly.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Gauge
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from api.measures import OpenAlerts
from roust.domain.watch import Sighting, Trouble, Verdict, Watch, overdue
from workflows.messages import MEMO, TASK_QUEUE, WORKFLOW, Standing, alert_id

log = structlog.get_logger()

EVERY = 15.0
PATIENCE = 10.0
"""Seconds for one round; a Temporal that takes longer does not answer."""
POLLED_WITHIN = timedelta(seconds=75)
"""A worker asks for work at least each minute; Temporal goes on listing one that has gone for five."""
WELL_FOR = timedelta(minutes=1)
"""So long a look that found nothing wrong counts."""
CONFIRM = 100
"""Alerts that are asked about singly in one round. Of more, the list is believed: it is an outage anyway."""

_OPEN = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
_FAILING = f"{_OPEN} AND TemporalReportedProblems IS NOT NULL"
_QUEUE_KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)

OVERDUE = Gauge("roust_overdue_alerts", "Alerts whose next action is overdue by more than a minute.")
FAILING = Gauge("roust_failing_workflows", "Alerts whose workflow task fails and is tried again.")
WORKER = Gauge("roust_worker_polls", "1 while a worker polls for work, 0 while none does.")
REACHABLE = Gauge("roust_temporal_reachable", "1 while Temporal answers the watchdog, 0 while it does not.")
LAST_RUN = Gauge("roust_watchdog_last_run_timestamp_seconds", "When the watchdog last looked.")


class Tell(Protocol):
    """Whoever tells the operators: `api.operators.Operators`."""

    async def tell(self, verdict: Verdict, at: datetime) -> bool: ...


def _now() -> datetime:
    return datetime.now(UTC)


class Watchdog:
    """Looks every 15 s, believes what it sees twice, tells once and then at most hourly."""

    def __init__(
        self,
        client: Client,
        operators: Tell,
        *,
        task_queue: str = TASK_QUEUE,
        every: float = EVERY,
        patience: float = PATIENCE,
        now: Callable[[], datetime] = _now,
        besides: Callable[[datetime], list[Sighting]] = lambda at: [],
    ) -> None:
        self._client = client
        self._operators = operators
        self._task_queue = task_queue
        self._every = every
        self._patience = patience
        self._now = now
        self._besides = besides
        self._watch = Watch()
        self._verdict = Verdict()
        self._since: dict[Trouble, datetime] = {}
        self._knows_problems = True
        self._open = OpenAlerts()
        self._looked: datetime | None = None

    @property
    def seen(self) -> frozenset[tuple[Trouble, str]]:
        """What the last look saw, believed or not."""
        return self._watch.seen

    def all_is_well(self, at: datetime) -> bool:
        """Whether a look in the last minute found nothing wrong, not even once."""
        return self._looked is not None and at - self._looked <= WELL_FOR and not self._watch.seen

    def degraded(self) -> list[str]:
        """What is wrong, for /readyz: `no worker polls`, `next action overdue: 3 alerts`, …"""
        counts: dict[Trouble, int] = {}
        for sighting in self._verdict.believed:
            counts[sighting.trouble] = counts.get(sighting.trouble, 0) + 1
        single = (Trouble.UNREACHABLE, Trouble.NO_WORKER, Trouble.SHED)
        return [
            str(trouble) if trouble in single else f"{trouble}: {count} alert{'s' * (count > 1)}"
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
        self._watch, verdict = self._watch.round(await self._sightings(at) + self._besides(at), at)
        self._verdict = verdict
        self._looked = at
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
                found = await self._no_worker(at)
                found += await self._stuck(at)
                self._since.pop(Trouble.UNREACHABLE, None)
                return found
        except (RPCError, OSError, RuntimeError, TimeoutError) as error:
            log.warning("Temporal does not answer the watchdog", error=str(error)[:200])
            return [Sighting(Trouble.UNREACHABLE, "Temporal", self._began(Trouble.UNREACHABLE, at))]

    async def _no_worker(self, at: datetime) -> list[Sighting]:
        for kind in _QUEUE_KINDS:
            answer = await self._client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self._client.namespace,
                    task_queue=TaskQueue(name=self._task_queue),
                    task_queue_type=kind,
                )
            )
            latest = max((p.last_access_time.ToDatetime(UTC) for p in answer.pollers), default=None)
            if latest is None or at - latest > POLLED_WITHIN:
                subject = f"task queue {self._task_queue}"
                return [Sighting(Trouble.NO_WORKER, subject, latest or self._began(Trouble.NO_WORKER, at))]
        self._since.pop(Trouble.NO_WORKER, None)
        return []

    async def _stuck(self, at: datetime) -> list[Sighting]:
        """Alerts that cannot go on: from the list, which may lag, then asked about singly, which does not."""
        late: list[tuple[datetime, WorkflowExecution]] = []
        counts: Counter[tuple[str, str]] = Counter()
        async for execution in self._client.list_workflows(_OPEN, page_size=500):
            standing = await _standing(execution)
            counts[standing.state.value if standing else "unknown", execution.id.split("/")[1]] += 1
            due = standing.next_due if standing else None
            if due is not None and overdue(due, at):
                late.append((due, execution))
        self._open.show(counts)
        late.sort(key=lambda item: item[0])
        asked = await asyncio.gather(*(self._confirm(execution, at) for _, execution in late[:CONFIRM]))
        found = {s.key: s for s in asked if s is not None}
        for due, execution in late[CONFIRM:]:
            sighting = Sighting(Trouble.OVERDUE, _id(execution), due)
            found[sighting.key] = sighting
        for sighting in await self._reported(at):
            found.setdefault(sighting.key, sighting)
        return list(found.values())

    async def _confirm(self, execution: WorkflowExecution, at: datetime) -> Sighting | None:
        try:
            now = await self._client.get_workflow_handle(execution.id, run_id=execution.run_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        standing = await _standing(now)
        if now.status is not WorkflowExecutionStatus.RUNNING or standing is None:
            return None
        task = now.raw_description.pending_workflow_task
        if task.attempt > 1:
            return Sighting(Trouble.FAILING, _id(now, standing), task.original_scheduled_time.ToDatetime(UTC))
        if standing.next_due is None or not overdue(standing.next_due, at):
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

    def _began(self, trouble: Trouble, at: datetime) -> datetime:
        return self._since.setdefault(trouble, at)


def _measure(verdict: Verdict, at: datetime) -> None:
    troubles = [sighting.trouble for sighting in verdict.believed]
    OVERDUE.set(troubles.count(Trouble.OVERDUE))
    FAILING.set(troubles.count(Trouble.FAILING))
    WORKER.set(Trouble.NO_WORKER not in troubles)
    REACHABLE.set(Trouble.UNREACHABLE not in troubles)
    LAST_RUN.set(at.timestamp())


async def _standing(execution: WorkflowExecution) -> Standing | None:
    return await execution.memo_value(MEMO, None, type_hint=Standing)


def _id(execution: WorkflowExecution, standing: Standing | None = None) -> str:
    first = (standing.first_run if standing else None) or execution.run_id
    return alert_id(execution.id, first)
