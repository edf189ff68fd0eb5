"""A second reading of rules 1 to 10 and 16, written apart: second by second, with nothing clever in it.

It shares no code with the domain. What it says must be what the domain does: exact pages at exact seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

Rules = list[tuple[int, list[str]]]
RETRY = [5, 10, 20]
LAST_RESORT = 0
LEAD = -1
"""The step of its own that a reassignment to a user begins with; pages show it as step 0."""


class Item(NamedTuple):
    """One contact of one user, to be sent at second `due`."""

    user: str
    contact: str
    due: int
    step: int
    pass_: int
    cycle: int


class Again(NamedTuple):
    item: Item
    attempt: int
    at: int
    until: int


@dataclass
class Reference:
    """`steps`: (users, wait, keeps its wait when empty). `rules`: by urgency, then user.

    `fate`: of a contact at a second.
    """

    steps: list[tuple[list[str], int, bool]]
    repeats: int
    rules: dict[str, dict[str, Rules]]
    contacts: dict[str, list[str]]
    last_resort: list[str]
    fate: Callable[[str, str, int], str]
    urgency: str = "high"
    timeout: int | None = None
    auto_resolve: int = 86_400
    pages: list[tuple[int, str, str, int, int, int]] = field(default_factory=list)
    state: str = "triggered"
    owner: str | None = None
    cycle: int = 1
    now: int = 0
    quiet_since: int = 0
    lead: str | None = None

    def __post_init__(self) -> None:
        self._climb_anew()

    def to(self, until: int) -> "Reference":
        """Let time pass; what is due at second `until` has happened."""
        while self.state != "resolved":
            while self._does_something():
                pass
            following = self._next_second(until)
            if following > until or self.state == "resolved":
                break
            self.now = following
        self.now = until
        return self

    def before(self, second: int) -> None:
        """Let time pass; what is due at `second` has not happened yet."""
        self.to(second - 1)
        self.now = second

    def _next_second(self, until: int) -> int:
        """The next second that is written down anywhere: in between nothing can happen."""
        seconds = [until + 1, self.ends, self.last_resort_due or 0, self.resume_at or 0]
        seconds += [item.due for item in self.pending] + [again.at for again in self.again]
        seconds += [self.acknowledged_at + self.timeout] if self.timeout and self.state == "acknowledged" else []
        seconds += [self.quiet_since + self.auto_resolve] if self.state in ("acknowledged", "exhausted") else []
        return min(second for second in seconds if second > self.now)

    # -- what happens -----------------------------------------------------------------------------------

    def trigger(self, high: bool) -> None:
        """A repeat; `high`: one of high urgency."""
        louder, self.urgency = high and self.urgency == "low", "high" if high else self.urgency
        self.quiet_since = self.now
        if self.state == "resolved":
            self._next_cycle()
        elif self.state in ("triggered", "snoozed") and louder:
            # The current step anew, under the rules for high urgency; before the first one there is none.
            self.state, self.owner = "triggered", None
            self._drop_everything()
            self.restart = self.step != 0
        elif self.state == "exhausted" and louder:
            self._next_cycle()
        elif self.state == "exhausted" and self.now - self.last_resort_at >= 3600:
            self.last_resort_due = self.now

    def acknowledge(self, by: str) -> bool:
        if self.state == "resolved":
            return False
        self.quiet_since = self.now
        if self.state != "acknowledged":
            self.state, self.owner, self.acknowledged_at = "acknowledged", by, self.now
            self._drop_everything()
        elif by == self.owner:
            # They still have it, and the timeout runs from now.
            self.acknowledged_at = self.now
        return True

    def resolve(self) -> bool:
        if self.state == "resolved":
            return False
        self.state = "resolved"
        self._drop_everything()
        return True

    def escalate(self, seen: int) -> bool:
        """The next step now; for who saw the current one."""
        current = max(self.step, 0)
        if self.state not in ("triggered", "acknowledged") or seen != current or self._is_last_step():
            return False
        if self.state == "acknowledged":
            self.state, self.owner = "triggered", None
            self._drop_everything()
        self.quiet_since = self.now
        self.reached = self.reached_in_pass = True
        self.ends = self.now
        return True

    def reassign_to(self, user: str) -> bool:
        """A step of its own with the longest wait, then the policy from step 1."""
        if self.state == "resolved":
            return False
        self._next_cycle()
        self.lead = user
        return True

    def reassign_to_policy(self, steps: list[tuple[list[str], int, bool]], repeats: int, last: list[str]) -> bool:
        if self.state == "resolved":
            return False
        self.steps, self.repeats, self.last_resort, self.timeout = steps, repeats, last, None
        self._next_cycle()
        return True

    def snooze(self, by: str, seconds: int) -> bool:
        if self.state == "resolved" or not 60 <= seconds <= 30 * 86_400:
            return False
        self.state, self.owner = "snoozed", self.owner or by
        self._drop_everything()
        self.resume_at = self.now + seconds
        return True

    def note(self) -> bool:
        """Changes nothing but that something was heard."""
        self.quiet_since = self.now
        return self.state != "resolved"

    def _drop_everything(self) -> None:
        self.pending: list[Item] = []
        self.again: list[Again] = []
        self.used: set[tuple[str, str]] = set()
        self.last_resort_due: int | None = None
        self.resume_at: int | None = None
        self.restart = False

    def _next_cycle(self) -> None:
        self.cycle += 1 if self.step else 0
        self._climb_anew()

    def _climb_anew(self) -> None:
        self._drop_everything()
        self.state, self.step, self.pass_, self.ends = "triggered", 0, 1, self.now
        self.owner, self.lead, self.quiet_since = None, None, self.now
        self.reached = self.reached_in_pass = self.keep_waits = self.paged_last_resort = False
        self.hurried: set[int] = set()
        self.step_users: set[str] = set()

    # -- what is due --------------------------------------------------------------------------------------

    def _does_something(self) -> bool:
        """Do the next thing that is due this second, if any."""
        if self.state == "snoozed" and self.resume_at is not None and self.now >= self.resume_at:
            self._next_cycle()
        timed_out = self.timeout is not None and self.state == "acknowledged"
        if timed_out and self.now >= self.acknowledged_at + (self.timeout or 0):
            self._next_cycle()
        if self.state == "acknowledged":
            return self._resolved_by_timeout()
        if self.state in ("snoozed", "resolved"):
            return False
        if self.state == "triggered" and self.restart:
            self.restart = False
            self._begin_step()
        elif self.state == "triggered" and self.now >= self.ends:
            self._next_step()
        elif self.last_resort_due is not None and self.now >= self.last_resort_due:
            self._page_last_resort()
        else:
            ripe = self._take_ripe()
            if not ripe:
                return self._resolved_by_timeout()
            self._send(ripe, [])
            self._hurry_if_in_vain()
        return True

    def _resolved_by_timeout(self) -> bool:
        if self.state in ("acknowledged", "exhausted") and self.now >= self.quiet_since + self.auto_resolve:
            self.resolve()
            return True
        return False

    def _passes(self) -> int:
        return 1 if self.urgency == "low" else self.repeats + 1

    def _is_last_step(self) -> bool:
        return self.step == len(self.steps) and self.pass_ >= self._passes()

    def _next_step(self) -> None:
        if self.step == len(self.steps):
            if not self.reached_in_pass:
                self.keep_waits = True
                if not self._is_last_step() and not self.paged_last_resort:
                    self.paged_last_resort = True
                    self._page_last_resort()
            if self._is_last_step():
                self.state, self.owner, self.quiet_since = "exhausted", None, max(self.quiet_since, self.now)
                self._page_last_resort()
                return
            self.step, self.pass_, self.reached_in_pass = 0, self.pass_ + 1, False
        if self.lead is not None and self.step == 0 and self.pass_ == 1:
            self.step = LEAD
        else:
            self.step = max(self.step, 0) + 1
        self._begin_step()

    def _begin_step(self) -> None:
        if self.step == LEAD:
            users, wait, waits_when_empty = [self.lead or ""], max(step[1] for step in self.steps), False
        else:
            users, wait, waits_when_empty = self.steps[self.step - 1]
        self.again = [a for a in self.again if a.item.step == LAST_RESORT]
        self.begun, self.ends = self.now, self.now + wait
        self.step_users, self.step_reached, self.step_gave_up = set(users), False, False
        self._send(self._take_ripe(), self._plan(users, self.step))
        if not users and not waits_when_empty and not self.keep_waits:
            self.ends = self.now
        self._hurry_if_in_vain()

    def _hurry_if_in_vain(self) -> None:
        """Every contact of every target refused: the next step at once, at most once per step and cycle."""
        hoping = {item.user for item in self.pending} | {a.item.user for a in self.again}
        in_vain = self.step_users and not self.step_reached and not self.step_gave_up and not hoping & self.step_users
        if self.state == "triggered" and in_vain and self.step not in self.hurried:
            self.hurried.add(self.step)
            self.ends = self.now

    def _page_last_resort(self) -> None:
        self.last_resort_due, self.last_resort_at = None, self.now
        self.again = [a for a in self.again if a.item.step != LAST_RESORT]
        self._send(self._take_ripe(), self._plan(self.last_resort, LAST_RESORT))
        if not self.reached:
            self.last_resort_due = self.now + 300
        self._hurry_if_in_vain()

    # -- sending ------------------------------------------------------------------------------------------

    def _plan(self, users: list[str], step: int) -> list[Item]:
        plan: list[Item] = []
        for user in dict.fromkeys(users):
            self.used -= {(user, contact) for contact in self.contacts[user]}
            for after, contacts in self.rules[self.urgency][user]:
                plan += [Item(user, contact, self.now + after, step, self.pass_, self.cycle) for contact in contacts]
        return sorted(dict.fromkeys(plan), key=lambda item: item.due)

    def _take_ripe(self) -> list[Item]:
        ripe = [item for item in self.pending if item.due <= self.now]
        self.pending = [item for item in self.pending if item.due > self.now]
        self.again = [a for a in self.again if a.until > self.now]
        self.attempts = {a.item: a.attempt for a in self.again if a.at <= self.now}
        self.again = [a for a in self.again if a.at > self.now]
        return ripe + list(self.attempts)

    def _send(self, ripe: list[Item], plan: list[Item]) -> None:
        """Send what is due; bring the next contact forward where all is refused; the rest is pending."""
        was_pending = self.pending
        batch = ripe + [item for item in plan if item.due <= self.now]
        done: dict[tuple[str, str], tuple[Item, str]] = {}
        while batch:
            for item in batch:
                if (item.user, item.contact) not in done:
                    done[item.user, item.contact] = (item, self._attempt(item))
            batch = [item for user in {user for user, _ in done} for item in self._bring_forward(user, done, plan)]
        self.used |= set(done)
        sent_now = [item for item, _ in done.values()]
        fresh = [item for item in plan if item not in sent_now and (item.due > self.now)]
        for earlier in sorted(was_pending, key=lambda item: item.due):
            # It keeps its earlier due time, and the new plan's next send by that contact is not made for it.
            twins = [
                i for i in fresh if (i.user, i.contact) == (earlier.user, earlier.contact) and i.due >= earlier.due
            ]
            fresh = [item for item in fresh if item != min(twins, key=lambda i: i.due, default=None)]
        self.pending = sorted(
            [i for i in was_pending + fresh if i not in sent_now], key=lambda i: (i.due, i.user, i.contact)
        )
        for item, result in done.values():
            if result == "try_again":
                self._try_again(item)

    def _attempt(self, item: Item) -> str:
        result = self.fate(item.user, item.contact, self.now)
        if result == "sent":
            self.pages.append((self.now, item.user, item.contact, max(item.step, 0), item.pass_, item.cycle))
            self.reached = self.reached_in_pass = True
            self.last_resort_due = None
            self.step_reached = self.step_reached or item.user in self.step_users
        return result

    def _bring_forward(self, user: str, done: dict[tuple[str, str], tuple[Item, str]], plan: list[Item]) -> list[Item]:
        results = {result for (who, _), (_, result) in done.items() if who == user}
        if "sent" in results or "refused" not in results:
            return []
        coming = sorted(self.pending + plan, key=lambda item: item.due)
        coming = [item for item in coming if item.user == user and (user, item.contact) not in done]
        refused = [item for item, result in done.values() if item.user == user and result == "refused"]
        place = min(refused, key=lambda item: (item.due, item.contact))
        unused = [c for c in self.contacts[user] if (user, c) not in done and (user, c) not in self.used]
        return (coming + [Item(user, c, self.now, place.step, place.pass_, place.cycle) for c in unused])[:1]

    def _try_again(self, item: Item) -> None:
        attempt = self.attempts.get(item, 0) + 1
        at = self.now + (RETRY[attempt - 1] if attempt <= len(RETRY) else 30)
        if item.step == LAST_RESORT:
            until = item.due + 600
        else:
            until = max(self.begun, item.due) + 600 if self._is_last_step() else self.ends
        if at < until:
            self.again.append(Again(item, attempt, at, until))
        elif item.user in self.step_users:
            self.step_gave_up = True
