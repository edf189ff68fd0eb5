"""Temporal's clock: the hour that workflows go by, and one for all hosts, whatever their own clocks say."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Gauge

log = structlog.get_logger()

SAME = timedelta(seconds=1)
"""Two clocks that differ by less are the same clock: to ask Temporal takes a moment too."""
DIFFERS = timedelta(seconds=5)
"""Clocks that differ by so much are a trouble that people are told of."""

AHEAD = Gauge("roust_clock_ahead_seconds", "By how much this machine's clock is ahead of Temporal's.")


def steady() -> float:
    """Seconds by a clock that nobody sets; where the system has one, by one that goes on while the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _wall() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Temporal's hour: as it was heard last, carried on by a clock that nobody sets.

    This machine's own hour while nothing was heard yet, and wherever the two agree.
    """

    def __init__(self, wall: Callable[[], datetime] = _wall, passing: Callable[[], float] = steady) -> None:
        self._wall = wall
        self._passing = passing
        self._heard: tuple[datetime, float] | None = None
        self._differed = False

    def now(self) -> datetime:
        """The hour."""
        own = self._wall()
        ahead = self._ahead(own)
        return own if abs(ahead) <= SAME else own - ahead

    def epoch(self) -> float:
        """The hour, in seconds of the epoch."""
        return self.now().timestamp()

    @property
    def ahead(self) -> timedelta:
        """By how much this machine's own clock is ahead; nothing while the two are the same."""
        ahead = self._ahead(self._wall())
        return timedelta(0) if abs(ahead) <= SAME else ahead

    @property
    def known(self) -> bool:
        """Whether Temporal's hour was ever heard."""
        return self._heard is not None

    def hear(self, at: datetime, when: float) -> None:
        """Temporal's clock said `at` when the clock that nobody sets said `when`."""
        self._heard = (at, when)
        differs = abs(self.ahead) >= DIFFERS
        if differs != self._differed:
            say = log.warning if differs else log.info
            say("this machine's clock against Temporal's", ahead=round(self.ahead.total_seconds(), 1))
        self._differed = differs

    def _ahead(self, own: datetime) -> timedelta:
        if self._heard is None:
            return timedelta(0)
        at, when = self._heard
        return own - at - timedelta(seconds=self._passing() - when)


CLOCK = Clock()
"""This process's: whoever shows that the process lives (`roust.runtime.attendance`) hears the hour by that."""
AHEAD.set_function(lambda: CLOCK.ahead.total_seconds())  # noqa: PLW0108 - another length each time
