"""One alert's life: what arrives changes it, `due` says what comes next. Pure and serialisable.

The workflow only carries this out: it hands in what arrives with the hour of arrival, asks `due.next_due`,
and does it. The rules are numbered in docs/testing.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from roust.domain.alert import AlertState, AlertText, Answer, Urgency
from roust.domain.climb import Climb, Retry, planned_instant
from roust.domain.duration import format_duration
from roust.domain.holding import begin_or_hold
from roust.domain.news import News
from roust.domain.notification import MessageKind, Planned, Posted
from roust.domain.policy import EscalationPolicy, Step, Target
from roust.domain.routing import Action
from roust.domain.stakeholders import Audience, Interest
from roust.domain.timeline import Entry, Kind, Timeline
from roust.domain.trigger import Trigger

HOURLY = timedelta(hours=1)
"""How often at most a repeat reminds the owner, or pages the last resort again (rule 9)."""

MOST_MEMBERS = 1000
"""How many parts of a grouped alert are remembered; beyond it the oldest are forgotten."""

OPEN_AND_QUIET = (AlertState.ACKNOWLEDGED, AlertState.EXHAUSTED, AlertState.SUPPRESSED)
"""States that end by `auto_resolve` when no event comes."""


class Flight(BaseModel):
    """A send under way. What is of an older generation has been called off."""

    generation: int
    kind: MessageKind
    at: datetime
    cycle: int
    pass_: int
    step: int
    occasion: str = ""
    resolves: bool = False
    face: str = ""
    """What its messages show of the alert."""


class Kept(BaseModel):
    """A message that can be rewritten, what it shows of the alert, and how often a rewrite has failed."""

    posted: Posted
    shows: str
    failed: int = 0


class Escalation(BaseModel):
    """The state of one alert. Everything in it is carried over a continue-as-new."""

    alert: AlertText
    policy_name: str
    policy: EscalationPolicy
    last_resort: list[Target]
    auto_resolve: timedelta
    climb: Climb
    first_request: str
    timeline: Timeline = Timeline()
    acknowledged_at: datetime | None = None
    """When the owner acknowledged, or last pressed again: `acknowledge_timeout` runs from here."""
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolved_via: str = ""
    """How the resolve came in; empty: nobody asked for it."""
    state_since: datetime
    last_event_at: datetime
    reminded_at: datetime | None = None
    timeout_warned: bool = False
    remind: str = ""
    """Why the owner is to be reminded now; empty: not at all."""
    restart_step: bool = False
    pending: list[Planned] = []
    retries: list[Retry] = []
    attempts: dict[str, int] = {}
    """How often the sends under way were tried before, by key."""
    used: list[tuple[str, str]] = []
    """The contacts that the rules now running have tried, by user: no fallback for what comes."""
    why: dict[str, str] = {}
    paged: list[tuple[str, str]] = []
    """Whom a page reached and by which contact, in order: they hear of the resolve."""
    kept: list[Kept] = []
    rewrite_after: datetime | None = None
    last_resort_wanted: str = ""
    """Why the last resort is to be paged now; empty: not at all."""
    last_resort_pages: int = 0
    last_resort_paged_at: datetime | None = None
    last_resort_cycle: int = 0
    last_resort_due: datetime | None = None
    resume_at: datetime | None = None
    """When a held or snoozed alert climbs again."""
    held_to: datetime | None = None
    """The end of the maintenance that it began in: nothing but a worse event climbs before."""
    members: list[str] = []
    """What a grouped alert stands for, by key: it ends when the last of them has resolved."""
    suppressed: bool = False
    """It pages nobody, whoever acknowledges it and however long ago; until an event comes that pages."""
    told: bool = False
    step_users: list[str] = []
    """Whom the current step resolved to; `step_sent`: one of them was sent something since it began."""
    step_sent: bool = False
    step_gave_up: bool = False
    """A send to one of them failed until its time was over, which is not the same as refused."""
    news: News = News()
    audience: Audience = Audience()
    flights: dict[int, Flight] = {}
    flown: int = 0
    generation: int = 0
    answers: dict[str, Answer] = {}

    # -- how an alert begins -------------------------------------------------------------------------

    @classmethod
    def beginning(
        cls,
        trigger: Trigger,
        *,
        alert: AlertText,
        policy_name: str,
        policy: EscalationPolicy,
        last_resort: list[Target],
        auto_resolve: timedelta,
        at: datetime,
        settle: timedelta = timedelta(0),
        held_until: datetime | None = None,
        held_because: str = "",
        stakeholders: Sequence[Interest] = (),
    ) -> "Escalation":
        """The alert that `trigger` starts, at `at`.

        `settle`: low urgency waits so long before its first step. `held_until`: maintenance, until then
        nobody is paged (rule 17). `stakeholders`: what the groups that it may concern asked for.
        """
        suppressed = trigger.action is Action.SUPPRESS
        held = not suppressed and held_until is not None and held_until > at
        state = AlertState.SUPPRESSED if suppressed else AlertState.HELD if held else AlertState.TRIGGERED
        settling = settle if trigger.urgency is Urgency.LOW else timedelta(0)
        pages = state is AlertState.TRIGGERED and not settling
        self = cls(
            alert=alert.model_copy(update={"state": state, "count": trigger.count}),
            policy_name=policy_name,
            policy=policy,
            last_resort=last_resort,
            auto_resolve=auto_resolve,
            climb=Climb.starting(1, at + settling),
            resume_at=held_until if held else None,
            suppressed=suppressed,
            members=trigger.members[-MOST_MEMBERS:],
            audience=Audience.beginning(stakeholders, trigger.priority, pages, at),
            first_request=trigger.request,
            state_since=at,
            last_event_at=at,
        )
        reasons = "; ".join(trigger.why)
        self.note(Kind.TRIGGERED, at, f"Triggered: {alert.summary[:200]}", why=reasons or None)
        if suppressed:
            self.note(Kind.SUPPRESSED, at, "Suppressed: kept, and nobody is notified.", why=reasons or None)
        elif held:
            until = f"{held_until:%Y-%m-%d %H:%M} UTC"
            self.note(Kind.HELD, at, f"Held until {until}: maintenance.", why=held_because or None)
        elif settling:
            wait = format_duration(settling)
            self.note(Kind.SETTLING, at, f"Low urgency: waits {wait} to see whether it heals by itself.")
        return self

    # -- what arrives -------------------------------------------------------------------------------

    def trigger(self, trigger: Trigger, now: datetime) -> None:
        """A repeat; or, when it meets the resolve of this very run, a new outbreak (rule 16)."""
        if trigger.request == self.first_request:
            return
        was = self.alert
        self.last_event_at = now
        raised = trigger.priority.worse_than(was.priority)
        # A suppressed event is kept and counted; it makes nobody's contact ring.
        pages = trigger.action is Action.PAGE
        louder = pages and trigger.urgency is Urgency.HIGH and was.urgency is Urgency.LOW
        self.alert = was.model_copy(
            update={
                "summary": trigger.summary or was.summary,
                "description": trigger.description or was.description,
                "priority": trigger.priority if raised else was.priority,
                "urgency": Urgency.HIGH if louder else was.urgency,
                "count": was.count + trigger.count,
                "truncated": was.truncated or trigger.truncated,
            }
        )
        self.members = list(dict.fromkeys([*self.members, *trigger.members]))[-MOST_MEMBERS:]
        group = f", {len(self.members)} of the group still happen" if len(self.members) > 1 else ""
        self.note(Kind.REPEATED, now, f"Repeated; {self.alert.count} events so far{group}.")
        if raised or louder:
            text = f"Got worse: {self.alert.priority.value}, {self.alert.urgency.value} urgency."
            self.note(Kind.RAISED, now, text, why="; ".join(trigger.why) or None)
        if not pages:
            return
        match was.state:
            case AlertState.RESOLVED:
                self.note(Kind.WITHDRAWN, now, "Triggered again before the end: the resolve is withdrawn.")
                self._clear_answerers()
                begin_or_hold(self, trigger.held_until, now, now)
            case _ if was.state is AlertState.SUPPRESSED or self.suppressed:
                begin_or_hold(self, trigger.held_until, now, now)
            case AlertState.TRIGGERED if louder:
                self._louder(now)
            case AlertState.SNOOZED if louder:
                self.enter(AlertState.TRIGGERED, now)
                self._louder(now)
            case AlertState.EXHAUSTED if louder:
                self.begin_cycle(now, now)
            case AlertState.EXHAUSTED if _hour_past(self.last_resort_paged_at, now):
                self.last_resort_wanted = "still happening, and exhausted for over an hour"
            case AlertState.ACKNOWLEDGED if louder:
                self.remind = f"it got worse: {self.alert.priority.value} now"
            case AlertState.ACKNOWLEDGED if _hour_past(
                max(self.state_since, self.reminded_at or self.state_since), now
            ):
                self.remind = "it still happens, over an hour after it was acknowledged"

    def acknowledge(self, request: str, alert: str | None, by: str, via: str, now: datetime) -> None:
        """The first one owns the alert and everything pending stops; later ones are told who has it."""
        if request in self.answers or self._refused("acknowledge", request, alert, by, now):
            return
        self.last_event_at = now
        first = self.alert.state is not AlertState.ACKNOWLEDGED
        if first:
            self.call_off()
            self.enter(AlertState.ACKNOWLEDGED, now, owner=by)
            self.note(Kind.ACKNOWLEDGED, now, f"Acknowledged by {by} ({via}). Escalation stops.", user=by)
        else:
            owner = self.alert.owner
            text = f"{by} acknowledged too ({via}); {owner} has it." if by != owner else f"{by} confirmed ({via})."
            self.note(Kind.ACKNOWLEDGED, now, text, user=by)
        if first or by == self.alert.owner:
            self.acknowledged_at, self.timeout_warned = now, False
        self._answer(request, now, accepted=True, first=first)

    def resolve(
        self, request: str, alert: str | None, by: str, via: str, now: datetime, member: str | None = None
    ) -> None:
        """It is over: everything pending stops, and those who were paged are told.

        `member`: only that part of a grouped alert is over; it ends with the last one.
        """
        if request in self.answers or self._refused("resolve", request, alert, by, now):
            return
        self.members = [other for other in self.members if member is not None and other != member]
        if self.members:
            self.last_event_at = now
            left = f"{len(self.members)} still happen{'s' * (len(self.members) == 1)}"
            self.note(Kind.PART_OVER, now, f"One of the group is over ({via}); {left}.")
            return
        self.end(by, f"Resolved by {by} ({via}).", now)
        self.resolved_via = via
        self._answer(request, now, accepted=True, first=True)

    # -- shared by the above ------------------------------------------------------------------------

    def note(self, kind: Kind, at: datetime, text: str, **more: object) -> None:
        """Write a line of the timeline, placed in cycle, pass and step."""
        place = {"cycle": self.climb.cycle, "pass_": self.climb.pass_, "step": self.climb.step}
        self.timeline.add(Entry.model_validate({"at": at, "kind": kind, "text": text, **place, **more}))

    def _refused(self, verb: str, request: str, alert: str | None, by: str, now: datetime) -> bool:
        if alert is not None and alert != self.alert.id:
            reason = "it was meant for another alert of the same key"
        elif self.alert.state is AlertState.RESOLVED:
            reason = f"resolved already by {self.resolved_by}"
        else:
            return False
        self.note(Kind.REFUSED_VERB, now, f"{by} wanted to {verb}: refused, {reason}.", user=by)
        self._answer(request, now, accepted=False, reason=reason)
        return True

    def _answer(self, request: str, now: datetime, *, accepted: bool, first: bool = False, reason: str = "") -> None:
        self.answers[request] = Answer(
            accepted=accepted,
            state=self.alert.state,
            owner=self.alert.owner,
            first=first,
            reason=reason,
            at=now,
        )
        for old in list(self.answers)[:-16]:
            del self.answers[old]

    def enter(self, state: AlertState, now: datetime, owner: str | None = None) -> None:
        self.alert = self.alert.model_copy(update={"state": state, "owner": owner})
        self.state_since = now
        self.audience.enters(state, now)

    def _clear_answerers(self) -> None:
        self.resolved_at = self.resolved_by = self.acknowledged_at = None
        self.resolved_via = ""

    def resume(self, now: datetime) -> None:
        """The hold or the snooze is over: climb, if still open."""
        due = planned_instant(self.resume_at or now, now)
        was = self.alert.state.value
        self.begin_cycle(due, now)
        self.note(Kind.RESUMED, now, f"No longer {was}, and still open: it climbs.")

    def _louder(self, now: datetime) -> None:
        """Urgency rose to high: the current step anew, under the high rules (rule 16)."""
        self.call_off()
        if not self.climb.begun_at_all:
            self.climb.due = now
        # Where the next step begins this very instant (somebody escalated), it takes the high rules.
        elif self.climb.due != now or self.climb.waited_out(self.policy):
            self.restart_step = True

    def call_off(self) -> None:
        """Everything pending stops, for everyone."""
        self.pending, self.retries, self.attempts, self.used = [], [], {}, []
        self.last_resort_wanted, self.last_resort_due, self.remind = "", None, ""
        self.restart_step = False
        self.resume_at = None
        self.generation += 1

    def begin_cycle(self, due: datetime, now: datetime, lead: Step | None = None) -> None:
        """Climb from step 1 of pass 1, or from `lead`; the next cycle, unless this one never began."""
        self.call_off()
        begun_before = self.climb.begun_at_all
        self.climb = Climb.starting(self.climb.cycle + begun_before, due, lead)
        self.enter(AlertState.TRIGGERED, now)
        self.acknowledged_at, self.timeout_warned, self.suppressed = None, False, False
        if begun_before:
            self.note(Kind.CYCLE, now, f"Cycle {self.climb.cycle} begins{'' if lead else ' from step 1'}.")

    def end(self, by: str, text: str, now: datetime) -> None:
        self.call_off()
        self.enter(AlertState.RESOLVED, now, owner=self.alert.owner)
        self.resolved_at, self.resolved_by = now, by
        self.note(Kind.RESOLVED, now, text, user=by)
        self.told = False


def _hour_past(since: datetime | None, now: datetime) -> bool:
    return since is None or now - since >= HOURLY
