"""A page that was left lying listens before it goes out: somebody may have answered, or another worker sent it."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from temporalio import activity

from roust.runtime.clock import CLOCK

LAIN = timedelta(seconds=2)
"""A first attempt that waited so long for a worker was left lying."""
FRESH = 30.0
"""Seconds for which a worker counts as one that has just come: what waits for an old one waits its turn."""
_BEATS, _APART = 2, 0.6
"""Heartbeats bring the word that it is called off; they are held to one in half a second."""


class Listening:
    """Of one worker, from its beginning."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()

    async def before(self, beat: Callable[[], None]) -> None:
        """Nothing for a page that comes straight from its alert. Another attempt, and what lay there when this
        worker came, gives the alert's workflow a second to call it off first: an acknowledge that was accepted
        while no worker ran stops a page that no worker has taken (rule 7). Cancelled then. So does what was given
        to this worker longer ago than Temporal waits for a heartbeat: it slept, and another may have it by now."""
        info = activity.info()
        lain = info.started_time - info.current_attempt_scheduled_time >= LAIN
        if info.attempt > 1 or _slept() or (lain and self._now() - self._began < FRESH):
            await listen(beat)


async def listen(beat: Callable[[], None]) -> None:
    """A second for the word that it is called off, or another's. Cancelled then."""
    for _ in range(_BEATS):
        beat()
        await asyncio.sleep(_APART)


def _slept() -> bool:
    info = activity.info()
    given = info.heartbeat_timeout
    return given is not None and CLOCK.known and CLOCK.now() - info.started_time >= given
