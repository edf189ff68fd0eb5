"""The reader: in which zone the person at this terminal reads the clock."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

from roust.domain import zones
from roust.domain.errors import RoustError

_LOCALTIME = Path("/etc/localtime")


class UnknownZone(RoustError):
    """There is no time zone of that name; the message names the likeliest one."""


def reader_zone(wanted: str | None = None) -> ZoneInfo:
    """`wanted`, else `TZ`, else this machine's zone, else UTC. UnknownZone when `wanted` is no IANA zone.

    Only its name is the system's: the data is the pinned one, as everywhere.
    """
    zones.pin_zone_data()
    if wanted is not None:
        try:
            return zones.zone(wanted)
        except ValueError as wrong:
            raise UnknownZone(str(wrong)) from wrong
    for name in (os.environ.get("TZ", "").removeprefix(":"), _machine_zone()):
        try:
            return zones.zone(name)
        except ValueError:
            continue  # TZ may be unset, or say it in POSIX's way, which names no place.
    return zones.zone("UTC")


def _machine_zone() -> str:
    target = str(_LOCALTIME.resolve())
    return target.partition("/zoneinfo/")[2]
