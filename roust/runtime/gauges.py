"""Gauges that every process shows: whether the configuration's last change was taken."""

from datetime import datetime
from typing import Protocol

from prometheus_client import Gauge

VALID = Gauge("roust_configuration_valid", "1 while the files hold what is in force, 0 while they have mistakes.")
LOADED = Gauge("roust_configuration_loaded_timestamp_seconds", "Since when the configuration is in force.")


class Configuration(Protocol):
    """What `roust.config.reload.CurrentDirectory` tells of itself."""

    @property
    def last_error(self) -> str | None: ...

    @property
    def loaded_at(self) -> datetime: ...


def measure_configuration(current: Configuration) -> None:
    """Show in /metrics whether the configuration's last change was taken."""
    VALID.set_function(lambda: float(current.last_error is None))
    LOADED.set_function(lambda: current.loaded_at.timestamp())  # noqa: PLW0108 - each reload brings another instant
