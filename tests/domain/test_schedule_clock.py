"""Hand-offs and windows on the days on which clocks are set: each figure worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from roust.domain import zones
from roust.domain.schedule import Schedule, on_call, shifts


def a_schedule(zone: str, **layer: Any) -> Schedule:
    return Schedule.model_validate(
        {"time_zone": zone, "layers": [{"users": ["ada", "ben", "cho"], "every": "1d"} | layer]}
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def lines(schedule: Schedule, start: str, end: str) -> list[str]:
    """The shifts as `ada 01-05 08:00 - 01-06 08:00`, in UTC."""
    return [
        f"{shift.user} {shift.start:%m-%d %H:%M} - {shift.end:%m-%d %H:%M}"
        for shift in shifts(schedule, utc(start), utc(end))
    ]


def test_at_the_hand_off_instant_the_incoming_person_is_on_call() -> None:
    schedule = a_schedule("Europe/Berlin", every="1w", start="2026-01-05T09:00")
    assert on_call(schedule, utc("2026-01-12T07:59:59.999999")) == ["ada"]
    assert on_call(schedule, utc("2026-01-12T08:00:00")) == ["ben"]


def test_nobody_is_on_call_before_the_start_and_from_the_end_on() -> None:
    schedule = a_schedule("Europe/Berlin", start="2026-01-05T09:00", end="2026-01-06T10:00")
    assert lines(schedule, "2026-01-01", "2026-02-01") == [
        "ada 01-05 08:00 - 01-06 08:00",
        "ben 01-06 08:00 - 01-06 09:00",
    ]
    assert on_call(schedule, utc("2026-01-05T07:59:59")) == []
    assert on_call(schedule, utc("2026-01-06T09:00:00")) == []


def test_a_weekly_hand_off_stays_at_nine_in_summer_and_in_winter() -> None:
    schedule = a_schedule("Europe/Berlin", every="1w", start="2026-01-05T09:00")
    starts = {shift.start for shift in shifts(schedule, utc("2026-01-05T08:00"), utc("2027-01-04"))}
    assert {(start.weekday(), start.hour) for start in starts} == {(0, 8), (0, 7)}
    assert utc("2026-03-30T07:00") in starts
    assert utc("2026-10-26T08:00") in starts


def test_an_hourly_rotation_follows_the_wall_clock_too() -> None:
    schedule = a_schedule("Europe/Berlin", every="12h", start="2026-03-28T20:00")
    assert lines(schedule, "2026-03-28T19:00", "2026-03-29T20:00") == [
        "ada 03-28 19:00 - 03-29 06:00",  # eleven hours: clocks were set forward
        "ben 03-29 06:00 - 03-29 18:00",
        "cho 03-29 18:00 - 03-29 20:00",
    ]


def test_a_hand_off_time_that_is_skipped_happens_when_clocks_have_jumped() -> None:
    schedule = a_schedule("Europe/Berlin", start="2026-03-28T02:30")
    assert lines(schedule, "2026-03-28T01:30", "2026-03-31") == [
        "ada 03-28 01:30 - 03-29 01:00",
        "ben 03-29 01:00 - 03-30 00:30",
        "cho 03-30 00:30 - 03-31 00:00",
    ]


def test_a_hand_off_time_that_happens_twice_happens_the_first_time() -> None:
    schedule = a_schedule("Europe/Berlin", start="2026-10-24T02:30")
    assert lines(schedule, "2026-10-24T00:30", "2026-10-27") == [
        "ada 10-24 00:30 - 10-25 00:30",
        "ben 10-25 00:30 - 10-26 01:30",
        "cho 10-26 01:30 - 10-27 00:00",
    ]
    for at in ("2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:29", "2026-10-25T01:45"):
        assert on_call(schedule, utc(at)) == ["ben"]


def test_a_turn_of_no_length_is_left_out_and_the_count_goes_on() -> None:
    schedule = a_schedule("Europe/Berlin", every="1h", start="2026-03-29T00:00")
    assert lines(schedule, "2026-03-28T23:00", "2026-03-29T04:00") == [
        "ada 03-28 23:00 - 03-29 00:00",
        "ben 03-29 00:00 - 03-29 01:00",
        # cho's turn at 02:00 is skipped by the clocks.
        "ada 03-29 01:00 - 03-29 02:00",
        "ben 03-29 02:00 - 03-29 03:00",
        "cho 03-29 03:00 - 03-29 04:00",
    ]


def test_an_hour_that_happens_twice_is_one_turn_of_two_hours() -> None:
    schedule = a_schedule("Europe/Berlin", every="1h", start="2026-10-25T01:00")
    assert lines(schedule, "2026-10-24T23:00", "2026-10-25T03:00") == [
        "ada 10-24 23:00 - 10-25 00:00",
        "ben 10-25 00:00 - 10-25 02:00",
        "cho 10-25 02:00 - 10-25 03:00",
    ]
    assert on_call(schedule, utc("2026-10-25T01:30")) == ["ben"]


def test_a_start_with_an_offset_is_the_instant_it_names_even_the_second_of_two() -> None:
    schedule = a_schedule("Europe/Berlin", start="2026-10-25T02:30:00+01:00")
    assert on_call(schedule, utc("2026-10-25T01:29")) == []
    assert lines(schedule, "2026-10-24", "2026-10-27") == [
        "ada 10-25 01:30 - 10-26 01:30",
        "ben 10-26 01:30 - 10-27 00:00",
    ]


def test_a_day_that_the_month_lacks_is_its_last_day() -> None:
    schedule = a_schedule("UTC", every="1mo", start="2027-12-31T09:00", users=["ada", "ben"])
    starts = [shift.start for shift in shifts(schedule, utc("2027-12-31T09:00"), utc("2028-05-01"))]
    assert starts == [
        utc("2027-12-31T09:00"),
        utc("2028-01-31T09:00"),
        utc("2028-02-29T09:00"),
        utc("2028-03-31T09:00"),
        utc("2028-04-30T09:00"),
    ]


def test_lord_howe_sets_its_clocks_by_half_an_hour() -> None:
    spring = a_schedule("Australia/Lord_Howe", start="2026-10-03T02:15")
    assert lines(spring, "2026-10-02T15:45", "2026-10-05T00:00") == [
        "ada 10-02 15:45 - 10-03 15:30",  # 02:15 on the 4th does not exist: 02:30, UTC+11
        "ben 10-03 15:30 - 10-04 15:15",
        "cho 10-04 15:15 - 10-05 00:00",
    ]
    autumn = a_schedule("Australia/Lord_Howe", start="2026-04-04T01:45")
    assert lines(autumn, "2026-04-03T14:45", "2026-04-06") == [
        "ada 04-03 14:45 - 04-04 14:45",  # 01:45 on the 5th, the first time, still UTC+11
        "ben 04-04 14:45 - 04-05 15:15",
        "cho 04-05 15:15 - 04-06 00:00",
    ]


def test_apia_skipped_a_whole_day() -> None:
    schedule = a_schedule("Pacific/Apia", start="2011-12-28T09:00")
    assert lines(schedule, "2011-12-28T19:00", "2012-01-01") == [
        "ada 12-28 19:00 - 12-29 19:00",
        "ben 12-29 19:00 - 12-30 10:00",
        "cho 12-30 10:00 - 12-30 19:00",  # the 30th was skipped; clocks went on at midnight of the 31st
        "ada 12-30 19:00 - 12-31 19:00",
        "ben 12-31 19:00 - 01-01 00:00",
    ]
    midnights = a_schedule("Pacific/Apia", start="2011-12-28T00:00")
    assert [line[:3] for line in lines(midnights, "2011-12-28T10:00", "2012-01-01")] == [
        "ada",
        "ben",
        "ada",
        "ben",
    ]
    fridays = a_schedule(
        "Pacific/Apia",
        start="2011-12-01T00:00",
        users=["ada"],
        hours=[{"days": ["fri"], "from": "00:00", "to": "24:00"}],
    )
    assert lines(fridays, "2011-12-25", "2012-01-05") == []


def test_casablanca_goes_back_for_ramadan() -> None:
    schedule = a_schedule("Africa/Casablanca", start="2026-02-14T02:30")
    assert lines(schedule, "2026-02-14T01:30", "2026-02-17") == [
        "ada 02-14 01:30 - 02-15 01:30",
        "ben 02-15 01:30 - 02-16 02:30",
        "cho 02-16 02:30 - 02-17 00:00",
    ]


@pytest.mark.parametrize(
    ("zone", "local", "first", "last"),
    [
        ("Asia/Kathmandu", "1986-01-01T00:10", "1985-12-31T18:30", "1985-12-31T18:30"),
        ("America/St_Johns", "2006-10-29T00:00:30", "2006-10-29T02:30:30", "2006-10-29T03:30:30"),
        ("Asia/Tehran", "2022-09-21T23:30", "2022-09-21T19:00", "2022-09-21T20:00"),
        ("Asia/Tehran", "2026-03-22T00:30", "2026-03-21T21:00", "2026-03-21T21:00"),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("Africa/Monrovia", "1972-01-07T00:30", "1972-01-07T00:44:30", "1972-01-07T00:44:30"),
        ("America/Havana", "2023-11-05T00:30", "2023-11-05T04:30", "2023-11-05T05:30"),
    ],
)
def test_a_clock_time_is_its_first_and_its_last_instant(zone: str, local: str, first: str, last: str) -> None:
    shown = datetime.fromisoformat(local)
    assert zones.first(shown, zones.zone(zone)) == utc(first)
    assert zones.last(shown, zones.zone(zone)) == utc(last)


def test_a_window_overnight_belongs_to_the_day_it_starts_on() -> None:
    schedule = a_schedule(
        "UTC",
        start="2026-01-01T00:00",
        users=["ada"],
        hours=[{"days": ["fri"], "from": "22:00", "to": "06:00"}],
    )
    assert lines(schedule, "2026-01-09", "2026-01-16") == ["ada 01-09 22:00 - 01-10 06:00"]
    assert on_call(schedule, utc("2026-01-09T03:00")) == []


@pytest.mark.parametrize(("opens", "closes"), [("00:00", "24:00"), ("00:00", "00:00")])
def test_a_window_of_the_whole_day_joins_the_next_one(opens: str, closes: str) -> None:
    schedule = a_schedule(
        "Europe/Berlin",
        start="2026-01-01T00:00",
        users=["ada"],
        hours=[{"days": ["sat", "sun"], "from": opens, "to": closes}],
    )
    assert lines(schedule, "2026-03-26", "2026-04-01") == ["ada 03-27 23:00 - 03-29 22:00"]


def test_a_window_from_nine_to_nine_runs_round_the_clock() -> None:
    hours = [{"days": ["mon", "tue"], "from": "09:00", "to": "09:00"}]
    schedule = a_schedule("UTC", start="2026-01-01T00:00", users=["ada"], hours=hours)
    assert lines(schedule, "2026-01-03", "2026-01-10") == ["ada 01-05 09:00 - 01-07 09:00"]


def test_a_window_opens_the_first_time_and_closes_the_last() -> None:
    hours = [{"days": ["sun"], "from": "02:15", "to": "02:45"}]
    schedule = a_schedule("Europe/Berlin", start="2026-01-01T00:00", users=["ada"], hours=hours)
    assert lines(schedule, "2026-10-24", "2026-10-27") == ["ada 10-25 00:15 - 10-25 01:45"]
    assert lines(schedule, "2026-03-28", "2026-04-03") == []  # skipped altogether


def test_a_window_leaves_the_rotation_as_it_is() -> None:
    hours = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}]
    schedule = a_schedule("UTC", every="1d", start="2026-01-05T00:00", hours=hours)
    assert lines(schedule, "2026-01-09", "2026-01-13") == [
        "ben 01-09 09:00 - 01-09 17:00",
        "ben 01-12 09:00 - 01-12 17:00",
    ]


def test_answers_are_refused_beyond_the_calendar() -> None:
    schedule = a_schedule("UTC", start="2026-01-05T00:00")
    with pytest.raises(zones.OutsideCalendar, match="1970 to 2199"):
        on_call(schedule, datetime.max.replace(tzinfo=UTC))
    with pytest.raises(ValueError, match="needs an offset"):
        on_call(schedule, datetime(2026, 1, 5))
    assert on_call(schedule, datetime(2199, 12, 31, 23, tzinfo=UTC)) != []


def test_a_layer_lists_no_turn_without_length() -> None:
    (layer,) = a_schedule("Europe/Berlin", every="1h", start="2026-03-29T00:00").strands
    turns = list(layer.turns(utc("2026-03-28T23:00"), utc("2026-03-29T04:00")))
    assert [turn.user for turn in turns] == ["ada", "ben", "ada", "ben", "cho"]
    assert all(turn.start < turn.end for turn in turns)


def test_clocks_set_back_over_midnight_show_a_day_again_while_the_next_days_window_is_open() -> None:
    # St. John's, 2006-10-29: at 00:01 (02:31 UTC) clocks went back to 23:01 of the Saturday.
    hours = [{"days": ["sun"], "from": "00:00", "to": "08:00"}]
    schedule = a_schedule("America/St_Johns", start="2006-01-01T00:00", users=["ada"], hours=hours)
    assert on_call(schedule, utc("2006-10-29T03:00")) == ["ada"]
    assert lines(schedule, "2006-10-29T03:00", "2006-10-29T03:10") == ["ada 10-29 03:00 - 10-29 03:10"]
    assert lines(schedule, "2006-10-28", "2006-10-30") == ["ada 10-29 02:30 - 10-29 11:30"]


def test_clocks_set_back_over_midnight_keep_the_window_of_the_day_before_yesterday_open() -> None:
    hours = [{"days": ["fri"], "from": "23:59", "to": "23:59"}]
    schedule = a_schedule("America/St_Johns", start="2006-01-01T00:00", users=["ada"], hours=hours)
    # Sunday 00:00:30 for the first time; Saturday's 23:59, when Friday's window closes, is still to come again.
    assert on_call(schedule, utc("2006-10-29T02:30:30")) == ["ada"]
    assert lines(schedule, "2006-10-29T02:30:30", "2006-10-29T02:30:50") == ["ada 10-29 02:30 - 10-29 02:30"]
    assert lines(schedule, "2006-10-28T12:00", "2006-10-30") == ["ada 10-28 12:00 - 10-29 03:29"]
