"""What is kept of the overrides made day to day, and what of that applies."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain.kept_overrides import INSTANTS, KEPT_FOR, MOST, KeptOverrides, in_instants, usable
from roust.domain.overrides import Override
from roust.domain.schedule import Schedule, on_call
from roust.domain.zones import format_time, instant, local_time, parse_time, read_time, wall_clock, zone
from tests.builders import NOON

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
EDGES = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    ("Asia/Tokyo", "2026-06-01T00:00:00Z"),
]


def a_cover(user: str, begins: int, ends: int, **parts: str) -> Override:
    """From `begins` to `ends` hours after NOON."""
    span = {"from": format_time(NOON + begins * HOUR), "to": format_time(NOON + ends * HOUR)}
    return Override.model_validate({"id": f"{user}{begins}", "kind": "cover", "user": user} | span | parts)


def kept(*overrides: Override) -> KeptOverrides:
    found = KeptOverrides()
    for each in overrides:
        assert found.objection(each, NOON) is None
        found = found.made(each, NOON)
    return found


def test_more_than_a_page_can_read_is_refused_with_the_cure_and_room_comes_with_time() -> None:
    full = kept(*(a_cover("ada", n, n + 1) for n in range(MOST)))
    refused = full.objection(a_cover("ada", MOST, MOST + 1), NOON)
    assert refused is not None
    assert f"{MOST} overrides are kept of this schedule already; export some into the file" in refused.text
    assert full.objection(a_cover("ada", MOST, MOST + 1), NOON + HOUR + KEPT_FOR) is None


def test_what_is_removed_before_its_first_second_is_gone_and_later_it_stays_until_then() -> None:
    state = kept(a_cover("ada", 0, 2))
    assert state.removed("ada0", NOON + SECOND / 2).overrides == []
    (ended,) = state.removed("ada0", NOON + SECOND).overrides
    assert (ended.start(INSTANTS), ended.end(INSTANTS)) == (NOON, NOON + SECOND)


def test_the_next_drop_is_of_the_one_that_ends_first() -> None:
    assert KeptOverrides().next_drop is None
    state = kept(a_cover("ada", 0, 9), a_cover("ben", 0, 3))
    assert state.next_drop == NOON + 3 * HOUR + KEPT_FOR
    assert state.tidied(state.next_drop - SECOND) == state
    assert [each.user for each in state.tidied(state.next_drop).overrides] == ["ada"]


def test_who_is_passed_over_in_a_span_is_told_once_it_matters() -> None:
    overrides = [a_cover("zoe", 0, 1), a_cover("ada", 0, 1), a_cover("zoe", 5, 6)]
    fit, told = usable(overrides, {"ada"}, INSTANTS, NOON - HOUR, NOON + 2 * HOUR)
    assert [each.user for each in fit] == ["ada"]
    assert told == ["override zoe0 (zoe covers) is passed over: no user named 'zoe'"]


@settings(max_examples=60)
@given(st.sampled_from(EDGES), st.integers(-7200, 7200), st.integers(-7200, 7200))
def test_an_override_in_instants_and_its_export_mean_what_was_written(
    edge: tuple[str, str], begins: int, length: int
) -> None:
    zone_name, text = edge
    start = read_time(text, zone_name) + timedelta(seconds=begins)
    end = start + timedelta(seconds=abs(length) + 1)
    by_clock = [wall_clock(at, zone(zone_name)).isoformat(timespec="seconds") for at in (start, end)]
    written = Override.model_validate({"kind": "cover", "user": "ben", "from": by_clock[0], "to": by_clock[1]})
    timed = in_instants(written, zone_name)
    assert (timed.start(INSTANTS), timed.end(INSTANTS)) == (written.start(zone_name), written.end(zone_name))
    assert (timed.start(zone_name), timed.end(zone_name)) == (written.start(zone_name), written.end(zone_name))
    for at in (start, end):
        assert read_time(local_time(at, zone_name), zone_name) == at
        assert parse_time(local_time(at, zone_name)) is not None
    layers = [{"users": ["ada"], "every": "1d", "start": "2011-01-05T09:00"}]
    schedule = Schedule.model_validate({"time_zone": zone_name, "layers": layers})
    if written.start(zone_name) < written.end(zone_name):
        for at in (start - SECOND, start, end - SECOND, end):
            assert on_call(schedule, instant(at), [written]) == on_call(schedule, instant(at), [timed])
