"""What one page activity has sent so far, kept in its heartbeats so that a retry does not send it again."""

from collections.abc import Iterable

import structlog
from pydantic import TypeAdapter, ValidationError
from temporalio import activity

from roust.domain.notification import Outcome, Planned, Result
from roust.runtime.clock import steady

log = structlog.get_logger()
_OUTCOMES = TypeAdapter(list[Outcome])
_HEARD = 1.0
"""Seconds after the first heartbeat in a long time within which the word comes that it is another's."""


class Ledger:
    """The outcomes in order of sending, those of an earlier attempt of the same activity first."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self._beat = steady()
        self._doubtful_until = float("-inf")
        self.outcomes = list(outcomes)
        self._begun = {(o.planned.user, o.planned.contact) for o in self.outcomes}
        self.in_hand: dict[tuple[str, str], Planned] = {}

    @classmethod
    def resumed(cls) -> "Ledger":
        """What the last attempt's heartbeat says was sent; empty on the first attempt."""
        details = activity.info().heartbeat_details
        if not details:
            return cls()
        try:
            return cls(_OUTCOMES.validate_python(details[0]))
        except ValidationError as error:
            # Of another release: better a page twice (its key tells) than none.
            log.warning("heartbeat of an earlier attempt not understood", errors=error.error_count())
            return cls()

    def take(self, planned: Planned) -> bool:
        """Whether this user's contact is still untouched in this activity; from now on it is not."""
        contact = (planned.user, planned.contact)
        if contact in self._begun:
            return False
        self._begun.add(contact)
        self.in_hand[contact] = planned
        return True

    def tried(self, user: str, contact: str) -> bool:
        return (user, contact) in self._begun

    def put_back(self, planned: Planned) -> None:
        """It was taken, and not sent after all."""
        contact = (planned.user, planned.contact)
        self._begun.discard(contact)
        self.in_hand.pop(contact, None)

    def record(self, outcome: Outcome, more: bool = False) -> None:
        """`more`: others are still being reached, so that the result, which says it all, is not sent at once."""
        self.in_hand.pop((outcome.planned.user, outcome.planned.contact), None)
        self.outcomes.append(outcome)
        if more or self.in_hand:
            self.beat()

    def beat(self) -> None:
        """Tell Temporal that we live, and what has been sent."""
        if self.given_away:
            self._doubtful_until = steady() + _HEARD
        self._beat = steady()
        activity.heartbeat(list(self.outcomes))

    @property
    def given_away(self) -> bool:
        """Whether Temporal has heard nothing for so long that another worker may be at it: this machine slept."""
        within, now = activity.info().heartbeat_timeout, steady()
        silent = within is not None and now - self._beat >= within.total_seconds()
        return silent or now < self._doubtful_until

    def refused(self, user: str) -> list[Planned]:
        """What of this user was refused."""
        return [o.planned for o in self.outcomes if o.planned.user == user and o.result is Result.REFUSED]

    def needs_another(self, user: str) -> bool:
        """Whether somebody's contact was refused and nothing has been sent to them."""
        results = {o.result for o in self.outcomes if o.planned.user == user}
        return Result.REFUSED in results and Result.SENT not in results
