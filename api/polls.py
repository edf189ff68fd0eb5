"""Who does the work: whether workers poll both task queues, and by which configuration each process goes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from roust.domain.watch import Sighting, Trouble
from roust.runtime.attendance import QUEUE, WORKER, Present, attendance
from workflows.messages import TASK_QUEUE, notices_queue

POLLED_WITHIN = timedelta(seconds=75)
"""A worker asks for work at least each minute; Temporal goes on listing one that has gone for five."""

_KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


class Polls:
    """What Temporal lists of those who poll. `digest`: that of this process's configuration."""

    def __init__(
        self,
        client: Client,
        digest: Callable[[], str] | None = None,
        *,
        task_queue: str = TASK_QUEUE,
        attendance_queue: str = QUEUE,
    ) -> None:
        self._client = client
        self._digest = digest
        self._queues = {Trouble.NO_WORKER: task_queue, Trouble.NO_NOTICES: notices_queue(task_queue)}
        self._attendance_queue = attendance_queue
        self._since: dict[Trouble, datetime] = {}

    async def sightings(self, at: datetime) -> list[Sighting]:
        """Queues that nobody polls, configurations and clocks that differ. Raises RPCError.

        A worker that dies is missed by its attendance, within seconds: its polls are listed for over a minute.
        """
        present = await attendance(self._client, self._attendance_queue)
        workers = [one for one in present if one.role == WORKER]
        # No attendance at all says nothing: there may be workers of a release that shows none.
        gone = bool(workers) and not any(one.lives(at) for one in workers)
        found = []
        for trouble, queue in self._queues.items():
            latest = await self._latest(queue)
            if not gone and latest is not None and at - latest <= POLLED_WITHIN:
                self._since.pop(trouble, None)
                continue
            since = latest or self._since.setdefault(trouble, at)
            found.append(Sighting(trouble, f"task queue {queue}", since))
        living = [one for one in present if one.lives(at)]
        return found + self._differing(living, at) + self._wrong_clocks(living, at)

    async def _latest(self, queue: str) -> datetime | None:
        """When the queue was polled last: by whoever does either kind of work on it, the one that lags."""
        latest: list[datetime] = []
        for kind in _KINDS:
            answer = await self._client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self._client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
                )
            )
            if not answer.pollers:
                return None
            latest.append(max(p.last_access_time.ToDatetime(UTC) for p in answer.pollers))
        return min(latest)

    def _differing(self, present: list[Present], at: datetime) -> list[Sighting]:
        """Where a process that lives goes by another configuration than this one."""
        if self._digest is None:
            return []
        mine = self._digest()
        others = [one for one in present if not mine.startswith(one.digest)]
        if not others:
            self._since.pop(Trouble.DIFFER, None)
            return []
        since = self._since.setdefault(Trouble.DIFFER, at)
        return [
            Sighting(Trouble.DIFFER, f"{one.role} {one.name}", since, f"{one.role} {one.name} by {one.digest}")
            for one in others
        ]

    def _wrong_clocks(self, present: list[Present], at: datetime) -> list[Sighting]:
        """Those whose own clock is not Temporal's."""
        wrong = [one for one in present if one.ahead]
        if not wrong:
            self._since.pop(Trouble.CLOCK, None)
            return []
        since = self._since.setdefault(Trouble.CLOCK, at)
        return [Sighting(Trouble.CLOCK, f"{one.role} {one.name}", since, _off(one)) for one in wrong]


def _off(one: Present) -> str:
    seconds = one.ahead.total_seconds()
    way = "ahead of" if seconds > 0 else "behind"
    return f"that of {one.role} {one.name} is {abs(seconds):.0f} s {way} Temporal's"
