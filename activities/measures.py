"""What the sends of this process came to, for Prometheus."""

from prometheus_client import Counter, Histogram

from roust.domain.notification import MessageKind, Outcome, Result
from roust.runtime.clock import CLOCK

PAGES = Counter(
    "roust_pages",
    "Messages to providers, by kind (page, reminder, resolved, update, notice), channel and what became of them.",
    ["kind", "channel", "result"],
)
LATENESS = Histogram(
    "roust_page_lateness_seconds",
    "How long after it was due a page was taken by its provider.",
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600),
)


def measured(outcome: Outcome, kind: MessageKind) -> Outcome:
    """`outcome`, counted. Lateness goes by the real hour: what a task waited in Temporal's queue is part of it."""
    PAGES.labels(kind.value, outcome.channel or "none", outcome.result.value).inc()
    if kind is MessageKind.PAGE and outcome.result is Result.SENT:
        LATENESS.observe(max(0.0, (CLOCK.now() - outcome.planned.due).total_seconds()))
    return outcome
