"""Who is on call, found the slow and obvious way, on another library's clock.

Nothing here comes from roust: turns are counted one by one from the first, windows are looked up day
by day, and `whenever` says which instant a clock time is.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import whenever

whenever.reset_tzpath(())
whenever.clear_tzcache()

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINUTE = timedelta(minutes=1)


@cache
def instant(local: datetime, zone: str, last: bool = False) -> datetime:
    """The first (or last) instant at which clocks show `local`; if skipped, the first one after the jump."""
    while True:
        plain = whenever.PlainDateTime(local.year, local.month, local.day, local.hour, local.minute)
        try:
            plain.assume_tz(zone, disambiguation="raise")
        except whenever.SkippedTime:
            # In the tested years clocks are set at whole minutes: the jump ends at the next minute there is.
            local += MINUTE
            continue
        except whenever.RepeatedTime:
            pass
        found = plain.assume_tz(zone, disambiguation="later" if last else "earlier")
        return found.to_instant().to_stdlib()


@cache
def changes(zone: str, first_year: int, last_year: int) -> tuple[datetime, ...]:
    """The instants at which clocks of `zone` are set, in those years."""

    def found() -> Iterator[datetime]:
        at = whenever.Instant.from_utc(first_year, 1, 1).to_tz(zone)
        while (change := at.next_transition()) is not None and change.to_instant().to_stdlib().year <= last_year:
            at = change
            yield change.to_instant().to_stdlib()

    return tuple(found())


def offset(at: datetime, zone: str) -> timedelta:
    """How far clocks in `zone` are ahead of UTC at `at`."""
    return shown(at, zone) - at.replace(tzinfo=None)


def shown(at: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at `at`."""
    return whenever.Instant.from_timestamp(int(at.timestamp())).to_tz(zone).to_plain().to_stdlib()


def turn_begins(begins: datetime, every: tuple[int, str], index: int) -> datetime:
    """What clocks show at the beginning of turn `index` of a rotation that `begins` then."""
    count, unit = every
    if unit != "mo":
        return begins + index * count * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(days=7)}[unit]
    year, month = begins.year, begins.month
    for _ in range(index * count):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    day = begins.day
    while True:
        try:
            return begins.replace(year=year, month=month, day=day)
        except ValueError:
            day -= 1


def holder(layer: dict[str, Any], zone: str, at: datetime) -> str | None:
    """Whose turn it is, counting turns from the first."""
    begins = datetime.fromisoformat(layer["start"])
    every = (int(layer["every"].rstrip("hdwmo")), layer["every"].lstrip("0123456789"))
    if at < instant(begins, zone) or (layer.get("end") and at >= instant(datetime.fromisoformat(layer["end"]), zone)):
        return None
    if layer.get("hours") is not None and not any(is_open(window, zone, at) for window in layer["hours"]):
        return None
    index = 0
    while instant(turn_begins(begins, every, index + 1), zone) <= at:
        index += 1
    return str(layer["users"][index % len(layer["users"])])


def is_open(window: dict[str, Any], zone: str, at: datetime) -> bool:
    today = shown(at, zone).date()
    return any(
        DAYS[day.weekday()] in window["days"] and opens(window, zone, day) <= at < closes(window, zone, day)
        for day in (today + timedelta(days=n) for n in range(-4, 4))
    )


def opens(window: dict[str, Any], zone: str, day: date) -> datetime:
    return instant(datetime.combine(day, time.fromisoformat(window["from"])), zone)


def closes(window: dict[str, Any], zone: str, day: date) -> datetime:
    if window["to"] == "24:00":
        return instant(datetime.combine(day + timedelta(days=1), time(0)), zone, last=True)
    overnight = window["to"] <= window["from"]
    return instant(datetime.combine(day + timedelta(days=overnight), time.fromisoformat(window["to"])), zone, last=True)


def on_call(schedule: dict[str, Any], at: datetime) -> set[str]:
    """Who is on call at `at`, by rules 12 to 14 read aloud."""
    zone = schedule["time_zone"]
    found: set[str] = set()
    for level in sorted({layer.get("level", 0) for layer in schedule["layers"]}):
        of_level = {holder(layer, zone, at) for layer in schedule["layers"] if layer.get("level", 0) == level} - {None}
        found = {str(user) for user in of_level} or found
    in_force = [
        o
        for o in schedule.get("overrides", [])
        if instant(datetime.fromisoformat(o["from"]), zone) <= at < instant(datetime.fromisoformat(o["to"]), zone)
    ]
    layers = set(found)
    for override in in_force:
        if override["kind"] == "replace" and override["replaces"] in layers:
            found = (found - {override["replaces"]}) | {override["user"]}
    for override in in_force:
        if override["kind"] == "cover":
            found = {override["user"]}
    for override in in_force:
        if override["kind"] == "add":
            found = found | {override["user"]}
    for override in in_force:
        if override["kind"] == "remove":
            found = found - {override["user"]}
    return found
