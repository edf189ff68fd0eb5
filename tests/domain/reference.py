"""A second reading of CONTRACT rules 1 to 9, written apart: second by second, with nothing clever in it.

It shares no code with the domain. What it says must be what the domain does: exact pages at exact seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

Rules = list[tuple[int, list[str]]]
RETRY = [5, 10, 20]
LAST_RESORT = 0


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
    pages: list[tuple[int, str, str, int, int, int]] = field(default_factory=list)
    state: str = "triggered"
    cycle: int = 1
    now: int = 0

    def run(self, until: int, events: list[tuple[int, str]]) -> "Reference":
        self._climb_anew()
        while self.now <= until:
            for at, verb in events:
                if at == self.now:
                    self._happens(verb)
            if self.state == "resolved":
                return self
            while self._does_something():
                pass
            self.now = self._next_second([at for at, _ in events], until)
        return self

    def _next_second(self, events: list[int], until: int) -> int:
        """The next second that is written down anywhere: in between nothing can happen."""
        seconds = [*events, until + 1, self.ends, self.last_resort_due or 0]
        seconds += [item.due for item in self.pending] + [again.at for again in self.again]
        seconds += [self.acknowledged_at + self.timeout] if self.timeout and self.state == "acknowledged" else []
        return min(second for second in seconds if second > self.now)

    # -- what happens -----------------------------------------------------------------------------------

    def _happens(self, verb: str) -> None:
        high = verb == "raise"
        louder, self.urgency = high and self.urgency == "low", "high" if high else self.urgency
        if self.state == "resolved":
            if verb in ("trigger", "raise"):
                self._next_cycle()
        elif verb == "resolve":
            self.state = "resolved"
            self._drop_everything()
        elif verb == "acknowledge":
            # By the owner once more: they still have it, and the timeout runs from now.
            self.acknowledged_at = self.now
            if self.state != "acknowledged":
                self.state = "acknowledged"
                self._drop_everything()
        elif self.state == "triggered" and louder and self.step:
            self._drop_everything()
            self.restart = True
        elif self.state == "exhausted" and louder:
            self._next_cycle()
        elif self.state == "exhausted" and self.now - self.last_resort_at >= 3600:
            self.last_resort_due = self.now

    def _drop_everything(self) -> None:
        self.pending: list[Item] = []
        self.again: list[Again] = []
        self.used: set[tuple[str, str]] = set()
        self.last_resort_due: int | None = None
        self.restart = False

    def _next_cycle(self) -> None:
        self.cycle += 1 if self.step else 0
        self._climb_anew()

    def _climb_anew(self) -> None:
        self._drop_everything()
        self.state, self.step, self.pass_, self.ends = "triggered", 0, 1, self.now
        self.reached = self.reached_in_pass = self.keep_waits = self.paged_last_resort = False
        self.hurried: set[int] = set()
        self.step_users: set[str] = set()

    # -- what is due --------------------------------------------------------------------------------------

    def _does_something(self) -> bool:
        """Do the next thing that is due this second, if any."""
        if self.state == "acknowledged":
            if self.timeout is None or self.now < self.acknowledged_at + self.timeout:
                return False
            self._next_cycle()
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
                return False
            self._send(ripe, [])
            self._hurry_if_in_vain()
        return True

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
                self.state = "exhausted"
                self._page_last_resort()
                return
            self.step, self.pass_, self.reached_in_pass = 0, self.pass_ + 1, False
        self.step += 1
        self._begin_step()

    def _begin_step(self) -> None:
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
            self.pages.append((self.now, item.user, item.contact, item.step, item.pass_, item.cycle))
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
