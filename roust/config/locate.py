"""Which configuration a command means: what it is told, else `ROUST_CONFIG`, else `roust.yaml` here."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

DEFAULT = "roust.yaml"
VARIABLE = "ROUST_CONFIG"


def config_paths(given: Sequence[Path] | None, environ: Mapping[str, str]) -> list[Path]:
    """The files or folders to read. `ROUST_CONFIG` may name several, separated as in `PATH`."""
    if given:
        return list(given)
    named = [part for part in environ.get(VARIABLE, "").split(os.pathsep) if part]
    return [Path(part) for part in named] or [Path(DEFAULT)]
