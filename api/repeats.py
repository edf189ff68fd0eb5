"""Repeats of one alert, taken together: what may wait, and what many of them say as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from roust.domain.alert import Priority, Urgency
from roust.domain.routing import Action
from workflows.messages import AlertInput, Trigger


@dataclass(frozen=True)
class Said:
    """One or many events as one: `opening` starts an alert, `repeat` (cut smaller) repeats it.

    The trigger inside the opening and the repeat bear the same request, so that the alert counts it once.
    """

    opening: AlertInput
    repeat: Trigger


@dataclass(frozen=True)
class Gravity:
    """How much a repeat weighs: paging before suppressing, then urgency, then priority."""

    pages: bool
    urgent: bool
    priority: Priority

    @classmethod
    def of(cls, trigger: Trigger) -> "Gravity":
        return cls(trigger.action is Action.PAGE, trigger.urgency is Urgency.HIGH, trigger.priority)

    def worse_than(self, other: "Gravity") -> bool:
        """Whether it says anything that `other` did not: such a repeat must never wait (rule 16)."""
        return (
            (self.pages and not other.pages)
            or (self.urgent and not other.urgent)
            or self.priority.worse_than(other.priority)
        )

    def joined(self, other: "Gravity") -> "Gravity":
        """The worst of both in each respect."""
        worst = min(self.priority, other.priority, key=lambda priority: priority.value)
        return Gravity(self.pages or other.pages, self.urgent or other.urgent, worst)


def merged(events: Sequence[Said]) -> Said:
    """Several as one, in the order they came: the last one's text, the worst gravity, all counts and members."""
    last = events[-1]
    if len(events) == 1:
        return last
    gravity = Gravity.of(last.repeat)
    for event in events[:-1]:
        gravity = gravity.joined(Gravity.of(event.repeat))
    changes = {
        "count": sum(event.repeat.count for event in events),
        "priority": gravity.priority,
        "urgency": Urgency.HIGH if gravity.urgent else Urgency.LOW,
        "action": Action.PAGE if gravity.pages else last.repeat.action,
        "members": list(dict.fromkeys(member for event in events for member in event.repeat.members)),
    }
    opening = last.opening.model_copy(update={"trigger": last.opening.trigger.model_copy(update=changes)})
    return Said(opening, last.repeat.model_copy(update=changes))
