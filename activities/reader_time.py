"""Times and lengths in words, for a reader in their zone who knows nothing of UTC."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


class ReaderTime:
    """The clock of one reader, in the zone of that name; UTC where this machine's zone data lack it."""

    def __init__(self, zone: str) -> None:
        self._name = zone
        self._zone: tzinfo = UTC
        try:
            self._zone = ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            self._name = "UTC"

    def full(self, at: datetime) -> str:
        """`Mon 2 Mar, 13:00 (Berlin time, UTC+1)`."""
        return f"{_day(self._local(at))}, {self._local(at):%H:%M} {self._zone_words(at)}"

    def short(self, at: datetime, near: datetime) -> str:
        """`13:05`, with the day where it is not that of `near`."""
        local = self._local(at)
        same = local.date() == self._local(near).date()
        return f"{local:%H:%M}" if same else f"{_day(local)}, {local:%H:%M}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def _zone_words(self, at: datetime) -> str:
        offset = _offset(self._local(at).utcoffset() or timedelta(0))
        city = self._name.rpartition("/")[2].replace("_", " ")
        # `Etc/GMT+5` is five hours west of Greenwich: its name would say the opposite of what it means.
        named = "/" in self._name and not self._name.startswith("Etc/")
        return f"({city} time, {offset})" if named else f"({offset})" if offset != "UTC" else "UTC"


def lasting(length: timedelta) -> str:
    """`5 minutes`, `1 hour 20 minutes`, `2 days 3 hours`: at most two words of it, whole minutes."""
    seconds = int(length.total_seconds())
    if seconds < _MINUTE:
        return "less than a minute"
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    parts = [_count(days, "day"), _count(hours, "hour"), _count(minutes, "minute") if not days else ""]
    return " ".join(part for part in parts if part)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}" if count else ""


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
