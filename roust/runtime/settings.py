"""What a process is told by its environment; all about people and policy is in `roust.yaml` instead."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from roust.domain.errors import RoustError

API_PORT = 8420
TEMPORAL_PORT = 7233
UI_PORT = 8233


@dataclass(frozen=True)
class Settings:
    """`ROUST_HOST`, `_PORT`, `_STATE`, `_METRICS_PORT`, `_LOG_LEVEL`, `_LOG_FORMAT`.

    A flag wins over its variable. `config` is the flag alone: `roust.config.locate` settles what it leaves
    open. `log_format` is json, text, or auto: text on a terminal. `metrics_port` is the worker's own (the API
    has /metrics); 0 is any free one.
    """

    config: Path | None = None
    host: str = "127.0.0.1"
    port: int = API_PORT
    state: Path = Path(".roust")
    metrics_port: int = 0
    log_level: str = "info"
    log_format: str = "auto"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings of this process. Raises RoustError that names the variable."""
        env = os.environ if environment is None else environment
        standard = cls()
        return cls(
            host=env.get("ROUST_HOST", standard.host),
            port=_port(env, "ROUST_PORT", standard.port),
            state=Path(env.get("ROUST_STATE", standard.state)),
            metrics_port=_port(env, "ROUST_METRICS_PORT", standard.metrics_port),
            log_level=_one_of(env, "ROUST_LOG_LEVEL", standard.log_level, ("debug", "info", "warning", "error")),
            log_format=_one_of(env, "ROUST_LOG_FORMAT", standard.log_format, ("auto", "json", "text")),
        )


def _port(env: Mapping[str, str], name: str, standard: int) -> int:
    text = env.get(name, str(standard))
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise RoustError(f"{name} must be a port, 0 to 65535 (got {text[:40]!r})")
    return int(text)


def _one_of(env: Mapping[str, str], name: str, standard: str, allowed: tuple[str, ...]) -> str:
    text = env.get(name, standard).lower()
    if text not in allowed:
        raise RoustError(f"{name} must be one of {', '.join(allowed)} (got {text[:40]!r})")
    return text
