"""How fast alerts are paged and answered, for Prometheus: counted once, never again in a replay."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from prometheus_client import Counter, Histogram

    from roust.domain.alert import AlertState
    from roust.domain.escalation import Escalation

_BUCKETS = (0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)

FIRST_PAGE = Histogram(
    "roust_first_page_seconds",
    "From the trigger of an alert to the first page that a provider took.",
    ["service", "urgency"],
    buckets=_BUCKETS,
)
ACKNOWLEDGED = Histogram(
    "roust_acknowledge_seconds",
    "From the trigger of an alert to its first acknowledge.",
    ["service", "urgency"],
    buckets=_BUCKETS,
)
EXHAUSTED = Counter("roust_alerts_exhausted", "Times that nobody answered to the end of the policy.", ["service"])
RESOLVED = Counter("roust_alerts_resolved", "Alerts that are over.", ["service"])


class Measures:
    """Looks at one alert whenever it comes to rest, and counts what is new since the last look."""

    def __init__(self) -> None:
        self._last: tuple[bool, bool, AlertState] | None = None

    def look(self, story: Escalation) -> None:
        """Count what has happened. The first look of a chain that goes on finds nothing new."""
        alert = story.alert
        paged, acknowledged = bool(story.paged), story.acknowledged_at is not None
        last = self._last
        if last is None:
            carried = workflow.info().continued_run_id is not None
            last = (paged, acknowledged, alert.state) if carried else (False, False, AlertState.TRIGGERED)
        # Once is for ever: who is reassigned or times out is no first acknowledge again.
        self._last = now = (paged or last[0], acknowledged or last[1], alert.state)
        # The same task again, on another worker or after a crash, is no news.
        if workflow.unsafe.is_replaying() or now == last:
            return
        labels = (alert.service, alert.urgency.value)
        since = (workflow.now() - alert.triggered_at).total_seconds()
        if now[0] and not last[0]:
            FIRST_PAGE.labels(*labels).observe(since)
        if now[1] and not last[1]:
            ACKNOWLEDGED.labels(*labels).observe(since)
        if alert.state is not last[2]:
            if alert.state is AlertState.EXHAUSTED:
                EXHAUSTED.labels(alert.service).inc()
            elif alert.state is AlertState.RESOLVED:
                RESOLVED.labels(alert.service).inc()
