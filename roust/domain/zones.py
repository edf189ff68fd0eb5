"""The wall clock: from the times people write to instants, with the zone data that Roust pins."""

import difflib
import re
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from roust.domain.errors import RoustError

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Times in a configuration lie in these years; all arithmetic on them stays within `datetime`."""

_LAST_ANSWER = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_FIRST_ANSWER = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORM = "write it like 2026-01-05T09:00 (in the schedule's zone) or 2026-01-05T08:00Z"
_SECOND = timedelta(seconds=1)
_LOCAL_EPOCH = datetime(1970, 1, 1)
_EPOCH = _LOCAL_EPOCH.replace(tzinfo=UTC)


class OutsideCalendar(RoustError):
    """That time lies outside the years for which Roust answers."""

    def __init__(self) -> None:
        super().__init__(f"Roust answers for the years {FIRST_YEAR} to {LAST_YEAR}: ask for a time within them")


def pin_zone_data() -> None:
    """From here on every zone of this process comes from the pinned `tzdata`, never from the system."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


@lru_cache(maxsize=1024)
def zone(name: str) -> zoneinfo.ZoneInfo:
    """The IANA zone `name`. ValueError names the likeliest one when there is none of that name."""
    if zoneinfo.TZPATH:
        pin_zone_data()
    known = zone_names()
    if name not in known:
        close = difflib.get_close_matches(name.casefold(), [each.casefold() for each in known], n=1, cutoff=0.7)
        meant = next((each for each in sorted(known) if close and each.casefold() == close[0]), None)
        cure = f"did you mean {meant}?" if meant else "take an IANA name such as Europe/Berlin"
        raise ValueError(f"no time zone named {name[:64]!r}; {cure}")
    return zoneinfo.ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every zone that the pinned data holds."""
    if zoneinfo.TZPATH:
        pin_zone_data()
    return frozenset(zoneinfo.available_timezones())


def first(local: datetime, at_zone: zoneinfo.ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks in `at_zone` first show `local` (naive).

    A time that is skipped happens at the first instant after the jump (rule 13).
    """
    before, after = _offsets(local, at_zone)
    return _jump(local, at_zone, before, after) if after > before else _utc(local, before)


def last(local: datetime, at_zone: zoneinfo.ZoneInfo) -> datetime:
    """As `first`, but the last instant of those that happen twice."""
    before, after = _offsets(local, at_zone)
    return _jump(local, at_zone, before, after) if after > before else _utc(local, after)


def _offsets(local: datetime, at_zone: zoneinfo.ZoneInfo) -> tuple[timedelta, timedelta]:
    """By which `local` may be ahead of UTC: the same twice, but where clocks are set.

    Set back, the first is of its first occurrence; set forward, the second is the greater one.
    """
    # Built anew: on Python 3.11 `replace` takes three times as long, and this is the resolver's inner loop.
    again = datetime(local.year, local.month, local.day, local.hour, local.minute, local.second, fold=1)
    before, after = at_zone.utcoffset(local), at_zone.utcoffset(again)
    assert before is not None
    assert after is not None
    return before, after


def _utc(local: datetime, offset: timedelta) -> datetime:
    return _EPOCH + (local - _LOCAL_EPOCH - offset)


def _jump(local: datetime, at_zone: zoneinfo.ZoneInfo, before: timedelta, after: timedelta) -> datetime:
    # The jump lies after the one reading of the skipped time and not after the other: halve in between.
    early, late = _utc(local, after), _utc(local, before)
    while late - early > _SECOND:
        middle = early + timedelta(seconds=(late - early) // _SECOND // 2)
        if middle.astimezone(at_zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


class Reading(NamedTuple):
    """What clocks show at `at`, and whether they show it `twice`, having been set back.

    What is shown once can be compared as it is shown: whatever reads earlier is earlier, later is later.
    """

    at: datetime
    shown: datetime
    twice: bool


def reading(at: datetime, at_zone: zoneinfo.ZoneInfo) -> Reading:
    """The clocks of `at_zone` at `at`."""
    shown = wall_clock(at, at_zone)
    before, after = _offsets(shown, at_zone)
    return Reading(at, shown, after < before)


def wall_clock(at: datetime, at_zone: zoneinfo.ZoneInfo) -> datetime:
    """What clocks in `at_zone` show at `at`, naive."""
    offset = at.astimezone(at_zone).utcoffset()
    assert offset is not None
    return _LOCAL_EPOCH + (at - _EPOCH + offset)


def instant(at: datetime) -> datetime:
    """`at` in UTC; ValueError when it has no offset, OutsideCalendar when no answer can be given for it."""
    if at.tzinfo is None:
        raise ValueError("a time needs an offset here, such as 2026-01-05T08:00Z")
    if not FIRST_YEAR < at.year < LAST_YEAR and not _FIRST_ANSWER <= at < _LAST_ANSWER:
        raise OutsideCalendar
    return at if at.tzinfo is UTC else at.astimezone(UTC)


@lru_cache(maxsize=8192)
def read_time(text: str, zone_name: str) -> datetime:
    """The instant (UTC) that `text` means: with an offset as it is, else on the wall clock of the zone."""
    written = parse_time(text)
    return first(written, zone(zone_name)) if written.tzinfo is None else written.astimezone(UTC)


def parse_time(text: str) -> datetime:
    """What `text` writes, naive where it has no offset. ValueError says how to write it."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"not a time: {text[:40]!r}; {_FORM}")
    try:
        written = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ValueError(f"no such time: {text} ({wrong}); {_FORM}") from wrong
    if not FIRST_YEAR <= written.year <= LAST_YEAR:
        raise ValueError(f"the year of {text} must be from {FIRST_YEAR} to {LAST_YEAR}")
    return written


def asked_time(text: str, zone_names: Iterable[str]) -> datetime:
    """The instant that `text` means in a question to schedules of those zones; a date is its midnight.

    Without an offset it goes by their clock, as in a configuration. ValueError when it is no time, or when
    their clocks differ; OutsideCalendar.
    """
    written = parse_time(f"{text}T00:00" if _DATE.fullmatch(text) else text)
    if written.tzinfo is not None:
        return instant(written)
    clocks = sorted(set(zone_names))
    if len(clocks) > 1:
        raise ValueError(
            f"{text} is not one instant: the schedules go by different clocks ({', '.join(clocks)}); "
            "give it with an offset, such as 2026-01-05T08:00Z, or choose one schedule"
        )
    return instant(read_time(written.isoformat(timespec="seconds"), clocks[0] if clocks else "UTC"))


def local_time(at: datetime, zone_name: str) -> str:
    """`at` as a configuration writes it by the clock of the zone; with its offset where that shows it twice."""
    shown = wall_clock(at, zone(zone_name))
    if first(shown, zone(zone_name)) == at:
        return shown.isoformat(timespec="seconds" if shown.second else "minutes")
    return at.astimezone(zone(zone_name)).isoformat(timespec="seconds")


def format_time(at: datetime) -> str:
    """`at` as a configuration writes it, in UTC, to the second: `2026-01-05T08:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return format_time(value)
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _checked_time(text: str) -> str:
    parse_time(text)
    return text


def _checked_zone(name: str) -> str:
    zone(name)
    return name


LocalTime = Annotated[
    str,
    BeforeValidator(_written),
    AfterValidator(_checked_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$", "examples": ["2026-01-05T09:00"]}),
]
"""A pydantic field: `2026-01-05T09:00` in the schedule's zone, or a time with an offset."""

ZoneName = Annotated[
    str, AfterValidator(_checked_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]})
]
"""A pydantic field: the name of an IANA zone that the pinned data holds."""
