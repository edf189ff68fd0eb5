"""The resolver against a slow and obvious one, at random, wherever clocks are set."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roust.domain import zones
from roust.domain.schedule import Schedule, Shift, gaps, next_handoff, on_call, shifts, why
from tests.domain import oracle
from tests.domain.rotas import (
    FIRST_YEAR,
    KNOWN_FOR,
    LAST_YEAR,
    THOROUGHNESS,
    moments,
    rotas,
    thorough,
    written,
    zones_that_change,
)

QUARTER = timedelta(minutes=15)
BEFORE, AFTER = timedelta(days=2), timedelta(days=3)


def edges_of(found: list[Shift]) -> set[datetime]:
    return {edge for shift in found for edge in (shift.start, shift.end)}


def at_once(found: list[Shift], at: datetime) -> list[str]:
    return sorted(shift.user for shift in found if shift.start <= at < shift.end)


def test_clock_times_of_every_zone_are_the_instants_that_another_library_says() -> None:
    names = zones_that_change()
    assert len(names) > 350
    assert set(KNOWN_FOR) <= set(names)
    for number, name in enumerate(names):
        changes = oracle.changes(name, FIRST_YEAR, LAST_YEAR)
        # A few changes of each zone, others for the next zone; all of them when asked to be thorough.
        stride = max(1, len(changes) // (2 * THOROUGHNESS))
        for change in changes[number % stride :: stride]:
            before = oracle.shown(change - timedelta(seconds=1), name).replace(second=0)
            width = abs(oracle.offset(change, name) - oracle.offset(change - timedelta(seconds=1), name))
            step = max(QUARTER, width // 6)
            local = before - 4 * step
            while local <= before + width + 4 * step:
                local = local.replace(second=0, microsecond=0)
                said = zones.first(local, zones.zone(name)), zones.last(local, zones.zone(name))
                assert said == (oracle.instant(local, name), oracle.instant(local, name, True)), (name, local)
                local += step


@given(st.data(), rotas())
@thorough(120)
def test_each_instant_has_the_holders_that_the_slow_reference_says(
    data: st.DataObject, rota: tuple[dict[str, Any], datetime]
) -> None:
    schedule, near = rota
    resolved = Schedule.model_validate(schedule)
    found = shifts(resolved, near - BEFORE, near + AFTER)
    edges = data.draw(st.lists(st.sampled_from(sorted(edges_of(found) | {near})), max_size=8))
    steps = data.draw(st.lists(st.integers(-2 * 96, 3 * 96 - 1), min_size=4, max_size=12))
    second = timedelta(seconds=1)
    asked = [near + n * QUARTER for n in steps] + [e + d for e in edges for d in (-second, second * 0, second)]
    for at in asked:
        expected = oracle.on_call(schedule, at)
        assert set(on_call(resolved, at)) == expected, at
        if near - BEFORE <= at < near + AFTER:
            assert at_once(found, at) == sorted(expected), at


@given(rotas())
@thorough(60)
def test_on_call_says_what_the_shifts_say(rota: tuple[dict[str, Any], datetime]) -> None:
    schedule, near = rota
    resolved = Schedule.model_validate(schedule)
    start, end = near - BEFORE, near + AFTER
    found = shifts(resolved, start, end)
    assert found == sorted(found, key=lambda shift: (shift.start, shift.user))
    for at in sorted(edges_of(found) | {start + n * 7 * QUARTER for n in range(69)}):
        if start <= at < end:
            assert on_call(resolved, at) == at_once(found, at), at
    assert [holding.user for holding in why(resolved, near)] == at_once(found, near)


@given(rotas())
@thorough(60)
def test_a_shift_has_a_length_and_is_one_unbroken_stretch(rota: tuple[dict[str, Any], datetime]) -> None:
    schedule, near = rota
    found = shifts(Schedule.model_validate(schedule), near - BEFORE, near + AFTER)
    ended: dict[str, datetime] = {}
    for shift in found:
        assert near - BEFORE <= shift.start < shift.end <= near + AFTER
        assert shift.user not in ended or ended[shift.user] < shift.start
        ended[shift.user] = shift.end


@given(rotas(hours=False, most=1, kinds=()))
@thorough(60)
def test_the_shifts_of_a_rotation_touch_and_never_overlap(rota: tuple[dict[str, Any], datetime]) -> None:
    schedule, near = rota
    zone = schedule["time_zone"]
    layer = schedule["layers"][0]
    begins = oracle.instant(datetime.fromisoformat(layer["start"]), zone)
    ends = oracle.instant(datetime.fromisoformat(layer["end"]), zone) if "end" in layer else near + 20 * AFTER
    start, end = max(near - BEFORE, begins), min(near + 20 * AFTER, ends)
    found = shifts(Schedule.model_validate(schedule), near - BEFORE, near + 20 * AFTER)
    if start >= end:
        assert found == []
        return
    assert (found[0].start, found[-1].end) == (start, end)
    assert [shift.end for shift in found[:-1]] == [shift.start for shift in found[1:]]


@given(rotas())
@thorough(60)
def test_a_gap_is_when_nobody_is_on_call(rota: tuple[dict[str, Any], datetime]) -> None:
    schedule, near = rota
    resolved = Schedule.model_validate(schedule)
    start, end = near - BEFORE, near + AFTER
    found = gaps(resolved, start, end)
    for n in range(0, 480, 5):
        at = start + n * QUARTER
        assert any(gap.start <= at < gap.end for gap in found) is (on_call(resolved, at) == []), at
    assert all(one.end < other.start for one, other in pairwise(found))


@given(rotas())
@thorough(60)
def test_the_next_hand_off_is_the_first_change(rota: tuple[dict[str, Any], datetime]) -> None:
    schedule, near = rota
    resolved = Schedule.model_validate(schedule)
    now = on_call(resolved, near)
    following = next_handoff(resolved, near)
    found = shifts(resolved, near, near + AFTER)
    changed = [e for e in sorted(edges_of(found)) if near < e < near + AFTER and at_once(found, e) != now]
    if changed:
        assert following is not None
        assert following == (changed[0], on_call(resolved, changed[0]))
    else:
        assert following is None or following.at >= near + AFTER


@given(rotas(), st.integers(-100, 200), st.integers(-100, 200))
@thorough(60)
def test_the_answer_does_not_depend_on_where_the_computation_starts(
    rota: tuple[dict[str, Any], datetime], one: int, other: int
) -> None:
    schedule, near = rota
    resolved = Schedule.model_validate(schedule)
    start, end = near - BEFORE, near + AFTER
    whole = shifts(resolved, start, end)
    first, second = (near + n * QUARTER for n in sorted((one, other)))
    clipped = [
        Shift(user=s.user, start=max(s.start, first), end=min(s.end, second))
        for s in whole
        if s.start < second and first < s.end and first < second
    ]
    assert shifts(resolved, first, second) == sorted(clipped, key=lambda s: (s.start, s.user))


@given(moments(), st.sampled_from(["1h", "7h", "1d", "3d", "1w", "2w", "1mo", "5mo"]), st.integers(1, 4))
@thorough(60)
def test_a_rotation_counted_from_a_later_round_is_the_same_rotation(
    moment: tuple[str, datetime], every: str, people: int
) -> None:
    zone, local = moment
    local = local.replace(day=min(local.day, 28))
    count, unit = int(every.rstrip("hdwmo")), every.lstrip("0123456789")
    users = ["ada", "ben", "cho", "dov"][:people]
    rounds = 20 * 365 * 24 // (count * people * {"h": 1, "d": 24, "w": 168, "mo": 730}[unit])
    earlier = local
    if unit == "mo":
        months = local.year * 12 + local.month - 1 - count * people * rounds
        earlier = local.replace(year=months // 12, month=months % 12 + 1)
    else:
        earlier -= rounds * people * count * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(7)}[unit]
    if earlier.year < zones.FIRST_YEAR:
        return
    layer = {"users": users, "every": every}
    far = Schedule.model_validate({"time_zone": zone, "layers": [layer | {"start": written(earlier)}]})
    near = Schedule.model_validate({"time_zone": zone, "layers": [layer | {"start": written(local)}]})
    begins = oracle.instant(local, zone)
    assert shifts(far, begins, begins + AFTER) == shifts(near, begins, begins + AFTER)
    for n in range(0, 96, 5):
        assert on_call(far, begins + n * QUARTER) == on_call(near, begins + n * QUARTER)


@pytest.mark.parametrize("kind", ["replace", "cover", "add", "remove"])
@given(data=st.data())
@thorough(30)
def test_an_override_does_what_its_kind_says_and_no_more(kind: str, data: st.DataObject) -> None:
    schedule, near = data.draw(rotas(kinds=(kind,)))
    plain = Schedule.model_validate(schedule | {"overrides": []})
    overridden = Schedule.model_validate(schedule)
    for n in range(-200, 200, 5):
        at = near + n * QUARTER
        before, after = set(on_call(plain, at)), set(on_call(overridden, at))
        in_force = [o for o in overridden.overrides if o.in_force(at, schedule["time_zone"])]
        named = {override.user for override in in_force}
        if kind == "replace":
            gone = {o.replaces for o in in_force if o.replaces in before}
            come = {o.user for o in in_force if o.replaces in before}
            # Nobody comes on call for somebody who is off.
            assert after == (before - gone) | come
        elif kind == "cover":
            assert after == ({in_force[-1].user} if in_force else before)
        elif kind == "add":
            assert after == before | named
        else:
            assert after == before - named
