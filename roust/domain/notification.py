"""A notification on its way: what is planned, what is asked of the page activity, and what became of it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from roust.domain.alert import AlertText, Priority, Urgency
from roust.domain.notice import Notice
from roust.domain.notice_template import NoticeTemplate
from roust.domain.policy import Target

OUTSIDE = 0
"""The step number of a page that belongs to no step of the policy: the last resort, a reassignment."""

REASSIGNED = "reassigned"
"""The occasion of a page of the step that a reassignment to a user puts before step 1."""

LAST_RESORT = "last-resort"
"""How the occasion of a page to the last resort begins."""


class MessageKind(StrEnum):
    """A page must be answered; the others need not."""

    PAGE = "page"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    NOTICE = "notice"
    UPDATE = "update"
    """No message of its own: what stands somewhere already is rewritten."""


class Result(StrEnum):
    """What became of one send. try_again: it may succeed later. refused: it never will."""

    SENT = "sent"
    REFUSED = "refused"
    TRY_AGAIN = "try_again"


class Planned(BaseModel):
    """One contact of one user, due at `due`, pinned when its step began.

    `rule` names the personal rule (`high1`, `low2`, …; `high1-without-push` for a contact
    that no rule names); `occasion` tells apart pages to the last resort, and reminders (it stands in the
    key as the step).
    """

    model_config = ConfigDict(frozen=True)

    user: str
    contact: str
    rule: str
    due: datetime
    cycle: int
    pass_: int
    step: int
    occasion: str = ""

    @property
    def to_last_resort(self) -> bool:
        return self.occasion.startswith(LAST_RESORT)

    def key(self, alert: str) -> str:
        """The idempotency key: the same on every attempt, different for every page."""
        step = self.occasion or str(self.step)
        return f"{alert}/{self.cycle}/{self.pass_}/{step}/{self.user}/{self.rule}/{self.contact}"


class Posted(BaseModel):
    """A message that its channel can rewrite: `ref` is the channel's own name for it, free of addresses."""

    model_config = ConfigDict(frozen=True)

    user: str
    contact: str
    ref: str


class Outcome(BaseModel):
    """What became of one send: `said` is the provider's word, at most 200 characters, address masked.
    `ref` as in `Posted`; empty where the channel cannot rewrite. `night`: it was night where the user lives.

    `page`: the key of the merged page that it went out in, together with `merged_with` other alerts.
    """

    model_config = ConfigDict(frozen=True)

    planned: Planned
    result: Result
    said: str = ""
    channel: str = ""
    retry_after: float | None = None
    at: datetime | None = None
    ref: str = ""
    night: bool = False
    page: str = ""
    merged_with: int = 0


class Resolved(BaseModel):
    """One user whom a target resolved to, and how: `on call in payments-primary`."""

    model_config = ConfigDict(frozen=True)

    user: str
    why: str


class PageRequest(BaseModel):
    """What is due at one moment, for one alert. The page activity resolves `targets` as of `at`,
    pins the personal rules of those users, sends what is due, and reports.

    `due`: pinned earlier and due now (first times and retries). `pending`: pinned, not due yet; only
    read, to bring a user's next contact forward when one is refused.
    `used`: contacts (user, contact) that the user's running rules have tried: none of them is a fallback,
    unless the user's rules start anew.
    `recipients` (reminder, resolved): those users by those contacts, no rules.
    `delayed_since`: it should have gone out then. `posted`: messages of before, to be rewritten with this.
    """

    kind: MessageKind = MessageKind.PAGE
    alert: AlertText
    at: datetime
    urgency: Urgency
    cycle: int = 1
    pass_: int = 1
    passes: int = 1
    step: int = 1
    steps: int = 1
    occasion: str = ""
    targets: list[Target] = []
    due: list[Planned] = []
    pending: list[Planned] = []
    used: list[tuple[str, str]] = []
    delayed_since: datetime | None = None
    note: str = ""
    posted: list[Posted] = []


class PageResult(BaseModel):
    """What came of a PageRequest. `planned` are the rules still to come; `outcomes` the sends of now.

    `problems` are reasons in words: an unknown name, nobody on call, a user without contacts.
    """

    resolved: list[Resolved] = []
    problems: list[str] = []
    outcomes: list[Outcome] = []
    planned: list[Planned] = []


class Press(BaseModel):
    """How a button in a message answers without the answer page: POST `token` to `url`. The token answers
    for one alert and person, and escalates from the step that the message shows."""

    model_config = ConfigDict(frozen=True)

    url: str
    token: str = Field(repr=False)


class Part(BaseModel):
    """One of the alerts that a merged message tells of, its summary clean and in one line.
    `acknowledge_url` answers for it alone; `key` is that of the page it would have been by itself."""

    model_config = ConfigDict(frozen=True)

    id: str
    summary: str
    priority: Priority
    acknowledge_url: str | None = None
    key: str = ""


class MergedPage(BaseModel):
    """The record of a merged page that went to `user` by `contact`: its link names it by `id`.

    `alerts`: the ids of those it told of, the worst first.
    """

    id: str
    service: str
    user: str
    contact: str
    alerts: list[str]


class Message(BaseModel):
    """One message to one contact, ready to be worded by its channel. Never enters a history.

    `key` is the idempotency key. `answer_url` is the responder's own link (None where there is nobody
    to answer), `press` the same for buttons. `step` 0 is the last resort. `refs`: the messages of before
    at this contact that the channel is to rewrite. `notices` (kind notice): what a stakeholder is told, one
    outage, or several at once, which is a digest; `template`: the group's own words for a single one. `parts`: all the
    alerts that this message tells of when it merges several, the worst first, which is also `alert`; then
    `answer_url` answers for all of them.
    """

    model_config = ConfigDict(frozen=True)

    kind: MessageKind
    key: str
    alert: AlertText
    user: str
    user_name: str = ""
    time_zone: str = "UTC"
    contact: str
    at: datetime
    cycle: int = 1
    pass_: int = 1
    passes: int = 1
    step: int = 1
    steps: int = 1
    occasion: str = ""
    alert_url: str = ""
    answer_url: str | None = None
    press: Press | None = None
    refs: tuple[str, ...] = ()
    delayed_since: datetime | None = None
    note: str = ""
    notices: list[Notice] = []
    template: NoticeTemplate | None = None
    parts: list[Part] = []

    @property
    def page(self) -> str:
        """The id of the merged page; empty when it tells of one alert."""
        return self.key.rpartition("/")[2] if self.parts else ""

    @property
    def headline(self) -> str:
        """What it is about: the alert's summary, or `14 alerts, worst P1: ` and the worst one's."""
        alert = self.alert
        if not self.parts:
            return alert.summary
        return f"{len(self.parts)} alerts, worst {alert.priority.value}: {alert.summary}"


class Receipt(BaseModel):
    """The provider took it: `said` is its word (a message id, a status line), free of addresses; `ref` is
    what the channel rewrites it by, where it can."""

    model_config = ConfigDict(frozen=True)

    said: str = ""
    ref: str = ""
