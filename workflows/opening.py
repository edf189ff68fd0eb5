"""How an alert's workflow is started, whoever starts it: what Temporal, its UI and lists know from the first moment."""

import re
from datetime import timedelta
from typing import Any

from temporalio.common import Priority as TaskPriority
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from roust.domain.alert import AlertState, Urgency
from roust.domain.routing import Action
from workflows.messages import (
    LABELS,
    LIST_LENGTH,
    MEMO,
    POLICY,
    PRIORITY,
    SERVICE,
    STATE,
    AlertInput,
    Standing,
)
from workflows.precedence import precedence

SUMMARY_LENGTH = 90
"""Characters: Temporal takes 400 bytes of summary, and an escaped sign may take five."""
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&@:])")


def is_held(opening: AlertInput) -> bool:
    """Whether the alert starts in maintenance."""
    until, trigger = opening.held_until, opening.trigger
    return until is not None and until > trigger.at and trigger.action is not Action.SUPPRESS


def standing(opening: AlertInput) -> Standing:
    """Where a new alert stands, until its workflow first says so itself."""
    trigger = opening.trigger
    suppressed = trigger.action is Action.SUPPRESS
    held = is_held(opening)
    settling = opening.settle if trigger.urgency is Urgency.LOW else timedelta(0)
    return Standing(
        state=AlertState.SUPPRESSED if suppressed else AlertState.HELD if held else AlertState.TRIGGERED,
        service=opening.service,
        summary=trigger.summary[:LIST_LENGTH],
        priority=trigger.priority,
        urgency=trigger.urgency,
        policy=opening.policy_name,
        dedup_key=opening.dedup_key[:LIST_LENGTH],
        triggered_at=trigger.at,
        count=trigger.count,
        next_due=None if suppressed else opening.held_until if held else trigger.at + settling,
    )


def memo(opening: AlertInput, now: Standing) -> dict[str, Any]:
    """What can be read without a worker; of a held alert its labels too: by them a hold is found again."""
    return {MEMO: now} | ({LABELS: opening.trigger.labels} if now.state is AlertState.HELD else {})


def search_attributes(now: Standing) -> TypedSearchAttributes:
    """What operators filter by: keys, never names or addresses."""
    values = {STATE: now.state, SERVICE: now.service, PRIORITY: now.priority, POLICY: now.policy}
    return TypedSearchAttributes(
        [SearchAttributePair(SearchAttributeKey.for_keyword(name), str(value)) for name, value in values.items()]
    )


def task_priority(opening: AlertInput) -> TaskPriority:
    """An urgent page overtakes any backlog, and one service's storm does not delay another's (rule 18)."""
    trigger = opening.trigger
    return TaskPriority(priority_key=precedence(trigger.urgency, trigger.priority), fairness_key=opening.service)


def static_summary(opening: AlertInput) -> str:
    """One line for the Temporal UI, which renders Markdown: no sign of the source's text may do anything."""
    text = " ".join(opening.trigger.summary.split())[:SUMMARY_LENGTH]
    line = _MARKUP.sub(r"\\\1", f"{opening.trigger.priority} {opening.service}: {text}")
    return line.encode("utf-8", "replace")[:390].decode("utf-8", "ignore")


def shown(opening: AlertInput) -> dict[str, Any]:
    """The arguments of `start_workflow` that say all this."""
    now = standing(opening)
    return {
        "memo": memo(opening, now),
        "search_attributes": search_attributes(now),
        "priority": task_priority(opening),
        "static_summary": static_summary(opening),
    }
