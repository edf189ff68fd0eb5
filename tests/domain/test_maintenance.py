"""Rule 17: maintenance holds what starts in its spans, to the end of the last that touches."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from roust.domain.foresight import Reason, foresee
from roust.domain.kept_maintenance import KEPT_FOR, MOST, KeptMaintenance, kept
from roust.domain.maintenance import Maintenance, hold
from tests.builders import a_directory
from tests.domain import oracle
from tests.domain.rotas import moments, thorough

TEN = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
TWO = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def work(**parts: Any) -> Maintenance:
    """On checkout from ten to two at night, UTC; overridden by `parts`."""
    whole = {"services": ["checkout"], "from": "2026-12-01T22:00Z", "to": "2026-12-02T02:00Z"} | parts
    return Maintenance.model_validate({name: value for name, value in whole.items() if value is not None})


def held_until(at: datetime, *planned: Maintenance, service: str = "checkout", **labels: str) -> datetime | None:
    found = hold(planned, service, labels, at)
    return found.until if found else None


@pytest.mark.parametrize(("at", "until"), [(TEN - SECOND, None), (TEN, TWO), (TWO - SECOND, TWO), (TWO, None)])
def test_an_alert_that_starts_inside_is_held_to_the_end(at: datetime, until: datetime | None) -> None:
    assert held_until(at, work()) == until


def test_only_the_named_services_are_held_and_all_when_none_is_named() -> None:
    assert held_until(TEN, work(), service="search") is None
    assert held_until(TEN, work(services=None), service="search") == TWO


def test_only_alerts_whose_labels_fit_are_held() -> None:
    one = work(match=['region="eu"', 'tier!="1"'])
    assert held_until(TEN, one, region="eu") == TWO
    assert held_until(TEN, one, region="us") is None
    assert held_until(TEN, one, region="eu", tier="1") is None


def test_spans_that_touch_or_overlap_hold_to_the_end_of_the_last() -> None:
    touching = work(**{"from": "2026-12-02T02:00Z", "to": "2026-12-02T03:00Z"})
    overlapping = work(**{"from": "2026-12-02T02:30Z", "to": "2026-12-02T05:00Z"})
    apart = work(**{"from": "2026-12-02T05:01Z", "to": "2026-12-02T06:00Z"})
    assert held_until(TEN, apart, overlapping, work(), touching) == TWO + 3 * HOUR
    found = hold([work(reason="database"), touching], "checkout", {}, TEN)
    assert found is not None
    assert found.because == [
        "database until 2026-12-02 02:00 UTC (planned in the file)",
        "maintenance until 2026-12-02 03:00 UTC (planned in the file)",
    ]


def test_one_of_another_service_in_between_extends_nothing() -> None:
    assert (
        held_until(TEN, work(), work(services=["search"], **{"from": "2026-12-02T01:00Z", "to": "2026-12-02T05:00Z"}))
        == TWO
    )


def test_what_is_made_day_to_day_is_kept_with_who_and_why_until_30_days_after_its_end() -> None:
    one = kept(
        work(**{"from": "2026-12-01T23:00", "to": "2026-12-02T03:00"}, time_zone="Europe/Berlin"), "m1", "ada", TEN
    )
    assert (one.from_, one.to, one.time_zone) == ("2026-12-01T22:00:00Z", "2026-12-02T02:00:00Z", None)
    weekly = kept(work(every="1w", reason="backup"), "m2", "ben", TEN)
    state = KeptMaintenance().made(one, TEN).made(weekly, TEN)
    assert state.in_force(TEN) == [one, weekly]
    assert state.in_force(TWO) == [weekly]
    assert hold(state.in_force(TEN), "checkout", {}, TEN).because == [  # type: ignore[union-attr]
        "maintenance until 2026-12-02 02:00 UTC (made by ada, id m1)",
        "backup until 2026-12-02 02:00 UTC (made by ben, id m2)",
    ]
    assert state.next_drop == TWO + KEPT_FOR
    assert state.tidied(TWO + KEPT_FOR - SECOND) == state
    assert state.tidied(TWO + KEPT_FOR).entries == [weekly]


def test_what_was_ended_early_stays_on_record_and_holds_nobody() -> None:
    one = kept(work(), "m1", "ada", TEN)
    state = KeptMaintenance().made(one, TEN).ended("m1", "ben", TEN + HOUR)
    (ended,) = state.entries
    assert (ended.made_by, ended.ended_by, ended.ended_at, ended.to) == ("ada", "ben", TEN + HOUR, one.to)
    assert state.in_force(TEN + HOUR) == []
    assert state.ending_refused("m1", TEN + HOUR) == "it is over since 2026-12-01T23:00:00Z"


def test_so_many_are_kept_and_the_oldest_that_are_over_give_way() -> None:
    state = KeptMaintenance(entries=[kept(work(), f"m{n}", "ada", TEN) for n in range(MOST)])
    assert state.making_refused(TEN) is not None
    assert state.making_refused(TWO) is None
    after = state.made(kept(work(every="1d"), "new", "ada", TWO), TWO)
    assert [each.id for each in after.entries] == [*(f"m{n}" for n in range(1, MOST)), "new"]


def test_what_recurs_goes_by_the_wall_clock() -> None:
    # Berlin: UTC+1 in winter, UTC+2 in summer.
    one = work(**{"from": "2026-01-04T02:00", "to": "2026-01-04T04:00"}, every="1w", time_zone="Europe/Berlin")
    assert held_until(datetime(2026, 3, 22, 1, 30, tzinfo=UTC), one) == datetime(2026, 3, 22, 3, tzinfo=UTC)
    # The night in which two o'clock does not exist: from the jump, an hour.
    assert held_until(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), one) == datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert held_until(datetime(2026, 4, 5, 0, 30, tzinfo=UTC), one) == datetime(2026, 4, 5, 2, tzinfo=UTC)
    # The night in which it comes twice: from the first two o'clock, three hours.
    assert held_until(datetime(2026, 10, 25, 0, 0, tzinfo=UTC), one) == datetime(2026, 10, 25, 3, tzinfo=UTC)
    assert held_until(datetime(2026, 1, 3, 1, 30, tzinfo=UTC), one) is None
    assert held_until(datetime(2025, 12, 28, 1, 30, tzinfo=UTC), one) is None


def test_none_begins_at_or_after_until_and_what_has_begun_goes_on() -> None:
    one = work(every="1d", until="2026-12-03T22:00Z")
    assert held_until(TWO + timedelta(days=1) - SECOND, one) == TWO + timedelta(days=1)
    assert held_until(TEN + timedelta(days=2), one) is None
    assert not one.over(TWO + timedelta(days=1) - SECOND)
    assert one.over(TWO + timedelta(days=1))
    cut = work(every="1d", until="2026-12-02T23:00Z")
    assert held_until(TWO + timedelta(days=1) - SECOND, cut) == TWO + timedelta(days=1)
    assert not cut.over(TWO + timedelta(days=1) - SECOND)


def test_on_the_last_day_of_months_of_every_length() -> None:
    one = work(**{"from": "2026-01-31T22:00Z", "to": "2026-02-01T02:00Z"}, every="1mo")
    assert held_until(datetime(2026, 2, 28, 23, tzinfo=UTC), one) == datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert held_until(datetime(2026, 3, 28, 23, tzinfo=UTC), one) is None
    assert held_until(datetime(2026, 3, 31, 22, tzinfo=UTC), one) == datetime(2026, 4, 1, 2, tzinfo=UTC)


def test_two_that_take_turns_for_ever_do_not_spin() -> None:
    day = work(**{"from": "2026-12-01T00:00Z", "to": "2026-12-01T12:00Z"}, every="1d")
    night = work(**{"from": "2026-12-01T12:00Z", "to": "2026-12-02T00:00Z"}, every="1d")
    until = held_until(TEN, day, night)
    assert until is not None
    assert timedelta(days=365) < until - TEN < timedelta(days=368)


@pytest.mark.parametrize(
    "parts",
    [
        {"to": "2026-12-01T22:00Z"},
        {"to": "2026-12-01T21:00Z"},
        {"from": "2026-12-01T22:00"},
        {"until": "2027-01-01T00:00Z"},
        {"every": "4h"},
        {"every": "1d", "until": "2026-12-01T22:00Z"},
        {"services": []},
        {"every": "0w"},
        {"reason": "x" * 1001},
    ],
)
def test_what_cannot_be_meant_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        work(**parts)


def test_what_is_over_or_overlaps_is_foreseen() -> None:
    both = [
        {"from": "2026-12-01T22:00Z", "to": "2026-12-02T02:00Z"},
        {"from": "2026-12-02T01:00Z", "to": "2026-12-02T03:00Z"},
    ]
    weekly = {
        "services": ["checkout"],
        "from": "2026-01-06T22:30",
        "to": "2026-01-06T23:00",
        "time_zone": "UTC",
        "every": "1w",
    }
    other = {"services": ["checkout"], "from": "2026-12-02T00:00Z", "to": "2026-12-02T01:00Z", "match": ['a="b"']}
    directory = a_directory(maintenance=[*both, weekly, other])

    def found(at: datetime) -> list[tuple[tuple[str | int, ...], Reason]]:
        return [(one.place, one.reason) for one in foresee(directory, at) if one.place[0] == "maintenance"]

    assert found(TEN - HOUR) == [(("maintenance", 1), Reason.OVERLAP), (("maintenance", 2), Reason.OVERLAP)]
    assert found(TWO + HOUR) == [(("maintenance", n), Reason.OVER) for n in (0, 1, 3)]


# -- against a slow reference -----------------------------------------------------------------------------

QUARTER = timedelta(minutes=15)
UNITS = {"6h": timedelta(hours=6), "1d": timedelta(days=1), "3d": timedelta(days=3), "1w": timedelta(weeks=1)}


@st.composite
def recurring(draw: st.DrawFn) -> tuple[Maintenance, list[tuple[datetime, datetime]], datetime]:
    """A maintenance, its spans told one by one on another library's clock, and an instant near a change."""
    zone, near = draw(moments())
    every = draw(st.sampled_from([*UNITS, "1mo"]))
    length = QUARTER * draw(st.integers(1, 23))
    began = near - UNITS.get(every, timedelta(days=31)) * draw(st.integers(0, 4)) + QUARTER * draw(st.integers(-8, 8))
    until = draw(st.one_of(st.none(), st.integers(0, 5)))

    def times() -> Iterator[datetime]:
        for number in range(60):
            if every != "1mo":
                yield began + number * UNITS[every]
                continue
            month = began.year * 12 + began.month - 1 + number
            day = began.day
            while True:
                try:
                    yield began.replace(year=month // 12, month=month % 12 + 1, day=day)
                    break
                except ValueError:
                    day -= 1

    spans = [(oracle.instant(one, zone), oracle.instant(one + length, zone, True)) for one in times()]
    last = None
    if until is not None:
        last = spans[0][0] + (until + 1) * timedelta(hours=31)
        spans = [(start, end) for start, end in spans if start < last]
    made = {
        "from": began.isoformat(timespec="minutes"),
        "to": (began + length).isoformat(timespec="minutes"),
        "every": every,
        "time_zone": zone,
        "until": last.strftime("%Y-%m-%dT%H:%M:%SZ") if last else None,
    }
    at = oracle.instant(near, zone) + QUARTER * draw(st.integers(-30, 30))
    return Maintenance.model_validate(made), spans, at


@given(recurring())
@thorough(150)
def test_a_recurring_hold_is_what_the_slow_reference_says(
    case: tuple[Maintenance, list[tuple[datetime, datetime]], datetime],
) -> None:
    one, spans, at = case
    until = at
    while True:
        ends = [end for start, end in spans if start <= until < end]
        if not ends:
            break
        until = max(ends)
    assert (held_until(at, one) or at) == until
    window = (at - timedelta(days=2), at + timedelta(days=2))
    met = [(s, e) for s, e in spans if s < window[1] and e > window[0] and s < e]
    assert [tuple(span) for span in one.spans(*window)] == met
    assert one.over(at) == (one.until is not None and all(e <= at for _, e in spans))
