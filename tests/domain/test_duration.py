"""Durations as people write them: `45s`, `5m`, `1h30m`, `2d`, `1w`."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from roust.domain.duration import Duration, format_duration, parse_duration, told_duration

TEN_YEARS = 3660 * 86_400


class Held(BaseModel):
    wait: Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45s", 45),
        ("5m", 300),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1w1d1h1m1s", 694_861),
        ("90m", 5400),
        ("0", 0),
        ("0s", 0),
        (" 5m ", 300),
        ("3660d", TEN_YEARS),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "5", "5 m", "m", "-5m", "1.5h", "5min", "30m1h", "5m5m", "1mo", "5M", "5m\n5s", "٥x", "٥m", "５m"]
)
def test_what_is_no_duration_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 45s, 5m, 1h30m, 2d or 1w"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["3660d1s", "99999w", "9" * 13 + "s", "1w" + "0" * 40 + "1s"])
def test_more_than_ten_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most 10 years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [("4w2d", "30d"), ("521w3d", "3650d"), ("2w", "2w"), ("1w1d1h", "8d1h"), ("6d23h", "6d23h"), ("90m", "1h30m")],
)
def test_people_are_told_days_where_weeks_do_not_come_out_even(text: str, told: str) -> None:
    assert told_duration(parse_duration(text)) == told
    assert parse_duration(told) == parse_duration(text)


@given(st.integers(0, TEN_YEARS))
def test_what_is_written_is_read_as_the_same_length(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert parse_duration(format_duration(length)) == length


@given(st.integers(0, TEN_YEARS))
def test_a_field_survives_json(seconds: int) -> None:
    held = Held(wait=timedelta(seconds=seconds))
    assert Held.model_validate_json(held.model_dump_json()) == held


@given(st.text(max_size=30))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        length = parse_duration(text)
    except ValueError:
        return
    assert timedelta(0) <= length <= timedelta(seconds=TEN_YEARS)


@pytest.mark.parametrize("value", [5, 5.0, True, False])
def test_a_bare_number_needs_a_unit(value: object) -> None:
    with pytest.raises(ValidationError, match="a duration needs a unit"):
        Held.model_validate({"wait": value})


def test_zero_needs_no_unit() -> None:
    assert Held.model_validate({"wait": 0}).wait == timedelta(0)


def test_the_shortest_writing_is_chosen() -> None:
    assert [format_duration(timedelta(seconds=s)) for s in (0, 60, 5400, 86_400, 604_801)] == [
        "0s",
        "1m",
        "1h30m",
        "1d",
        "1w1s",
    ]
