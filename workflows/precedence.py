"""Which of Temporal's tasks go first: an urgent page overtakes any backlog (rule 18)."""

from roust.domain.alert import Priority, Urgency
from roust.domain.notification import MessageKind

BOOKKEEPING = 5
"""After everything else."""


def precedence(urgency: Urgency, priority: Priority, kind: MessageKind = MessageKind.PAGE) -> int:
    """Temporal's priority key: 1 goes before 5. What need not be answered goes after what must."""
    if kind is not MessageKind.PAGE:
        return BOOKKEEPING
    if urgency is not Urgency.HIGH:
        return 4
    return 1 if priority is Priority.P1 else 2
