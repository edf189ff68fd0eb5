"""Gauges that every process shows: whether the configuration's last change was taken."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from prometheus_client import Gauge, Info

from roust.domain.directory import Directory

SHOWN = 12
"""Characters of the digest, as in the log."""

VALID = Gauge("roust_configuration_valid", "1 while the files hold what is in force, 0 while they have mistakes.")
DIGEST = Info("roust_configuration", "Which configuration is in force, by its digest.")
LOADED = Gauge("roust_configuration_loaded_timestamp_seconds", "Since when the configuration is in force.")


class Configuration(Protocol):
    """What `roust.config.reload.CurrentDirectory` tells of itself."""

    @property
    def last_error(self) -> str | None: ...

    @property
    def loaded_at(self) -> datetime: ...

    @property
    def digest(self) -> str: ...

    def on_swap(self, call: Callable[[Directory], None], /) -> None: ...


def measure_configuration(current: Configuration) -> None:
    """Show in /metrics whether the configuration's last change was taken."""
    VALID.set_function(lambda: float(current.last_error is None))
    LOADED.set_function(lambda: current.loaded_at.timestamp())  # noqa: PLW0108 - each reload brings another instant

    def show(_: object) -> None:
        DIGEST.info({"digest": current.digest[:SHOWN]})

    show(current)
    current.on_swap(show)
