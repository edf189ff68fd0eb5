"""A notice's facts in plain words: what is affected, since when, who is on it, what comes next."""

from datetime import datetime, timedelta

from activities import text
from activities.reader_time import ReaderTime, lasting
from roust.domain.alert import AlertState, Priority
from roust.domain.notice import Moment, Notice

AFFECTED_CAP, TITLE_CAP, NAME_CAP, UPDATE_CAP = 500, 120, 80, 2000

LABELS = {
    Moment.TRIGGERED: "Outage",
    Moment.ACKNOWLEDGED: "Being worked on",
    Moment.EXHAUSTED: "Nobody has answered",
    Moment.RESOLVED: "Resolved",
    Moment.UPDATE: "Update",
    Moment.STANDING: "Ongoing outage",
}
"""What a notice's first word is."""

_TONES = {Moment.RESOLVED: "good", Moment.ACKNOWLEDGED: "busy", Moment.UPDATE: "busy"}
_HOW_BAD = {Priority.P1: "P1, the most serious", Priority.P5: "P5, the least serious"}


class NoticeFacts:
    """The words for `notice`, for a reader whose clock is `clock`. Every one is clean and of one line, but
    `update`, which keeps its lines."""

    def __init__(self, notice: Notice, clock: ReaderTime) -> None:
        self._notice = notice
        self._clock = clock
        self.over = notice.state is AlertState.RESOLVED
        self.label = LABELS[notice.moment]
        self.tone = _TONES.get(notice.moment, "bad")
        if notice.moment is Moment.STANDING and notice.state is AlertState.ACKNOWLEDGED:
            self.tone = "busy"
        self.service = text.line(notice.service, NAME_CAP)
        said = text.line(notice.impact or "", AFFECTED_CAP).rstrip(".")
        self.impact = said or f"{self.service} is affected"
        self.title = text.line(self.impact, TITLE_CAP)
        self.owner = text.line(notice.owner or "", NAME_CAP)
        self.update = text.body(notice.update, UPDATE_CAP).strip()
        self.update_by = text.line(notice.update_by or "", NAME_CAP)
        self.lasted = lasting(notice.at - notice.since)
        self.since = clock.full(notice.since)
        self.priority = _HOW_BAD.get(notice.priority, notice.priority.value)

    @property
    def who(self) -> str:
        """A sentence: who is on it."""
        match self._notice.state:
            case AlertState.ACKNOWLEDGED:
                return f"{self.owner or 'Somebody'} is working on it."
            case AlertState.EXHAUSTED:
                return "Everybody on call has been notified, and nobody has answered yet."
            case AlertState.SNOOZED:
                return f"{self.owner or 'Somebody'} knows of it and has put it off for a while."
            case AlertState.HELD:
                return "It began during planned maintenance; nobody has been notified yet."
            case AlertState.SUPPRESSED:
                return "It has been recorded; nobody has been notified."
            case AlertState.RESOLVED:
                by = f" {self.owner} was working on it." if self.owner else ""
                if self._notice.assumed:
                    return "Nothing has been heard of it for a long time: it is taken to be over."
                return f"It is over. It lasted {self.lasted}.{by}"
        return "The people on call are being notified; nobody has answered yet."

    @property
    def next(self) -> str:
        """A sentence: what happens next. Empty where nothing is known."""
        notice, at = self._notice, self._coming(self._notice.next_due)
        match notice.state:
            case AlertState.TRIGGERED:
                return f"If nobody answers, the next attempt to reach somebody is at {at}." if at else ""
            case AlertState.EXHAUSTED:
                return "Those named as a last resort have been notified, too."
            case AlertState.SNOOZED | AlertState.HELD:
                return f"At {at} the people on call are notified again." if at else ""
        return ""

    @property
    def news(self) -> str:
        """A sentence: when to expect news."""
        if self.over:
            return ""
        if at := self._coming(self._notice.news_due):
            return f"The next news is due by {at}."
        hopes = [words for moment, words in _HOPES if moment in self._notice.follows and self._may_come(moment)]
        return f"You will hear again when {' or '.join(hopes)}." if hopes else ""

    def prose(self) -> str:
        """The sentences that every notice has, in order."""
        return " ".join(part for part in (self.who, self.next, self.news) if part)

    def rows(self) -> list[tuple[str, str]]:
        """The facts at a glance."""
        notice, clock = self._notice, self._clock
        if self.over:
            when = [("From", self.since), ("Until", clock.short(notice.at, notice.since)), ("Lasted", self.lasted)]
        else:
            when = [("Since", f"{self.since}{self._so_far}")]
        return [*when, ("Service", self.service), ("Priority", self.priority)]

    def line(self) -> str:
        """The same in one line."""
        when = f"From {self.since}, {self.lasted}" if self.over else f"Since {self.since}{self._so_far}"
        return f"{when}. Service {self.service}, {self.priority}."

    @property
    def _so_far(self) -> str:
        length = self._notice.at - self._notice.since
        return f", for {lasting(length)}" if length >= timedelta(minutes=1) else ""

    def fields(self) -> dict[str, str]:
        """The named fields of a group's own template."""
        return {
            "impact": self.impact,
            "service": self.service,
            "priority": self._notice.priority.value,
            "since": self.since,
            "now": self._clock.full(self._notice.at),
            "lasted": self.lasted,
            "owner": self.owner or "nobody yet",
            "who": self.who,
            "next": self.next,
            "news": self.news,
            "update": self.update,
        }

    def _coming(self, instant: datetime | None) -> str:
        """When, in words; nothing for what is not to come."""
        if instant is None or instant <= self._notice.at:
            return ""
        return self._clock.short(instant, self._notice.at)

    def _may_come(self, moment: Moment) -> bool:
        return moment is Moment.RESOLVED or not self._notice.owner


_HOPES = ((Moment.ACKNOWLEDGED, "somebody has taken it on"), (Moment.RESOLVED, "it is over"))
