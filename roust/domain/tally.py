"""The tally: what a closed alert cost people, in a few hundred bytes; `roust report` adds them up."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from roust.domain.escalation import Escalation
from roust.domain.notification import Result
from roust.domain.timeline import Entry, Kind

PROVIDER = "twilio"
"""Whom a timeline names where a provider told what became of a message: nobody acted."""

NIGHT = "night"
"""In an entry's data: it was night where the person lives."""

MOST_PEOPLE = 50
"""Counted one by one; more than these are paged by nobody's design."""

ACTS = (Kind.ACKNOWLEDGED, Kind.ESCALATED, Kind.REASSIGNED, Kind.SNOOZED, Kind.NOTE)
"""What somebody does about an alert, besides resolving it by hand."""


class Ended(StrEnum):
    """What brought the end about. operator: a button in Temporal."""

    SOURCE = "source"
    PERSON = "person"
    TIMEOUT = "timeout"
    OPERATOR = "operator"


class Paged(BaseModel):
    """How often a person was paged, and how many of these by night."""

    pages: int = 0
    nights: int = 0


class Tally(BaseModel):
    """`people` by key. A page is one moment at which somebody was paged, by however many contacts.

    `to_acknowledge`: seconds from the first page to the first acknowledge; None without either.
    `acted`: somebody did something about it.
    """

    people: dict[str, Paged] = {}
    acknowledged_by: str | None = None
    to_acknowledge: float | None = None
    exhausted: bool = False
    acted: bool = False
    ended: Ended = Ended.SOURCE

    @property
    def pages(self) -> int:
        return sum(each.pages for each in self.people.values())

    @property
    def nights(self) -> int:
        return sum(each.nights for each in self.people.values())


def tally(story: Escalation) -> Tally:
    """Of what its timeline still holds: from the middle of a very long one, entries are left out."""
    entries = story.timeline.entries
    pages = [entry for entry in entries if entry.kind is Kind.PAGED and entry.result == Result.SENT and entry.user]
    first = next((entry for entry in entries if entry.kind is Kind.ACKNOWLEDGED), None)
    ended = _ended(story)
    return Tally(
        people=_people(pages),
        acknowledged_by=first.user if first else None,
        to_acknowledge=_seconds(pages, first),
        exhausted=any(entry.kind is Kind.EXHAUSTED for entry in entries),
        acted=ended is Ended.PERSON or any(entry.kind in ACTS and entry.user != PROVIDER for entry in entries),
        ended=ended,
    )


def _people(pages: Iterable[Entry]) -> dict[str, Paged]:
    people: dict[str, dict[str, bool]] = {}
    for entry in pages:
        if entry.user in people or len(people) < MOST_PEOPLE:
            firings = people.setdefault(entry.user or "", {})
            firing = _firing(entry)
            firings[firing] = firings.get(firing, False) or bool(entry.data and entry.data.get(NIGHT))
    return {user: Paged(pages=len(own), nights=sum(own.values())) for user, own in people.items()}


def _firing(entry: Entry) -> str:
    """What the contacts of one moment share of their keys: all but the contact, and what it stood in for."""
    return (entry.key or str(entry.at)).rpartition("/")[0].partition("-without-")[0]


def _seconds(pages: list[Entry], first: Entry | None) -> float | None:
    if first is None or not pages:
        return None
    began: datetime = min(entry.at for entry in pages)
    return round(max((first.at - began).total_seconds(), 0.0), 1)


def _ended(story: Escalation) -> Ended:
    if story.resolved_via == "source":
        return Ended.SOURCE
    if story.resolved_via:
        return Ended.PERSON
    return Ended.TIMEOUT if story.resolved_by == "timeout" else Ended.OPERATOR
