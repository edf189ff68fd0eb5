"""What an alert starts with: its service, policy and last resort, pinned as the directory has them now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.domain.grouping import Place
from roust.domain.maintenance import Maintenance, hold
from roust.domain.routing import Decision
from roust.domain.sizing import sized, sized_repeat
from roust.domain.stakeholders import interests
from workflows.messages import AlertInput, Trigger

KEY_LENGTH = 1024
"""Characters of a dedup key that are kept to be shown; its identity is its hash."""

BECAUSE_LENGTH = 500


def pinned(
    event: Event,
    decision: Decision,
    service_name: str,
    grouped: Place,
    directory: Directory,
    request: str,
    at: datetime,
    kept: Sequence[Maintenance] = (),
) -> AlertInput:
    """The start of the alert that `event` triggers at `at` in `service_name`; the event is cut to size.

    `kept`: maintenance made besides the file's.
    """
    service = directory.services[service_name]
    held = hold([*directory.maintenance, *kept], service_name, event.labels, at)
    return AlertInput(
        service=service_name,
        dedup_key=grouped.key[:KEY_LENGTH],
        policy_name=service.escalation_policy,
        policy=directory.escalation_policies[service.escalation_policy],
        last_resort=directory.last_resort(service.escalation_policy),
        auto_resolve=service.auto_resolve,
        settle=service.settle or timedelta(0),
        held_until=held.until if held else None,
        held_because="; ".join(held.because)[:BECAUSE_LENGTH] if held else "",
        runbook=service.runbook,
        impact=service.impact,
        stakeholders=interests(directory, service_name),
        trigger=_trigger(sized(event), decision, grouped, request, at),
        keeps_timers=True,
        holds_on=True,
    )


def repeat(event: Event, decision: Decision, grouped: Place, opening: AlertInput) -> Trigger:
    """The same event for an alert that is open already, cut smaller; `opening`: what it would have started."""
    trigger = _trigger(sized_repeat(event), decision, grouped, opening.trigger.request, opening.trigger.at)
    return trigger.model_copy(update={"held_until": opening.held_until})


def _trigger(event: Event, decision: Decision, grouped: Place, request: str, at: datetime) -> Trigger:
    return Trigger(
        request=request,
        at=at,
        summary=event.summary,
        description=event.description,
        priority=decision.priority,
        urgency=decision.urgency,
        action=decision.action,
        why=decision.why,
        source=event.source,
        labels=event.labels,
        links=event.links,
        details=event.details,
        truncated=event.truncated,
        members=[grouped.member] if grouped.member else [],
    )
