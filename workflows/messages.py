"""What goes into and comes out of an alert's workflow: inputs, signals, the view, the ids."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from roust.domain.alert import AlertState, Link, Priority, Urgency
from roust.domain.alert import Answer as Answer
from roust.domain.duration import Duration
from roust.domain.escalation import Escalation
from roust.domain.policy import EscalationPolicy, Target
from roust.domain.stakeholders import Interest
from roust.domain.tally import Tally
from roust.domain.timeline import Entry
from roust.domain.trigger import Trigger as Trigger

TASK_QUEUE = "roust"


def notices_queue(task_queue: str) -> str:
    """Where notices wait: a queue with slots of its own, so that one that hangs holds up no page."""
    return f"{task_queue}-notices"


WORKFLOW = "Alert"
MERGED_PAGE = "MergedPage"
TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
ESCALATE, REASSIGN, SNOOZE, NOTE, UPDATE = "escalate", "reassign", "snooze", "note", "update"
HOLD = "hold"
DIGESTED = "digested"
VIEW = "view"
REFUSED = "Refused"
"""The type of the error that refuses an update."""

STATE, SERVICE, PRIORITY, POLICY, OWNER = (
    "RoustState",
    "RoustService",
    "RoustPriority",
    "RoustPolicy",
    "RoustOwner",
)
"""Search attributes, all Keyword; they hold keys (`ada`), never names, numbers or addresses."""
SEARCH_ATTRIBUTES = (STATE, SERVICE, PRIORITY, POLICY, OWNER)

MEMO = "roust"
"""The one memo field: a `Standing`, read by `describe` and by lists without a worker."""

LABELS = "roust-labels"
"""A memo field of alerts that start held: their labels, by which maintenance concerns them."""

LIST_LENGTH = 250
"""Characters of a text in the memo, which is read for every line of a list."""

_ALERT_ID = re.compile(
    r"^(?P<service>[A-Za-z0-9][A-Za-z0-9._-]{0,63})-(?P<tail>[0-9a-f]{20})-"
    r"(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)


class AlertRef(NamedTuple):
    """An alert's id, taken apart: which workflow, and the run its chain began with."""

    workflow_id: str
    first_run: str


