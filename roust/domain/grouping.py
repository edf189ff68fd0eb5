"""Which alert an event belongs to: its own, or the one of its group (`group_by`). Rules 16 and 17."""

import hashlib
from dataclasses import dataclass

from roust.domain.alert import Event
from roust.domain.directory import Service
from roust.domain.matcher import Matcher
from roust.domain.routing import MOST_DEDUP_KEY, dedup_key
from roust.domain.text import clean

MOST_MEMBER = 40
"""Characters by which a member is remembered; a longer key is stood for by its hash."""


@dataclass(frozen=True)
class Place:
    """`key` is the alert's dedup key; `member` says which part of a grouped alert the event is, None: all of it."""

    key: str
    member: str | None = None


def place(event: Event, service: Service) -> Place:
    """The alert of `service` that `event` belongs to.

    One per distinct value of the `group_by` labels, a missing one counting as empty. An event that has
    none of them, or a service that groups by nothing: its own key.
    """
    own = dedup_key(event)
    if not any(label in event.labels for label in service.group_by):
        return Place(own)
    values = (str(Matcher(label, "=", clean(event.labels.get(label, "")))) for label in service.group_by)
    key = "{" + ", ".join(values) + "}"
    return Place(key if len(key) <= MOST_DEDUP_KEY else _hash(key), own if len(own) <= MOST_MEMBER else _hash(own)[:32])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
