"""Merging in a storm: which messages to one contact about one service go together, and when."""

from dataclasses import dataclass

from roust.domain.alert import Priority, Urgency

WINDOWS = ((10, 1.0), (100, 2.0))
"""(fewer alerts told so far in this storm, seconds that the next ones wait for each other)."""
LONGEST = 4.0
"""Seconds that a message waits at most: in a storm of a hundred alerts and more."""
QUIET = 10.0
"""Seconds without a message after which the next one is the first of another storm."""


@dataclass(frozen=True, eq=False)
class Waiting:
    """A message that wants to go: `key` is its own idempotency key, `alert` whose it is."""

    key: str
    alert: str
    urgency: Urgency
    priority: Priority

    @property
    def rank(self) -> tuple[bool, str]:
        """The lower, the worse."""
        return (self.urgency is not Urgency.HIGH, self.priority.value)


class Storm:
    """What one contact was told lately about one service, and what waits to be told together.

    The first message goes at once, and so does one that is worse than all that was told in this storm,
    with whatever waits; a single alert never waits for itself. Instants are seconds of a clock that never
    goes back.
    """

    def __init__(self) -> None:
        self.due: float | None = None
        self._waiting: list[Waiting] = []
        self._last = float("-inf")
        self._told = 0
        self._worst: tuple[bool, str] | None = None
        self._alerts: set[str] = set()

    def join(self, message: Waiting, now: float) -> float:
        """`message` waits from now on; when all that waits is due. Not after `now`: at once."""
        if self.over(now):
            self._forget()
        due = now if self._goes_at_once(message) else now + self._window()
        self._waiting.append(message)
        self.due = due if self.due is None else min(self.due, due)
        return self.due

    def leave(self, message: Waiting) -> None:
        """`message` waits no more: somebody has answered."""
        self._waiting = [waiting for waiting in self._waiting if waiting is not message]
        if not self._waiting:
            self.due = None

    def take(self, now: float) -> list[Waiting]:
        """All that waits, if it is due; it counts as told."""
        if self.due is None or now < self.due:
            return []
        taken, self._waiting, self.due = self._waiting, [], None
        self._last = now
        self._told += len(taken)
        self._worst = min([message.rank for message in taken] + ([self._worst] if self._worst else []))
        if len(self._alerts) < 2:
            self._alerts |= {message.alert for message in taken}
        return taken

    def hurry(self, now: float) -> None:
        """What waits is due now."""
        if self._waiting:
            self.due = now

    def over(self, now: float) -> bool:
        """Whether nothing waits and nothing was told for so long that the storm is forgotten."""
        return not self._waiting and now - self._last > QUIET

    def _goes_at_once(self, message: Waiting) -> bool:
        alone = self._alerts <= {message.alert}
        return alone or self._worst is None or message.rank < self._worst

    def _window(self) -> float:
        return next((seconds for fewer, seconds in WINDOWS if self._told < fewer), LONGEST)

    def _forget(self) -> None:
        self._told, self._worst, self._alerts = 0, None, set()
