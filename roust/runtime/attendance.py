"""Attendance: each process shows that it lives, and by which configuration and clock, to whoever asks Temporal.

It polls a task queue that no task ever goes to, under a name that says all that. Temporal lists who polls, and since
when by its own clock: no worker, no workflow and no store of our own is needed, and the name follows each reload.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, PollActivityTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from roust.runtime.clock import CLOCK, DIFFERS, Clock, steady

log = structlog.get_logger()

QUEUE = "roust-attendance"
WORKER, API = "worker", "api"

EVERY = 10.0
"""Seconds from one showing to the next."""
PRESENT = timedelta(seconds=25)
"""Whoever has not shown itself for so long is gone: two showings missed."""

POLL = timedelta(seconds=21)
"""How long Temporal keeps a poll. Shorter than PRESENT: when a poll ends, Temporal counts its poller as seen anew, and
one whose network is gone must not seem to come back by that. Below 20 s servers warn of each."""

_SHOWN = 12
"""Characters of the digest, as in log and metric."""
_HEARD_WITHIN = 1.0
"""Seconds that Temporal may take to list who shows itself; later, its clock would be known too badly."""
_LOOK = 0.02
_WORKS_EVERY = 0.25
"""Seconds from one look to the next whether it still works."""


@dataclass(frozen=True)
class Present:
    """A process: its `role` (worker, api), its name, the beginning of its configuration's digest; `at`: last seen,
    by Temporal's clock. `ahead`: by how much its own clock is ahead of that, where they differ."""

    role: str
    name: str
    digest: str
    at: datetime
    ahead: timedelta = timedelta(0)

    def lives(self, at: datetime) -> bool:
        """Whether it has shown itself lately."""
        return at - self.at <= PRESENT


async def attend(
    client: Client,
    role: str,
    digest: Callable[[], str],
    *,
    queue: str = QUEUE,
    every: float = EVERY,
    clock: Clock = CLOCK,
    works: Callable[[], bool] = lambda: True,
) -> None:
    """Show this process until cancelled, and set `clock` by it; while Temporal does not answer, try again.

    While not `works`, it does not show itself: whoever looks must take it for gone.
    """
    showing = _Showing(client, role, digest, queue, clock)
    while True:
        try:
            async with asyncio.timeout(every):
                await showing.show(works)
        except TimeoutError:
            continue
        except (RPCError, OSError, RuntimeError) as error:
            log.warning("Temporal does not hear that this process lives", error=str(error)[:200])
            await asyncio.sleep(every)
        await asyncio.sleep(min(every, _WORKS_EVERY))


async def hear(client: Client, *, queue: str = QUEUE, clock: Clock = CLOCK) -> None:
    """Set `clock` before anything is done by it; within a second, or not at all."""
    showing = _Showing(client, "clock", lambda: "", queue, clock)
    with suppress(RPCError):
        # Two words: nobody is present by that.
        async with showing.polling(f"clock {showing.name}"):
            return


@dataclass
class _Showing:
    client: Client
    role: str
    digest: Callable[[], str]
    queue: str
    clock: Clock
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    async def show(self, works: Callable[[], bool]) -> None:
        """One poll, until it ends or nothing works any more."""
        if not works():
            return
        async with self.polling(self._identity()) as poll:
            while works() and not poll.done():
                await asyncio.wait({poll}, timeout=_WORKS_EVERY)
            if poll.done():
                poll.result()

    @asynccontextmanager
    async def polling(self, identity: str) -> AsyncIterator[asyncio.Task[object]]:
        """A poll under way. Temporal has said when it began, by its clock, if it says so soon."""
        asked, before = steady(), await self._seen(identity)
        poll: asyncio.Task[object] = asyncio.create_task(
            self.client.workflow_service.poll_activity_task_queue(
                PollActivityTaskQueueRequest(
                    namespace=self.client.namespace, task_queue=TaskQueue(name=self.queue), identity=identity
                ),
                timeout=POLL,
            )
        )
        try:
            with suppress(TimeoutError, RPCError):
                async with asyncio.timeout(_HEARD_WITHIN):
                    while (at := await self._seen(identity)) in (None, before):  # noqa: ASYNC110 (nothing signals it)
                        await asyncio.sleep(_LOOK)
                # Whatever has changed, Temporal wrote it down between our two looks.
                if at is not None and steady() - asked <= _HEARD_WITHIN:
                    self.clock.hear(at, (asked + steady()) / 2)
            yield poll
        finally:
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)

    async def _seen(self, identity: str) -> datetime | None:
        """When Temporal saw this poller last, by its clock."""
        listed = [one for one in await _pollers(self.client, self.queue) if one.identity == identity]
        return max((one.last_access_time.ToDatetime(UTC) for one in listed), default=None)

    def _identity(self) -> str:
        ahead = self.clock.ahead
        words = [self.role, self.name, self.digest()[:_SHOWN]]
        return " ".join([*words, f"{ahead.total_seconds():+.0f}"] if abs(ahead) >= DIFFERS else words)


async def _pollers(client: Client, queue: str) -> Sequence[PollerInfo]:
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
    )
    return answer.pollers


async def attendance(client: Client, queue: str = QUEUE) -> list[Present]:
    """Who has shown itself within some minutes, gone or not, each as it was seen last. Raises RPCError."""
    found: dict[tuple[str, str], Present] = {}
    for poller in await _pollers(client, queue):
        words = poller.identity.split(" ")
        if len(words) not in (3, 4):
            continue
        role, name, digest, *ahead = words
        at = poller.last_access_time.ToDatetime(UTC)
        one = Present(role, name, digest, at, timedelta(seconds=int(ahead[0]) if ahead else 0))
        before = found.get((one.role, one.name))
        # A reload gives a process another identity; the old one stays listed for a while.
        if before is None or one.at > before.at:
            found[one.role, one.name] = one
    return list(found.values())
