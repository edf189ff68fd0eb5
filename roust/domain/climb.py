"""The climb: where an alert stands on its policy, and which rung comes next."""

from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import BaseModel

from roust.domain.alert import Urgency
from roust.domain.notification import REASSIGNED, Planned
from roust.domain.policy import EscalationPolicy, OnEmpty, Step

ON_TIME = timedelta(seconds=2)
"""Late by less than this, a thing counts as done at its planned instant, so that nominal times do not
drift; by more, the next wait runs from when it was really done (rule 2)."""

DELAYED = timedelta(seconds=10)
"""A page later than this says so."""

RETRY_DELAYS = (5, 10, 20, 30)
"""Seconds between attempts of one send; the last one goes on (rule 6)."""

RETRY_AT_THE_END = timedelta(minutes=10)
"""How long sends of the last step and to the last resort are tried (rule 6)."""

LAST_RESORT_EVERY = timedelta(minutes=5)
"""How often the last resort is tried while nobody has been reached in the cycle (rule 2)."""


def planned_instant(due: datetime, now: datetime) -> datetime:
    """The instant that counts for what was due at `due` and is done at `now`."""
    return due if now - due <= ON_TIME else now


class Retry(BaseModel):
    """A send that may succeed later: tried again at `at`, given up at `until`."""

    planned: Planned
    attempt: int
    at: datetime
    until: datetime


class Climb(BaseModel):
    """One cycle on a pinned policy. `step` 0: step 1 has not begun.

    `due` is when the next rung is to begin: the end of the current step's wait. `lead` is a step of its
    own before step 1 (reassigned to a user); `leading`: it is the current one.
    """

    cycle: int = 1
    pass_: int = 1
    step: int = 0
    lead: Step | None = None
    leading: bool = False
    begun: datetime
    due: datetime
    reached: bool = False
    reached_in_pass: bool = False
    keep_waits: bool = False
    hurried: list[int] = []
    over: bool = False

    @classmethod
    def starting(cls, cycle: int, at: datetime, lead: Step | None = None) -> "Climb":
        return cls(cycle=cycle, begun=at, due=at, lead=lead)

    @property
    def begun_at_all(self) -> bool:
        """Whether any step of this cycle has begun."""
        return self.step > 0 or self.leading

    @property
    def occasion(self) -> str:
        """What tells the current step's pages apart where its number does not."""
        return REASSIGNED if self.leading else ""

    def current(self, policy: EscalationPolicy) -> Step:
        """The step that has begun last."""
        return self.lead if self.leading and self.lead else policy.steps[self.step - 1]

    def next_rung(self, policy: EscalationPolicy, urgency: Urgency) -> bool:
        """Move to the next rung; False when the last pass is over (then `over` is set)."""
        if self.lead and not self.begun_at_all:
            self.leading = True
            return True
        self.leading = False
        if self.step < len(policy.steps):
            self.step += 1
            return True
        if self.pass_ < passes(policy, urgency):
            self.pass_ += 1
            self.step = 1
            self.reached_in_pass = False
            return True
        self.over = True
        return False

    def pass_is_over(self, policy: EscalationPolicy) -> bool:
        return self.step == len(policy.steps)

    def begin(self, step: Step, due: datetime, now: datetime) -> datetime:
        """The current step begins; its wait runs from the instant returned."""
        self.begun = planned_instant(due, now)
        self.due = self.begun + step.wait
        return self.begun

    def is_last(self, policy: EscalationPolicy, urgency: Urgency) -> bool:
        """Whether no rung follows the current one."""
        return self.step == len(policy.steps) and self.pass_ >= passes(policy, urgency)

    def waited_out(self, policy: EscalationPolicy) -> bool:
        """Whether `due` is the end of the current step's whole wait, cut short by nothing."""
        return self.due - self.begun >= self.current(policy).wait

    def skip_empty(self, step: Step) -> bool:
        """The step resolved to nobody: whether the next one begins at once (rule 4)."""
        if self.keep_waits or step.on_empty is OnEmpty.WAIT:
            return False
        self.due = self.begun
        return True

    def hurry(self, now: datetime) -> bool:
        """All contacts were refused: whether the next step begins at once, at most once per step and cycle."""
        if self.step in self.hurried:
            return False
        self.hurried.append(self.step)
        self.due = planned_instant(self.begun, now)
        return True

    def reach(self) -> None:
        """Somebody was sent a page."""
        self.reached = self.reached_in_pass = True


def passes(policy: EscalationPolicy, urgency: Urgency) -> int:
    """How many passes are walked: low urgency walks one (rule 11)."""
    return 1 if urgency is Urgency.LOW else policy.repeats + 1


def merged(old: list[Planned], new: list[Planned], attempted: Collection[Planned] = ()) -> list[Planned]:
    """What is pending when `new` rules of re-paged users join `old` ones, in order of due times.

    A contact still pending from before keeps its earlier due time, and stands for one of the new plan's
    later ones, so that it is not sent twice for it (rule 5). What was `attempted` waits no more,
    nor does what an attempt of the new plan has just stood for.
    """
    fresh = sorted([*new, *(p for p in attempted if p not in old)], key=lambda p: p.due)
    gone = set(attempted)
    for earlier in sorted(old, key=lambda p: p.due):
        same = (p for p in fresh if (p.user, p.contact) == (earlier.user, earlier.contact) and p.due >= earlier.due)
        stood_for = next(same, None)
        if stood_for is not None:
            fresh.remove(stood_for)
            gone |= {earlier} if stood_for in attempted else set()
    return sorted((p for p in [*old, *fresh] if p not in gone), key=lambda p: (p.due, p.user, p.contact))
