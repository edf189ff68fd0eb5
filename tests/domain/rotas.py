"""Schedules, zones and instants at random, for properties; changes of clocks are never far."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.domain import oracle

FIRST_YEAR, LAST_YEAR = 1975, 2037
THOROUGHNESS = int(os.environ.get("ROUST_PROOFS", "1"))
"""Multiplies the examples of every property: `ROUST_PROOFS=50 make test`."""

KNOWN_FOR = (
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Asia/Tehran",
    "America/Havana",
    "Europe/Berlin",
    "America/New_York",
)
USERS = ["ada", "ben", "cho", "dov", "eve"]


def thorough(examples: int) -> settings:
    return settings(
        max_examples=examples * THOROUGHNESS,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        print_blob=True,
    )


@cache
def zones_that_change() -> list[str]:
    """Every IANA zone whose clocks were set in the tested years."""
    names = sorted(available_timezones() - {"Factory", "localtime"})
    return [name for name in names if oracle.changes(name, FIRST_YEAR, LAST_YEAR)]


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and what its clocks show within some days of an instant at which they are set."""
    zone = draw(st.one_of(st.sampled_from(KNOWN_FOR), st.deferred(lambda: st.sampled_from(zones_that_change()))))
    change = draw(st.sampled_from(oracle.changes(zone, FIRST_YEAR, LAST_YEAR)))
    # Mostly hours away, and often on the very minute of the change.
    away = draw(
        st.one_of(st.integers(-12, 12).map(lambda n: 15 * n), st.integers(-4 * 96, 4 * 96).map(lambda n: 15 * n))
    )
    return zone, oracle.shown(change + timedelta(minutes=away), zone).replace(second=0)


def windows() -> st.SearchStrategy[dict[str, Any]]:
    clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45, 59]))
    days = st.lists(st.sampled_from(oracle.DAYS), min_size=1, max_size=7, unique=True)
    whole = st.just({"days": oracle.DAYS, "from": "00:00", "to": "24:00"})
    some = st.fixed_dictionaries({"days": days, "from": clock, "to": st.one_of(clock, st.just("24:00"))})
    return st.one_of(some, some, some, whole)


@st.composite
def layers(draw: st.DrawFn, near: datetime, hours: bool = True) -> dict[str, Any]:
    """A layer that began some turns before `near`, or begins soon after."""
    unit = draw(st.sampled_from(["h", "h", "d", "d", "w", "mo"]))
    count = draw(st.integers(1, {"h": 40, "d": 10, "w": 3, "mo": 3}[unit]))
    turns = draw(st.integers(-2, 12))
    back = (
        count
        * turns
        * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(days=7), "mo": timedelta(days=30)}[unit]
    )
    begins = near - back + timedelta(minutes=draw(st.sampled_from([0, 0, 0, 15, 30, -15, -45, 720])))
    layer: dict[str, Any] = {
        "users": draw(st.lists(st.sampled_from(USERS), min_size=1, max_size=4)),
        "every": f"{count}{unit}",
        "start": written(begins),
        "level": draw(st.sampled_from([0, 0, 1, 2])),
    }
    if draw(st.integers(0, 3)) == 0:
        layer["end"] = written(max(begins + timedelta(days=2), near + timedelta(hours=draw(st.integers(-30, 60)))))
    if hours and draw(st.booleans()):
        layer["hours"] = draw(st.lists(windows(), min_size=1, max_size=3))
    return layer


@st.composite
def overrides(
    draw: st.DrawFn, near: datetime, kinds: tuple[str, ...] = ("cover", "replace", "add", "remove")
) -> list[dict[str, Any]]:
    """Overrides about `near`, none refused: those that name the same user do not overlap."""
    found: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(kinds))
        user, other = draw(st.permutations(USERS))[:2]
        start = near + timedelta(minutes=15 * draw(st.integers(-200, 200)))
        made = {"kind": kind, "user": user, "from": written(start)}
        made["to"] = written(start + timedelta(minutes=15 * draw(st.integers(30 * 4, 300))))
        made |= {"replaces": other} if kind == "replace" else {}
        if not any(_clash(made, earlier) for earlier in found):
            found.append(made)
    return found


def _clash(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = {one["user"], one.get("replaces")} & {other["user"], other.get("replaces")} - {None}
    # With a day to spare, since clocks that are set may make spans meet.
    day = timedelta(days=1)
    apart = read(one["to"]) + day <= read(other["from"]) or read(other["to"]) + day <= read(one["from"])
    return bool(names) and not apart


@st.composite
def rotas(
    draw: st.DrawFn, hours: bool = True, most: int = 3, kinds: tuple[str, ...] | None = None
) -> tuple[dict[str, Any], datetime]:
    """A schedule as the file would have it, and an instant about which things happen in it."""
    zone, near = draw(moments())
    schedule: dict[str, Any] = {
        "time_zone": zone,
        "layers": draw(st.lists(layers(near, hours), min_size=1, max_size=most)),
        "overrides": draw(overrides(near, kinds) if kinds else overrides(near)) if kinds != () else [],
    }
    return schedule, oracle.instant(near, zone)


def written(local: datetime) -> str:
    return local.isoformat(timespec="minutes")


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def floor(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
