"""Which way an event takes: routes, and the decision with its reasons. Rules 11 and 17."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from roust.domain.alert import SEVERITY_PRIORITY, Event, Priority, Urgency
from roust.domain.directory import Directory, Service
from roust.domain.matcher import Matcher
from roust.domain.route import Action as Action
from roust.domain.route import Route
from roust.domain.text import clean

MOST_DEDUP_KEY = 255
"""Characters of a dedup key, as PagerDuty's; a longer one is stood for by its hash."""


@dataclass(frozen=True)
class Decision:
    """Where an event goes and how loudly, and in `why` each reason in words, in the order of deciding.

    `service` is None only for an event without a key in a directory without `default_service`.
    """

    service: str | None
    priority: Priority
    urgency: Urgency
    action: Action
    why: list[str]


def decide(event: Event, key_service: str | None, directory: Directory) -> Decision:
    """The way that `event` takes; `key_service` is the service whose integration key it showed."""
    why: list[str] = []
    route = _route(event, directory, why)
    service = _service(route, key_service, directory, why)
    priority = _priority(event, route, why)
    own = directory.services[service] if service else None
    urgency = _urgency(event, route, own, priority, why)
    action = _action(event, route, own, why)
    return Decision(service, priority, urgency, action, why)


def dedup_key(event: Event) -> str:
    """What makes this event the same alert as another: the source's key, else the hash of the summary."""
    given = clean(event.dedup_key or "")
    if 0 < len(given) <= MOST_DEDUP_KEY:
        return given
    return hashlib.sha256((given or event.summary).encode("utf-8", "replace")).hexdigest()


def _all_match(matchers: list[str], labels: Mapping[str, str]) -> bool:
    return all(Matcher.parse(text).matches(labels) for text in matchers)


def _route(event: Event, directory: Directory, why: list[str]) -> Route | None:
    if not event.labels:
        why.append("no route is asked: the event has no labels")
        return None
    for number, route in enumerate(directory.routes, start=1):
        if _all_match(route.match, event.labels):
            why.append(f"route {number} matches: {', '.join(route.match)}")
            return route
    why.append(f"none of {len(directory.routes)} routes matches" if directory.routes else "there are no routes")
    return None


def _service(route: Route | None, key_service: str | None, directory: Directory, why: list[str]) -> str | None:
    for name, reason in (
        (route.service if route else None, "the route says so"),
        (key_service, "its key was shown"),
        (directory.default_service, "it is the default_service"),
    ):
        if name is None:
            continue
        if name in directory.services:
            why.append(f"service {name}: {reason}")
            return name
        why.append(f"service {name} is not in the directory any more; looking further")
    why.append("no service: no route, no key and no default_service names one")
    return None


def _spoken(event: Event) -> Priority | None:
    """The priority that the event itself says, in its own words or by severity."""
    return event.priority or SEVERITY_PRIORITY.get((event.severity or "").strip().lower())


def _priority(event: Event, route: Route | None, why: list[str]) -> Priority:
    if route and route.priority:
        why.append(f"priority {route.priority}: the route says so")
        return route.priority
    if event.priority:
        why.append(f"priority {event.priority}: the event says so")
        return event.priority
    if spoken := _spoken(event):
        why.append(f"priority {spoken}: severity {(event.severity or '').strip()}")
        return spoken
    unknown = f"severity {event.severity[:40]!r} says nothing to us" if event.severity else "nobody said how bad it is"
    why.append(f"priority {Priority.P3}: {unknown}")
    return Priority.P3


def _urgency(event: Event, route: Route | None, own: Service | None, priority: Priority, why: list[str]) -> Urgency:
    if own and own.urgency:
        why.append(f"urgency {own.urgency}: the service says so")
        return own.urgency
    if not (route and route.priority) and _spoken(event) is None:
        why.append(f"urgency {Urgency.HIGH}: nobody said that it was mild")
        return Urgency.HIGH
    urgency = Urgency.HIGH if priority.worse_than(Priority.P3) else Urgency.LOW
    why.append(f"urgency {urgency}: by priority {priority}")
    return urgency


def _action(event: Event, route: Route | None, own: Service | None, why: list[str]) -> Action:
    if route and route.action is not Action.PAGE:
        why.append(f"{route.action}: the route says so")
        return route.action
    if own and own.page_when and not _all_match(own.page_when, event.labels):
        why.append(f"{Action.SUPPRESS}: the service pages only when {', '.join(own.page_when)}")
        return Action.SUPPRESS
    return Action.PAGE
