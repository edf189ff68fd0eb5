"""Attendance: each process shows that it lives, and by which configuration, to whoever asks Temporal.

It polls a task queue that no task ever goes to, under a name that says both. Temporal lists who polls: no
worker, no workflow and no store of our own is needed, and the name follows each reload.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, PollActivityTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

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


@dataclass(frozen=True)
class Present:
    """A process: its `role` (worker, api), its name, the beginning of its configuration's digest; `at`: last seen."""

    role: str
    name: str
    digest: str
    at: datetime

    def lives(self, at: datetime) -> bool:
        """Whether it has shown itself lately."""
        return at - self.at <= PRESENT


async def attend(
    client: Client, role: str, digest: Callable[[], str], *, queue: str = QUEUE, every: float = EVERY
) -> None:
    """Show this process until cancelled; while Temporal does not answer, try again."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        try:
            async with asyncio.timeout(every):
                await client.workflow_service.poll_activity_task_queue(
                    PollActivityTaskQueueRequest(
                        namespace=client.namespace,
                        task_queue=TaskQueue(name=queue),
                        identity=f"{role} {name} {digest()[:_SHOWN]}",
                    ),
                    timeout=POLL,
                )
        except TimeoutError:
            continue
        except (RPCError, OSError, RuntimeError) as error:
            log.warning("Temporal does not hear that this process lives", error=str(error)[:200])
        await asyncio.sleep(every)


async def attendance(client: Client, queue: str = QUEUE) -> list[Present]:
    """Who has shown itself within some minutes, gone or not, each as it was seen last. Raises RPCError."""
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
    )
    found: dict[tuple[str, str], Present] = {}
    for poller in answer.pollers:
        words = poller.identity.split(" ")
        if len(words) != 3:
            continue
        role, name, digest = words
        one = Present(role, name, digest, poller.last_access_time.ToDatetime(UTC))
        before = found.get((one.role, one.name))
        # A reload gives a process another identity; the old one stays listed for a while.
        if before is None or one.at > before.at:
            found[one.role, one.name] = one
    return list(found.values())
