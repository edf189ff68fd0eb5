"""A world in virtual time for the pure domain: it does what the workflow would, in milliseconds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from roust.domain.climb import passes
from roust.domain.decision import End, Send, Wait
from roust.domain.due import next_due
from roust.domain.escalation import Escalation
from roust.domain.landing import land
from roust.domain.notification import MessageKind, Outcome, PageRequest, PageResult, Planned, Resolved, Result
from roust.domain.policy import EscalationPolicy, Target
from roust.domain.trigger import Trigger
from tests.builders import NOON, an_alert

Rules = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Page:
    """One message that went out: seconds after the trigger, to whom, on which rung."""

    after: float
    user: str
    contact: str
    step: int
    pass_: int
    cycle: int
    kind: str = "page"


@dataclass
class World:
    """Users with their rules (seconds, contacts); `fate` says what becomes of a send (default: sent)."""

    steps: list[dict[str, Any]]
    repeats: int = 0
    last_resort: list[str] = field(default_factory=lambda: ["margaret"])
    acknowledge_timeout: str | None = None
    auto_resolve: timedelta = timedelta(hours=24)
    priority: str = "P1"
    urgency: str = "high"
    action: str = "page"
    rules: dict[str, Rules] = field(default_factory=dict)
    fate: Callable[[Planned, float], Result] = lambda planned, after: Result.SENT
    takes: float = 0.0
    start: datetime = NOON
    sent: list[Page] = field(default_factory=list)
    tried: list[tuple[float, str, str, Result]] = field(default_factory=list)

    def __post_init__(self) -> None:
        policy = EscalationPolicy.model_validate(
            {"steps": self.steps, "repeats": self.repeats, "acknowledge_timeout": self.acknowledge_timeout}
        )
        self.now = self.start
        self.story = Escalation.beginning(
            self.a_trigger(request="first", priority=self.priority, urgency=self.urgency, action=self.action),
            alert=an_alert(priority=self.priority, urgency=self.urgency, triggered_at=self.start),
            policy_name="payments",
            policy=policy,
            last_resort=[Target(user=name) for name in self.last_resort],
            auto_resolve=self.auto_resolve,
            at=self.start,
        )
        self.air: list[tuple[datetime, int, PageResult]] = []
        self.requests: list[PageRequest] = []
        self.over = False

    def a_trigger(self, **parts: Any) -> Trigger:
        whole: dict[str, Any] = {
            "request": f"r{id(parts)}-{self.start}",
            "at": self.start,
            "summary": "checkout is down",
        }
        return Trigger.model_validate(whole | {"priority": "P1", "urgency": "high"} | parts)

    def run(self, until: float, events: Iterable[tuple[float, Callable[["World"], None]]] = ()) -> "World":
        """Let time pass to `until` seconds after the start; each event happens at its second."""
        end = self.start + timedelta(seconds=until)
        script = sorted(events, key=lambda event: event[0])
        for _ in range(100_000):
            self._act()
            if self.over:
                return self
            times = [end]
            times += [self.start + timedelta(seconds=script[0][0])] if script else []
            times += [min(landing for landing, _, _ in self.air)] if self.air else []
            times += [self.until] if self.until else []
            self.now = max(self.now, min(times))
            if self.air and self.air[0][0] <= self.now:
                _, number, result = self.air.pop(0)
                land(self.story, number, result, self.now)
            elif script and self.start + timedelta(seconds=script[0][0]) <= self.now:
                script.pop(0)[1](self)
            elif self.now >= end:
                return self
        raise AssertionError("the alert spins without time passing")

    def _act(self) -> None:
        for _ in range(10_000):
            match next_due(self.story, self.now):
                case Send() as send:
                    self.requests.append(send.request)
                    result = self._page(send.request)
                    self.air.append((self.now + timedelta(seconds=self.takes), send.flight, result))
                    self.air.sort(key=lambda flight: flight[0])
                    if not self.takes:
                        _, number, landed = self.air.pop(0)
                        land(self.story, number, landed, self.now)
                case Wait(until):
                    self.until = until
                    return
                case End():
                    self.over = True
                    return
        raise AssertionError("the alert sends without end")

    def _page(self, request: PageRequest) -> PageResult:
        users = list(dict.fromkeys(target.name for target in request.targets if target.name != "nobody"))
        plan = [
            self._plan(request, user, contact, after, f"{request.urgency.value}{n}")
            for user in users
            for n, (after, contacts) in enumerate(self.rules.get(user, [(0, ["mail"])]), 1)
            for contact in contacts
        ]
        going = {(p.user, p.contact) for p in request.due}
        now = request.due + [p for p in plan if p.due <= request.at and (p.user, p.contact) not in going]
        later = [p for p in plan if p.due > request.at]
        outcomes: list[Outcome] = []
        while now:
            outcomes += [self._send(request, planned) for planned in now]
            now = self._forward(request, outcomes, later)
            later = [p for p in later if p not in now]
        return PageResult(
            resolved=[Resolved(user=user, why="a target") for user in users],
            outcomes=outcomes,
            planned=later,
        )

    def _plan(self, request: PageRequest, user: str, contact: str, after: int, rule: str) -> Planned:
        due = request.at + timedelta(seconds=after)
        place = {"cycle": request.cycle, "pass_": request.pass_, "step": request.step, "occasion": request.occasion}
        return Planned.model_validate({"user": user, "contact": contact, "rule": rule, "due": due, **place})

    def _send(self, request: PageRequest, planned: Planned) -> Outcome:
        after = round((self.now - self.start).total_seconds(), 3)
        result = self.fate(planned, after)
        self.tried.append((after, planned.user, planned.contact, result))
        if result is Result.SENT:
            page = Page(after, planned.user, planned.contact, request.step, request.pass_, request.cycle)
            self.sent.append(Page(**{**page.__dict__, "kind": request.kind.value}))
        return Outcome(planned=planned, result=result)

    def _forward(self, request: PageRequest, outcomes: list[Outcome], later: list[Planned]) -> list[Planned]:
        forward: list[Planned] = []
        if request.kind is not MessageKind.PAGE:
            return forward
        for user in dict.fromkeys(outcome.planned.user for outcome in outcomes):
            own = [outcome for outcome in outcomes if outcome.planned.user == user]
            if any(o.result is Result.SENT for o in own) or all(o.result is not Result.REFUSED for o in own):
                continue
            tried = {o.planned.contact for o in own}
            rest = [p for p in [*later, *request.pending] if p.user == user and p.contact not in tried]
            forward += sorted(rest, key=lambda p: p.due)[:1]
        return forward

    # -- what people and sources do -----------------------------------------------------------------

    def acknowledge(self, by: str, request: str = "ack", alert: str | None = None) -> None:
        self.story.acknowledge(request, alert, by, "api", self.now)

    def resolve(self, by: str = "source", request: str = "resolve") -> None:
        self.story.resolve(request, None, by, "source", self.now)

    def trigger(self, **parts: Any) -> None:
        self.story.trigger(self.a_trigger(**{"request": f"repeat-{self.now.isoformat()}", **parts}), self.now)

    # -- what came of it ----------------------------------------------------------------------------

    @property
    def pages(self) -> list[tuple[float, str]]:
        """(seconds, user) of every page, in order; nothing else."""
        return [(p.after, p.user) for p in self.sent if p.kind == "page"]

    @property
    def others(self) -> list[tuple[float, str, str]]:
        """(seconds, user, kind) of every message that is no page."""
        return [(p.after, p.user, p.kind) for p in self.sent if p.kind != "page"]

    @property
    def state(self) -> str:
        return self.story.alert.state.value

    @property
    def walked(self) -> int:
        return passes(self.story.policy, self.story.alert.urgency)


def step(*users: str, wait: str = "5m", **more: Any) -> dict[str, Any]:
    """A step that pages `users`."""
    return {"notify": [{"user": user} for user in users], "wait": wait, **more}
