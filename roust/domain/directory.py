"""The directory: the whole validated configuration, as values."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from roust.domain.alert import Priority, Urgency
from roust.domain.duration import Duration
from roust.domain.heartbeat import Heartbeat
from roust.domain.intake import Intake
from roust.domain.maintenance import Maintenance
from roust.domain.matcher import MatcherText
from roust.domain.notice import AskedMoment, Moment
from roust.domain.notice_template import NoticeTemplate
from roust.domain.policy import EscalationPolicy, Name, Target
from roust.domain.route import Route
from roust.domain.schedule import Schedule
from roust.domain.settings import Channels

CONTACT_KINDS = ("email", "webhook", "ntfy", "sms", "voice", "slack", "apprise")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Contact(_Entry):
    """One way to reach a user: exactly one kind with its address. Addresses never show in a repr."""

    email: str | None = Field(default=None, repr=False)
    webhook: str | None = Field(default=None, repr=False)
    ntfy: str | None = Field(default=None, repr=False)
    sms: str | None = Field(default=None, repr=False)
    voice: str | None = Field(default=None, repr=False)
    slack: str | None = Field(default=None, repr=False)
    apprise: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _exactly_one(self) -> "Contact":
        if sum(getattr(self, kind) is not None for kind in CONTACT_KINDS) != 1:
            raise ValueError(f"a contact has exactly one of {', '.join(CONTACT_KINDS)}")
        return self

    @property
    def kind(self) -> str:
        return next(kind for kind in CONTACT_KINDS if getattr(self, kind) is not None)

    @property
    def address(self) -> str:
        return str(getattr(self, self.kind))


class NotificationRule(_Entry):
    """These contacts, `after` the page began."""

    after: Duration = timedelta(0)
    contacts: list[str] = Field(min_length=1)


class NotificationRules(_Entry):
    """Personal rules by urgency; none given for an urgency: every contact at once."""

    high: list[NotificationRule] | None = Field(default=None, min_length=1)
    low: list[NotificationRule] | None = Field(default=None, min_length=1)


class User(_Entry):
    name: str = ""
    time_zone: str = "UTC"
    contacts: dict[Name, Contact] = {}
    notification_rules: NotificationRules = NotificationRules()

    def rules(self, urgency: Urgency) -> list[NotificationRule]:
        """The rules that hold at `urgency`; every contact at once where none were given."""
        given = self.notification_rules.high if urgency is Urgency.HIGH else self.notification_rules.low
        if given is not None:
            return given
        return [NotificationRule(contacts=list(self.contacts))] if self.contacts else []


class Team(_Entry):
    members: list[str] = Field(min_length=1)


class Group(_Entry):
    """People across teams."""

    members: list[str] = []
    teams: list[str] = []

    @model_validator(mode="after")
    def _somebody(self) -> "Group":
        if not self.members and not self.teams:
            raise ValueError("a group needs members or teams")
        return self


class Service(_Entry):
    escalation_policy: str
    integration_keys: list[SecretStr] = []
    runbook: str | None = None
    impact: str | None = None
    urgency: Urgency | None = None
    page_when: list[MatcherText] = []
    group_by: list[str] = []
    settle: Duration | None = None
    auto_resolve: Duration = timedelta(hours=24)


class Defaults(_Entry):
    last_resort: list[Target] = []


class Stakeholder(_Entry):
    user: str | None = None
    email: str | None = Field(default=None, repr=False)
    slack: str | None = Field(default=None, repr=False)
    webhook: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _exactly_one(self) -> "Stakeholder":
        if sum(v is not None for v in (self.user, self.email, self.slack, self.webhook)) != 1:
            raise ValueError("a stakeholder is exactly one of user, email, slack, webhook")
        return self


class StakeholderGroup(_Entry):
    """People told about outages that matter to them. `time_zone`: of the bare addresses; users have their own."""

    members: list[Stakeholder] = Field(min_length=1)
    services: list[str] | None = None
    min_priority: Priority = Priority.P1
    moments: list[AskedMoment] = [Moment.TRIGGERED, Moment.RESOLVED]
    after: Duration | None = None
    time_zone: str = "UTC"
    templates: dict[Moment, NoticeTemplate] = {}


class Role(StrEnum):
    """viewer reads; responder acts on alerts; editor makes overrides and maintenance; admin all."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    EDITOR = "editor"
    ADMIN = "admin"


class Token(_Entry):
    """A bearer token of a person or a program, known by the sha256 of it alone."""

    name: Name
    user: str | None = None
    role: Role
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]


class Directory(_Entry):
    """Everything a `roust.yaml` says, checked: every name in it resolves."""

    url: str = "http://127.0.0.1:8420"
    link_keys: list[SecretStr] = []
    operators: list[Target] = []
    dead_mans_switch: SecretStr | None = None
    requests_per_minute: int = Field(default=30_000, ge=0)
    default_service: str | None = None
    defaults: Defaults = Defaults()
    users: dict[Name, User] = {}
    teams: dict[Name, Team] = {}
    groups: dict[Name, Group] = {}
    schedules: dict[Name, Schedule] = {}
    escalation_policies: dict[Name, EscalationPolicy] = {}
    services: dict[Name, Service] = {}
    routes: list[Route] = []
    intakes: dict[Name, Intake] = {}
    heartbeats: dict[Name, Heartbeat] = {}
    stakeholder_groups: dict[Name, StakeholderGroup] = {}
    maintenance: list[Maintenance] = []
    tokens: list[Token] = []
    channels: Channels = Channels()

    def last_resort(self, policy: str) -> list[Target]:
        """Whom policy `policy` falls back on: its own last resort, else the default one."""
        own = self.escalation_policies[policy].last_resort
        return own if own is not None else self.defaults.last_resort
