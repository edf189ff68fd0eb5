"""A page that was left lying listens before it goes out: somebody may have answered, or another worker sent it."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from roust.runtime.clock import CLOCK, steady

LAIN = timedelta(seconds=2)
"""A first attempt that waited so long for a worker was left lying."""
FRESH = 30.0
"""Seconds for which a worker counts as one that has just come: what waits for an old one waits its turn."""
LATE = timedelta(seconds=2)
"""A page that leaves so long after it was due was in somebody's hands that could not go on."""
_BEATS, _APART = 2, 0.6
"""Heartbeats bring the word that it is called off; they are held to one in half a second."""
MOST = 8.0
"""Seconds that are listened to at most: an alert whose workflow cannot go on must not keep its page from going out."""
_CALLED_OFF = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
_ASKING = timedelta(seconds=2)


class Listening:
    """Of one worker, from its beginning."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()

    async def before(self, at: datetime, beat: Callable[[], None]) -> None:
        """Nothing for a page that was due `at`, and comes straight from its alert in its time.

        Another attempt, and what lay there when this worker came, gives the alert's workflow a second to call it off
        first: an acknowledge that was accepted while no worker ran stops a page that no worker has taken (rule 7).
        Cancelled then. So does what was given to this worker longer ago than Temporal waits for a heartbeat: it slept,
        and another may have it by now. And a late one, while its alert has not looked at all that came in: the alert
        itself may have been with a worker that was cut off, and ask for a page before it hears that somebody answered.
        """
        if self._doubtful() or (_late(at) and await unheard()):
            await listen(beat)

    def _doubtful(self) -> bool:
        info = activity.info()
        lain = info.started_time - info.current_attempt_scheduled_time >= LAIN
        return info.attempt > 1 or _slept() or (lain and self._now() - self._began < FRESH)


def _late(at: datetime) -> bool:
    return CLOCK.known and CLOCK.now() - at >= LATE


async def listen(beat: Callable[[], None]) -> None:
    """A second for the word that it is called off, or another's, after its alert has looked at all that came in.
    Cancelled then."""
    quiet, end = 0, steady() + MOST
    while quiet < _BEATS:
        quiet = 0 if steady() < end and await unheard() else quiet + 1
        beat()
        await asyncio.sleep(_APART)


async def unheard() -> bool:
    """Whether something came in that this page's alert has not looked at, or it has called the page off already; no,
    where Temporal does not say."""
    info = activity.info()
    if info.workflow_id is None or info.workflow_run_id is None:
        return False
    try:
        return await waits(activity.client(), info.workflow_id, info.workflow_run_id, info.activity_id)
    except (RPCError, OSError, RuntimeError):
        return False


async def waits(client: Client, workflow: str, run: str, page: str) -> bool:
    """Whether that run has a task that no worker has done yet, or waits no more for its activity `page`. Raises
    RPCError."""
    found = await client.get_workflow_handle(workflow, run_id=run).describe(rpc_timeout=_ASKING)
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return False
    told = found.raw_description
    wanted = any(one.activity_id == page and one.state != _CALLED_OFF for one in told.pending_activities)
    return told.HasField("pending_workflow_task") or not wanted


def _slept() -> bool:
    info = activity.info()
    given = info.heartbeat_timeout
    return given is not None and CLOCK.known and CLOCK.now() - info.started_time >= given
