"""The way an event takes, shown: rule by rule, which routes did not match and why, and where it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.domain.grouping import Place, place
from roust.domain.maintenance import Hold, hold
from roust.domain.matcher import Matcher
from roust.domain.notification import Resolved
from roust.domain.recipients import recipients
from roust.domain.routing import Action, Decision, decide


@dataclass(frozen=True)
class RouteTried:
    """A route that was asked: its `number` from 1, whether it matched, and what spoke for or against it."""

    number: int
    matched: bool
    why: str


@dataclass(frozen=True)
class Way:
    """`tried` ends with the route that matched; `place` is the alert that it belongs to; `people` are those
    whom step 1 pages at the asked instant. `held`: by the file's maintenance, if it came then."""

    tried: list[RouteTried]
    decision: Decision
    policy: str | None
    place: Place | None
    targets: list[str]
    people: list[Resolved]
    problems: list[str]
    held: Hold | None = None

    def facts(self) -> dict[str, str | None]:
        """What may be expected of it."""
        decision = self.decision
        return {
            "service": decision.service,
            "priority": decision.priority.value,
            "urgency": decision.urgency.value,
            "action": decision.action.value,
            "policy": self.policy,
            "held": "yes" if self.held is not None else "no",
        }


def way(event: Event, key_service: str | None, directory: Directory, at: datetime) -> Way:
    """The way of `event` through `directory`; `key_service`: whose integration key it shows."""
    decision = decide(event, key_service, directory)
    service = directory.services[decision.service] if decision.service is not None else None
    policy = service.escalation_policy if service is not None else None
    targets = directory.escalation_policies[policy].steps[0].notify if policy is not None else []
    people, problems = recipients(targets, directory, at)
    return Way(
        tried=_tried(event.labels, directory),
        decision=decision,
        policy=policy,
        place=place(event, service) if service is not None else None,
        targets=[str(target) for target in targets],
        people=people,
        problems=problems,
        held=_held(event, decision, directory, at),
    )


def _held(event: Event, decision: Decision, directory: Directory, at: datetime) -> Hold | None:
    if decision.service is None or decision.action is not Action.PAGE:
        return None
    return hold(directory.maintenance, decision.service, event.labels, at)


def _tried(labels: Mapping[str, str], directory: Directory) -> list[RouteTried]:
    tried: list[RouteTried] = []
    for number, route in enumerate(directory.routes if labels else [], start=1):
        against = [_against(Matcher.parse(text), labels) for text in route.match]
        said = [reason for reason in against if reason is not None]
        tried.append(RouteTried(number, not said, "; ".join(said) or ", ".join(route.match)))
        if not said:
            break
    return tried


def _against(matcher: Matcher, labels: Mapping[str, str]) -> str | None:
    if matcher.matches(labels):
        return None
    value = f'{matcher.name} is "{labels[matcher.name]}"' if matcher.name in labels else f"no label {matcher.name}"
    return f"{matcher} does not hold: {value}"