def workflow_id(service: str, dedup_key: str) -> str:
    """`alert/{service}/{first 20 hex of sha256(dedup key)}`: one open alert per service and key."""
    digest = hashlib.sha256(dedup_key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"alert/{service}/{digest[:20]}"


def page_workflow_id(service: str, page: str) -> str:
    """`page/{service}/{page}`: the record of a merged page."""
    return f"page/{service}/{page}"


def alert_id(workflow: str, first_run: str) -> str:
    """The alert's name for ever: `{service}-{tail}-{run id its chain began with}`, safe in a path."""
    _, service, tail = workflow.split("/", 2)
    return f"{service}-{tail}-{first_run}"


def parse_alert_id(text: str) -> AlertRef | None:
    """The workflow and first run that an alert's id names; None when it is no such id."""
    found = _ALERT_ID.fullmatch(text)
    if found is None:
        return None
    return AlertRef(f"alert/{found['service']}/{found['tail']}", found["run"])


class Acknowledge(BaseModel):
    """Somebody has it. `alert` None: whatever is open under the key (a source's word).
    `via`: api, link, cli, source: how it came in."""

    model_config = ConfigDict(frozen=True)

    request: str
    alert: str | None
    by: str
    via: str = "api"


class Resolve(BaseModel):
    """It is over. `alert` None: whatever is open under the key (a source's word). `member`: only that
    part of a grouped alert."""

    model_config = ConfigDict(frozen=True)

    request: str
    alert: str | None
    by: str
    via: str = "api"
    member: str | None = None


class Hold(BaseModel):
    """The maintenance of a held alert has changed: held until then (None: no longer), and why."""

    model_config = ConfigDict(frozen=True)

    alert: str
    until: datetime | None
    because: str = ""


class Ask(BaseModel):
    """A verb that only makes sense with an answer. After `expires` (the server's own hour) it is refused:
    whoever asked has been told by then that no worker answered."""

    model_config = ConfigDict(frozen=True)

    alert: str
    by: str
    expires: datetime | None = None


class Escalate(Ask):
    """The next step now, bound to the step they saw."""

    step: int


class Reassign(Ask):
    """To `user`, or to the escalation policy given with all that is pinned of it."""

    user: str | None = None
    policy_name: str | None = None
    policy: EscalationPolicy | None = None
    last_resort: list[Target] = []


class Snooze(Ask):
    """Page nobody for `length`; then a new cycle."""

    length: Duration


class Note(Ask):
    """A note for the timeline."""

    text: str


class PostUpdate(Ask):
    """A status update for the stakeholders; `next`: when more is promised."""

    text: str
    next: datetime | None = None


class Done(BaseModel):
    """A verb was done: where the alert stands now. A refused one is an error of type REFUSED that says why.

    `step`: the one that was current; what follows an escalate begins right after.
    """

    model_config = ConfigDict(frozen=True)

    state: AlertState
    owner: str | None = None
    step: int = 0


class Standing(BaseModel):
    """Where an alert stands, in the memo: enough for a list, the answer page and the watchdog.

    `next_due`: when Roust must act next; None when it waits for people or sources alone.
    `answers`: the outcome of the last requests, by request id. `first_run` is None until the workflow
    itself first published (then the run id of the execution is the first run). `tally`: once it is over.
    `unreached_since`: exhausted since then, and not one page of its climb has been sent.
    """

    state: AlertState
    service: str
    summary: str
    priority: Priority
    urgency: Urgency
    policy: str
    dedup_key: str = ""
    owner: str | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    triggered_at: datetime
    count: int = 1
    cycle: int = 1
    pass_: int = 1
    step: int = 0
    next_due: datetime | None = None
    unreached_since: datetime | None = None
    first_run: str | None = None
    answers: dict[str, Answer] = {}
    tally: Tally | None = None


class OfANewerRelease(Exception):
    """This alert asks for what this release does not know. Its task is tried again, until a newer worker takes it."""


class AlertInput(BaseModel):
    """What an alert starts with: everything pinned, and the trigger itself.

    `stakeholders`: what the groups that care for the service asked for; who is in them is looked up when they
    are told. `carried` is the whole story of a chain that goes on; `offset_seconds` a rehearsal's hour.
    `keeps_timers`: a wait that is looked at anew keeps its timer; alerts of before do without. `holds_on`: what was
    acknowledged while held and is not resolved in time is held again, as long as the maintenance goes on; likewise.
    A worker that does not know one of these is of an older release than the API: it leaves the alert to a newer one.
    """

    model_config = ConfigDict(extra="allow")

    service: str
    dedup_key: str
    policy_name: str
    policy: EscalationPolicy
    last_resort: list[Target]
    auto_resolve: Duration = timedelta(hours=24)
    settle: Duration = timedelta(0)
    held_until: datetime | None = None
    held_because: str = ""
    runbook: str | None = None
    impact: str | None = None
    stakeholders: list[Interest] = []
    trigger: Trigger
    offset_seconds: float = 0.0
    carried: Escalation | None = None
    keeps_timers: bool = False
    holds_on: bool = False


class AlertView(BaseModel):
    """The whole alert with its timeline: the answer of `GET /v1/alerts/{id}`, and the workflow's result."""

    id: str
    service: str
    dedup_key: str
    summary: str
    description: str = ""
    state: AlertState
    priority: Priority
    urgency: Urgency
    policy: str
    owner: str | None = None
    cycle: int = 1
    pass_: int = 1
    passes: int = 1
    step: int = 0
    steps: int = 1
    next: str = ""
    next_due: datetime | None = None
    count: int = 1
    triggered_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    news_due: datetime | None = None
    notice_due: datetime | None = None
    source: str = ""
    runbook: str | None = None
    impact: str | None = None
    labels: dict[str, str] = {}
    links: list[Link] = []
    details: dict[str, Any] = {}
    truncated: bool = False
    timeline: list[Entry] = []
