"""A group's digest: in a storm, what it would have been told singly is collected and told together."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from roust.domain.notice import Notice

SINGLY = 3
"""Outages of which a group hears singly within a window; of more it hears together."""

WINDOW = timedelta(minutes=10)
"""How long after the first of those the first digest goes out, and each further one after the one before."""

SHOWN_WHOLE = 20
"""Outages whose status update travels with a digest; of more the rest, so that any storm fits."""

MOST = 2000
"""Outages of one digest that are kept one by one: the worst; more than that nobody reads, nor does Temporal carry."""


class Collected(BaseModel):
    """The latest notice of each outage since the last digest, by alert: a digest tells how things stand."""

    latest: dict[str, Notice] = {}

    def add(self, notice: Notice) -> None:
        """Take it in; the same one again, or one that another overtook, changes nothing."""
        known = self.latest.get(notice.alert)
        if known is None or notice.at >= known.at:
            self.latest[notice.alert] = notice

    def take(self) -> list[Notice]:
        """All of it, the worst first; nothing is left."""
        notices = sorted(self.latest.values(), key=lambda n: (n.priority, n.since, n.alert))[:MOST]
        self.latest = {}
        return notices[:SHOWN_WHOLE] + [n.model_copy(update={"update": ""}) for n in notices[SHOWN_WHOLE:]]


RECORDED = 200
"""Outages of one digest whose timelines hear what became of it, the worst first; of more the group's own history."""


class Digested(BaseModel):
    """What became of a digest, for the timeline of `alert`, which is one of its `outages`: whom it reached, and
    whom not (`margaret/mail`, `email-2`)."""

    alert: str
    group: str
    key: str
    at: datetime
    outages: int
    told: list[str] = []
    failed: list[str] = []
    said: str = ""


class DigestRequest(BaseModel):
    """A digest for `group`; `key` is its identity. `members`: those whom the last attempt did not reach; empty: all."""

    group: str
    key: str
    at: datetime
    notices: list[Notice]
    members: list[str] = []
