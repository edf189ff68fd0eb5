"""Readiness: what the last attempts to record an event tell of the next one."""

from collections.abc import Callable
from time import monotonic

IN_A_ROW = 3
"""One event may fail for a reason of its own."""
FOR = 30.0
"""Seconds that it counts: where a load balancer sends nothing meanwhile, nothing would ever show that it is over."""


class Readiness:
    """Temporal may say that it serves while its store takes nothing: a full disk, a database that only reads."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failures = 0
        self._last = 0.0

    def recorded(self) -> None:
        """An event is on record."""
        self._failures = 0

    def failed(self) -> None:
        """An event could not be recorded."""
        self._failures += 1
        self._last = self._now()

    @property
    def doubtful(self) -> bool:
        """Whether the last three could not be recorded, the last of them in the last 30 s."""
        return self._failures >= IN_A_ROW and self._now() - self._last < FOR
