"""Calm: the first outages are told to a group singly; in a storm the rest go to its digest."""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from roust.domain.digest import SINGLY, WINDOW
from roust.domain.notice import Notice
from workflows.digest_messages import COLLECT, STAKEHOLDERS, StormInput, stakeholders_id

RPC_TIMEOUT = timedelta(seconds=5)


class GroupCalm:
    """`Calm`, on Temporal: what is collected is as durable as an alert.

    What was told singly is remembered by this worker alone: another one, or one that was restarted, tells a
    few more singly before it joins in. None tells anything singly while the group's storm goes on.
    """

    def __init__(self, client: Client, task_queue: str, clock: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._task_queue = task_queue
        self._clock = clock
        self._singly: defaultdict[str, deque[tuple[float, str]]] = defaultdict(deque)

    async def collects(self, notice: Notice) -> bool:
        """Whether `notice` was taken for the group's next digest. Raises RPCError: Temporal is away."""
        if await self._joins(notice):
            return True
        told, now = self._singly[notice.group], self._clock()
        while told and now - told[0][0] >= WINDOW.total_seconds():
            told.popleft()
        outages = {alert for _, alert in told}
        if notice.alert in outages:
            return False
        if len(outages) < SINGLY:
            told.append((now, notice.alert))
            return False
        await self._begin(notice, WINDOW - timedelta(seconds=now - told[0][0]))
        return True

    async def _joins(self, notice: Notice) -> bool:
        """Into the storm that goes on, if one does."""
        handle = self._client.get_workflow_handle(stakeholders_id(notice.group))
        try:
            await handle.signal(COLLECT, notice, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    async def _begin(self, notice: Notice, first: timedelta) -> None:
        await self._client.start_workflow(
            STAKEHOLDERS,
            StormInput(group=notice.group, first=first),
            id=stakeholders_id(notice.group),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=COLLECT,
            start_signal_args=[notice],
            static_summary=f"Storm of outages: {notice.group} hears of them together",
            rpc_timeout=RPC_TIMEOUT,
        )
