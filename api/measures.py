"""Open alerts by state and service, as the watchdog last saw them, for Prometheus."""

from collections.abc import Mapping

from prometheus_client import Gauge

OPEN = Gauge("roust_open_alerts", "Open alerts, as the watchdog last saw them.", ["state", "service"])


class OpenAlerts:
    """Shows counts by (state, service). What there is no more of is 0 in the round after, then gone."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], int] = {}

    def show(self, counts: Mapping[tuple[str, str], int]) -> None:
        """These, and no others."""
        shown = {labels: 0 for labels, count in self._shown.items() if count} | dict(counts)
        for labels in self._shown.keys() - shown.keys():
            OPEN.remove(*labels)
        for labels, count in shown.items():
            OPEN.labels(*labels).set(count)
        self._shown = shown
