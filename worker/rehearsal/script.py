"""A rehearsal's script, as its file says it: an alert, what happens to it, and what is expected."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from roust.domain.alert import AlertState, Event, Priority, Verb
from roust.domain.duration import Duration, format_duration
from roust.domain.notice import AskedMoment
from roust.domain.routing import MOST_DEDUP_KEY, dedup_key
from roust.domain.zones import parse_time

LONGEST = timedelta(weeks=4)
"""Of a rehearsal: enough for every timeout there is by default, and a file cannot keep a machine busy."""

DROPPED = "dropped"
"""The outcome of an event that a route lets go; the others are the states of an alert."""

SOMEBODY = "somebody"
"""Who presses when the script does not say who."""


def _moment(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    written = parse_time(text)
    if written.tzinfo is None:
        raise ValueError(f"needs an offset: write {text}Z, or {text}+02:00 (got {text})")
    return written


def _empty(value: Any) -> Any:
    # `resolve:` alone says it all.
    return {} if value is None else value


def _something(value: Any) -> Any:
    if value is None:
        raise ValueError("says nothing: leave it out, or write [] for no page at all")
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Told(_Part):
    """What the source says; `service` is the one whose integration key it shows."""

    summary: Text
    service: str | None = None
    description: str = ""
    priority: Priority | None = None
    severity: str | None = None
    source: str = "rehearsal"
    labels: dict[str, str] = {}
    dedup_key: Annotated[str, Field(max_length=MOST_DEDUP_KEY)] | None = None

    def event(self) -> Event:
        """The event that the intake would make of it."""
        said = self.model_dump(exclude={"service"})
        return Event(verb=Verb.TRIGGER, **said | {"severity": self.severity or self.labels.get("severity")})


class Again(_Part):
    """A repeat of the alert: the same, but for what is said here."""

    summary: Text | None = None
    description: str | None = None
    priority: Priority | None = None
    severity: str | None = None
    labels: dict[str, str] | None = None

    def of(self, told: Told) -> Told:
        """`told` as it is said this time, under the same key."""
        changes = self.model_dump(exclude_none=True)
        if "severity" in changes and "priority" not in changes:
            # The new word counts, not the old priority.
            changes["priority"] = None
        return told.model_copy(update={"dedup_key": dedup_key(told.event()), **changes})


class Acknowledge(_Part):
    by: Text = SOMEBODY


class Resolve(_Part):
    """Without `by`: the source says that it is over."""

    by: Text | None = None


class Escalate(_Part):
    """`step`: the one that they saw; the current one unless said."""

    by: Text = SOMEBODY
    step: int | None = Field(default=None, ge=0)


class Reassign(_Part):
    by: Text = SOMEBODY
    user: str | None = None
    escalation_policy: str | None = None

    @model_validator(mode="after")
    def _to_one(self) -> "Reassign":
        if (self.user is None) == (self.escalation_policy is None):
            raise ValueError("reassign to exactly one of user, escalation_policy")
        return self


class Snooze(_Part):
    by: Text = SOMEBODY
    length: Annotated[Duration, Field(alias="for")]


class Note(_Part):
    by: Text = SOMEBODY
    text: Text


class Update(_Part):
    """A status update for the stakeholders; `next`: more is promised for so long after it."""

    by: Text = SOMEBODY
    text: Text
    next: Duration | None = None


class Failure(StrEnum):
    """refused: the provider never will; try_again: it may later, and does not while we watch."""

    REFUSED = "refused"
    TRY_AGAIN = "try_again"


class Fail(_Part):
    """From here on, what is sent to this contact fails."""

    user: str
    contact: str
    how: Annotated[Failure, Field(alias="as")] = Failure.REFUSED


Deed = Again | Acknowledge | Resolve | Escalate | Reassign | Snooze | Note | Update | Fail


class Happening(_Part):
    """One thing that happens, `after` the alert was triggered. What is due at that instant goes first;
    a failure holds for it already."""

    after: Duration
    trigger: Annotated[Again | None, BeforeValidator(_empty)] = None
    acknowledge: Annotated[Acknowledge | None, BeforeValidator(_empty)] = None
    resolve: Annotated[Resolve | None, BeforeValidator(_empty)] = None
    escalate: Annotated[Escalate | None, BeforeValidator(_empty)] = None
    reassign: Reassign | None = None
    snooze: Snooze | None = None
    note: Note | None = None
    update: Update | None = None
    fail: Fail | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Happening":
        if sum(getattr(self, name) is not None for name in DEEDS) != 1:
            raise ValueError(f"an event is exactly one of {', '.join(DEEDS)}")
        return self

    @property
    def deed(self) -> Deed:
        given: Deed = next(one for name in DEEDS if (one := getattr(self, name)) is not None)
        return given


DEEDS = ("trigger", "acknowledge", "resolve", "escalate", "reassign", "snooze", "note", "update", "fail")


class ExpectedPage(_Part):
    """A page that must come, to the second. What is left out of step, pass and cycle may be any."""

    after: Duration
    user: str
    contact: str
    step: int | None = Field(default=None, ge=0)
    pass_: Annotated[int | None, Field(default=None, ge=1, alias="pass")]
    cycle: int | None = Field(default=None, ge=1)


class ExpectedNotice(_Part):
    """A notice that must reach somebody of the group, to the second; `event` is the moment that the group asked for."""

    after: Duration
    group: str
    event: AskedMoment


def _outcome(text: str) -> str:
    known = [*(state.value for state in AlertState), DROPPED]
    if text not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return text


class Expectation(_Part):
    """`pages`, `notices`: these and no other. What is left out is not looked at."""

    pages: Annotated[list[ExpectedPage] | None, BeforeValidator(_something)] = None
    notices: Annotated[list[ExpectedNotice] | None, BeforeValidator(_something)] = None
    outcome: Annotated[str, AfterValidator(_outcome)] | None = None


class Script(_Part):
    """One rehearsal: `alert` is triggered at `at` and watched `for` so long."""

    alert: Told
    at: Moment
    length: Annotated[Duration | None, Field(default=None, alias="for")]
    events: list[Happening] = []
    expect: Expectation = Expectation()

    @model_validator(mode="after")
    def _within(self) -> "Script":
        most = format_duration(LONGEST)
        if self.length is not None and not timedelta(0) < self.length <= LONGEST:
            raise ValueError(f"for: from 1s to {most}")
        last = max((event.after for event in self.events), default=timedelta(0))
        if last > (self.length or LONGEST):
            raise ValueError(f"an event after {format_duration(last)} comes when nobody watches any more; see for:")
        return self

    @property
    def begins(self) -> datetime:
        """`at`, in UTC."""
        return self.at.astimezone(UTC)

    @property
    def in_order(self) -> list[Happening]:
        """The events by their instants; of one instant failures first, the rest as the file has them."""
        return sorted(self.events, key=lambda event: (event.after, event.fail is None))
