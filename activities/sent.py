"""What this process has sent: a page whose result Temporal could not take in time is not sent again by us."""

from collections import OrderedDict

from roust.domain.notification import Outcome, Result

MOST = 10_000
"""Keys that are remembered, the latest ones."""


class Sent:
    """Outcomes by idempotency key. It goes with the process: then the heartbeat alone remembers."""

    def __init__(self, most: int = MOST) -> None:
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._most = most

    def remember(self, key: str, outcome: Outcome) -> None:
        """Keep it, when it was sent; what failed or was refused may be tried again."""
        if outcome.result is Result.SENT:
            self._outcomes[key] = outcome
            if len(self._outcomes) > self._most:
                self._outcomes.popitem(last=False)

    def before(self, key: str) -> Outcome | None:
        """What came of it, if this process has sent it."""
        return self._outcomes.get(key)
