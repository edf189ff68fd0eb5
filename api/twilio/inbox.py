"""What a process remembers of Twilio's requests: wrong replies per number, and requests that came before."""

from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

MOST_WRONG = 10
WITHIN = 600.0
"""Seconds in which one number may be wrong so often; after that it is not answered any more."""
MOST_KEPT = 10_000


class Wrongs:
    """Counts what was wrong, by number; holds at most so many numbers, the latest."""

    def __init__(self, most: int = MOST_WRONG, within: float = WITHIN, clock: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._within = within
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def exhausted(self, number: str) -> bool:
        """Whether `number` was wrong too often of late."""
        return len(self._recent(number)) >= self._most

    def count(self, number: str) -> None:
        """One more."""
        recent = self._recent(number)
        recent.append(self._clock())
        self._times[number] = recent
        self._times.move_to_end(number)
        while len(self._times) > MOST_KEPT:
            self._times.popitem(last=False)

    def _recent(self, number: str) -> deque[float]:
        times = self._times.get(number, deque())
        while times and times[0] <= self._clock() - self._within:
            times.popleft()
        return times


class Seen:
    """Remembers the latest names it was told: a request that comes again is known."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._names: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """From now on `name` is known."""
        self._names[name] = None
        while len(self._names) > self._most:
            self._names.popitem(last=False)

    def forget(self, name: str) -> None:
        """It may come again."""
        self._names.pop(name, None)


class Inbox:
    """Both, of one process."""

    def __init__(self) -> None:
        self.wrongs = Wrongs()
        self.seen = Seen()
