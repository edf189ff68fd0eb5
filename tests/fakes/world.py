"""A world in virtual time for the pure domain: it does what the workflow would, in milliseconds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drill.record import Word
from roust.domain import verbs
from roust.domain.alert import Urgency
from roust.domain.climb import passes
from roust.domain.decision import End, Send, Wait
from roust.domain.directory import Directory
from roust.domain.due import next_due
from roust.domain.duration import parse_duration
from roust.domain.escalation import Escalation
from roust.domain.landing import land
from roust.domain.notification import MessageKind, Outcome, PageRequest, PageResult, Planned, Result
from roust.domain.personal_rules import at_once, instead, plan
from roust.domain.policy import EscalationPolicy, Target
from roust.domain.recipients import paged_by
from roust.domain.stakeholders import Interest
from roust.domain.telling import NoticeResult, Told, land_notices, next_notices, notice_due, still_telling
from roust.domain.trigger import Trigger
from tests.builders import NOON, an_alert
from tests.fakes.judging import judge

Rules = list[tuple[int, list[str]]]
NOBODY = "nobody"
"""A target of this name resolves to nobody."""


@dataclass(frozen=True)
class Page:
    """One message that went out: seconds after the trigger, to whom, on which rung (step 0: last resort)."""

    after: float
    user: str
    contact: str
    step: int
    pass_: int
    cycle: int
    kind: str = "page"
    key: str = ""
    delayed: bool = False


@dataclass
class World:
    """Users with their rules (seconds, contacts); `fate` says what becomes of a send (default: sent).

    A user without rules has one contact, mail; `low_rules` hold at low urgency (default: the same);
    `held`: maintenance holds it for so many seconds.
    What a contact named `chat` takes can be rewritten.
    `contacts` are further ones that no rule names. `takes`: how long a send is under way. `reloads`:
    the alert goes through JSON and back after everything that happens to it, as a continue-as-new does.
    """

    steps: list[dict[str, Any]]
    repeats: int = 0
    last_resort: list[str] = field(default_factory=lambda: ["margaret"])
    acknowledge_timeout: str | None = None
    auto_resolve: timedelta = timedelta(hours=24)
    priority: str = "P1"
    urgency: str = "high"
    action: str = "page"
    members: list[str] = field(default_factory=list)
    settle: str = "0"
    held: float = 0.0
    rules: dict[str, Rules] = field(default_factory=dict)
    low_rules: dict[str, Rules] = field(default_factory=dict)
    contacts: dict[str, list[str]] = field(default_factory=dict)
    fate: Callable[[Planned, float], Result] = lambda planned, after: Result.SENT
    takes: float = 0.0
    reloads: bool = False
    start: datetime = NOON
    stakeholders: list[Interest] = field(default_factory=list)
    """Groups of one member each; `tells` says what becomes of a notice to a group."""
    tells: Callable[[str, float], Result] = lambda group, after: Result.SENT
    told: list[tuple[float, str, str]] = field(default_factory=list)
    trace: list[tuple[float, str, str, bool]] = field(default_factory=list)
    """(seconds, state, priority, whether its first step of a cycle has begun) whenever all was done."""
    sent: list[Page] = field(default_factory=list)
    tried: list[tuple[float, str, str, Result]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    """What people and sources said and may rely on."""

    def __post_init__(self) -> None:
        policy = EscalationPolicy.model_validate(
            {"steps": self.steps, "repeats": self.repeats, "acknowledge_timeout": self.acknowledge_timeout}
        )
        self.now = self.start
        self.until: datetime | None = None
        self.naps: list[tuple[datetime, datetime]] = []
        self.directory = self._a_directory()
        self.story = Escalation.beginning(
            self.a_trigger(
                request="first", priority=self.priority, urgency=self.urgency, action=self.action, members=self.members
            ),
            alert=an_alert(priority=self.priority, urgency=self.urgency, triggered_at=self.start),
            policy_name="payments",
            policy=policy,
            last_resort=[Target(user=name) for name in self.last_resort],
            auto_resolve=self.auto_resolve,
            at=self.start,
            settle=parse_duration(self.settle),
            held_until=self.start + timedelta(seconds=self.held) if self.held else None,
            stakeholders=self.stakeholders,
        )
        self.air: list[tuple[datetime, int, PageResult]] = []
        self.requests: list[PageRequest] = []
        self.over = False

    def a_trigger(self, **parts: Any) -> Trigger:
        whole: dict[str, Any] = {
            "request": "a-request",
            "at": self.start,
            "summary": "checkout is down",
        }
        return Trigger.model_validate(whole | {"priority": "P1", "urgency": "high"} | parts)

    def _a_directory(self) -> Directory:
        named = [target["user"] for step in self.steps for target in step["notify"] if "user" in target]
        names = sorted({*named, *self.last_resort, *self.rules, *self.low_rules} - {NOBODY})
        return Directory.model_validate({"users": {name: self._a_user(name) for name in names}})

    def _a_user(self, name: str) -> dict[str, Any]:
        high = self.rules.get(name, [(0, ["mail"])])
        low = self.low_rules.get(name, high)
        used = [contact for _, contacts in high + low for contact in contacts]
        contacts = dict.fromkeys(used + self.contacts.get(name, []))
        return {
            "contacts": {contact: {"email": f"{name}-{contact}@example.com"} for contact in contacts},
            "notification_rules": {
                "high": [{"after": timedelta(seconds=after), "contacts": them} for after, them in high],
                "low": [{"after": timedelta(seconds=after), "contacts": them} for after, them in low],
            },
        }

    def asleep(self, since: float, until: float) -> "World":
        """Nothing runs in [since, until): what falls due or happens in between is met at `until`."""
        begin, end = (self.start + timedelta(seconds=seconds) for seconds in (since, until))
        self.naps.append((begin, end))
        if begin <= self.now < end:
            self.now = end
        return self

    def run(self, until: float, events: Iterable[tuple[float, Callable[["World"], None]]] = ()) -> "World":
        """Let time pass to `until` seconds after the start; each event happens at its second."""
        end = self.start + timedelta(seconds=until)
        script = [(self.start + timedelta(seconds=at), happens) for at, happens in events]
        script.sort(key=lambda event: event[0])
        for _ in range(20_000):
            # What came while nothing ran is taken in together, before anything is decided.
            while self.air and self.air[0][0] <= self.now:
                _, number, result = self.air.pop(0)
                land(self.story, number, result, self.now)
                self._reload()
            while script and script[0][0] <= self.now:
                script.pop(0)[1](self)
                self._reload()
            self._act()
            if self.over or self.now >= end:
                judge(self)
                return self
            notice = notice_due(self.story)
            self.until = min((at for at in (self.until, notice) if at is not None), default=None)
            times = [end, *(event[0] for event in script[:1]), *(flight[0] for flight in self.air[:1])]
            self.now = max(self.now, min([*times, self.until] if self.until else times))
            for begin, wake in self.naps:
                self.now = wake if begin <= self.now < wake else self.now
        raise AssertionError("the alert spins without time passing")

    def _act(self) -> None:
        for _ in range(1_000):
            match next_due(self.story, self.now):
                case Send() as send:
                    self.requests.append(send.request)
                    result = self._page(send.request)
                    self._reload()
                    if self.takes:
                        self.air.append((self.now + timedelta(seconds=self.takes), send.flight, result))
                        self.air.sort(key=lambda flight: flight[0])
                    else:
                        land(self.story, send.flight, result, self.now)
                    self._reload()
                case Wait(until):
                    self.until = until
                    self._tell()
                    return
                case End():
                    self._tell()
                    self.until, self.over = None, not still_telling(self.story)
                    return
        raise AssertionError("the alert sends without end")

    def _tell(self) -> None:
        """What the workflow does once no page is left to be sent, and the notice activity at once."""
        after, alert = round((self.now - self.start).total_seconds(), 3), self.story.alert
        self.trace.append((after, alert.state.value, alert.priority.value, self.story.climb.begun_at_all))
        while (asked := next_notices(self.story, self.now, None)) is not None:
            number, request = asked
            self._reload()
            told: list[Told] = []
            for telling in (attempt.telling for attempt in request.attempts):
                result = self.tells(telling.group, after)
                if result is Result.SENT:
                    self.told.append((after, telling.group, telling.moment.value))
                told.append(Told(group=telling.group, occasion=telling.occasion, member="email-1", result=result.value))
            land_notices(self.story, number, NoticeResult(told=told), self.now)
            self._reload()

    def _reload(self) -> None:
        if self.reloads:
            self.story = Escalation.model_validate_json(self.story.model_dump_json())

    # -- what the page activity does ------------------------------------------------------------------

    def _page(self, request: PageRequest) -> PageResult:
        resolved, problems = paged_by(request, self.directory)
        fresh = [planned for found in resolved for planned in self._plan(found.user, request)]
        begun: set[tuple[str, str]] = set()
        outcomes: list[Outcome] = []
        batch = request.due + [planned for planned in fresh if planned.due <= request.at]
        while batch:
            for planned in batch:
                if (planned.user, planned.contact) not in begun:
                    begun.add((planned.user, planned.contact))
                    outcomes.append(self._send(request, planned))
            batch = self._forward(request, outcomes, fresh, {found.user for found in resolved})
        tried = [outcome.planned for outcome in outcomes]
        later = [p for p in fresh if p not in tried and (p.due > request.at or (p.user, p.contact) not in begun)]
        return PageResult(resolved=resolved, problems=problems, outcomes=outcomes, planned=later)

    def _plan(self, user: str, request: PageRequest) -> list[Planned]:
        page = request.kind is MessageKind.PAGE
        urgency = request.urgency if page else Urgency.LOW
        place = {"cycle": request.cycle, "pass_": request.pass_, "step": request.step}
        planned = plan(user, self.directory.users[user], urgency, request.at, **place, occasion=request.occasion)
        return planned if page else at_once(planned, request.at)

    def _send(self, request: PageRequest, planned: Planned) -> Outcome:
        after = round((self.now - self.start).total_seconds(), 3)
        user = self.directory.users.get(planned.user)
        # Taken out of the configuration since it was planned.
        gone = user is None or planned.contact not in user.contacts
        result = Result.REFUSED if gone else self.fate(planned, after)
        self.tried.append((after, planned.user, planned.contact, result))
        if result is Result.SENT:
            who, where = (planned.user, planned.contact), (planned.step, planned.pass_, planned.cycle)
            delayed = request.delayed_since is not None
            self.sent.append(Page(after, *who, *where, request.kind.value, planned.key(request.alert.id), delayed))
        ref = str(len(self.tried)) if planned.contact == "chat" and result is Result.SENT else ""
        return Outcome(planned=planned, result=result, ref=ref)

    def _forward(
        self, request: PageRequest, outcomes: list[Outcome], fresh: list[Planned], anew: set[str]
    ) -> list[Planned]:
        """The next contact of each user of whom only refusals are known."""
        forward: list[Planned] = []
        if request.kind is not MessageKind.PAGE:
            return forward
        for user in dict.fromkeys(outcome.planned.user for outcome in outcomes):
            own = [outcome for outcome in outcomes if outcome.planned.user == user]
            results, tried = {o.result for o in own}, {o.planned.contact for o in own}
            if Result.SENT in results or Result.REFUSED not in results:
                continue
            waiting = sorted((*request.pending, *fresh), key=lambda p: p.due)
            rest = [p for p in waiting if p.user == user and p.contact not in tried]
            used = tried | {contact for name, contact in request.used if name == user and name not in anew}
            refused = [o.planned for o in own if o.result is Result.REFUSED]
            known = self.directory.users.get(user)
            rest += [instead(refused, c, request.at) for c in (known.contacts if known else ()) if c not in used]
            forward += rest[:1]
        return forward

    # -- what people and sources do -----------------------------------------------------------------

    def acknowledge(self, by: str, request: str = "ack", alert: str | None = None) -> None:
        known = request in self.story.answers
        self.story.acknowledge(request, alert, by, "api", self.now)
        self._said("acknowledge", by, request, known)

    def resolve(
        self, by: str = "source", request: str = "resolve", alert: str | None = None, member: str | None = None
    ) -> None:
        known = request in self.story.answers
        self.story.resolve(request, alert, by, "source", self.now, member)
        self._said("resolve", by, request, known)

    def _said(self, verb: str, by: str, request: str, known: bool) -> None:
        # What was answered before, is not answered (one of a group is over), or refused, binds nobody anew.
        answer = self.story.answers.get(request)
        if answer is not None and answer.accepted and not known:
            self.words.append(Word(verb, by, self.after, self.after, first=answer.first))

    def snooze(self, by: str, length: str) -> None:
        verbs.snooze(self.story, parse_duration(length), by, self.now)

    def trigger(self, **parts: Any) -> None:
        self.story.trigger(self.a_trigger(**{"request": f"repeat-{self.now.isoformat()}", **parts}), self.now)

    @property
    def after(self) -> float:
        """Seconds since the trigger."""
        return (self.now - self.start).total_seconds()

    # -- what came of it ----------------------------------------------------------------------------

    @property
    def pages(self) -> list[tuple[float, str]]:
        """(seconds, user) of every page, in order; nothing else."""
        return [(p.after, p.user) for p in self.sent if p.kind == "page"]

    @property
    def pages_by(self) -> list[tuple[float, str, str]]:
        """(seconds, user, contact) of every page, in order; nothing else."""
        return [(p.after, p.user, p.contact) for p in self.sent if p.kind == "page"]

    @property
    def rungs(self) -> list[tuple[float, str, int, int, int]]:
        """(seconds, user, cycle, pass, step) of every page, in order; step 0 is the last resort."""
        return [(p.after, p.user, p.cycle, p.pass_, p.step) for p in self.sent if p.kind == "page"]

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


def fates(**by_contact: str) -> Callable[[Planned, float], Result]:
    """The fate of sends by `user` or `user_contact`: `sent`, `refused`, `try_again`; else they are sent."""

    def fate(planned: Planned, after: float) -> Result:
        return Result(by_contact.get(f"{planned.user}_{planned.contact}") or by_contact.get(planned.user, "sent"))

    return fate
