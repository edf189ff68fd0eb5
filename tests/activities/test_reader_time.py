"""Times for a reader in their own zone."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.reader_time import ReaderTime, lasting
from tests.builders import NOON


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "Mon 2 Mar, 12:00 UTC"),
        ("Europe/Berlin", "Mon 2 Mar, 13:00 (Berlin time, UTC+1)"),
        ("America/Argentina/Buenos_Aires", "Mon 2 Mar, 09:00 (Buenos Aires time, UTC-3)"),
        ("Asia/Kolkata", "Mon 2 Mar, 17:30 (Kolkata time, UTC+5:30)"),
        ("Pacific/Kiritimati", "Tue 3 Mar, 02:00 (Kiritimati time, UTC+14)"),
        ("Europe/London", "Mon 2 Mar, 12:00 (London time, UTC)"),
        ("Etc/GMT+5", "Mon 2 Mar, 07:00 (UTC-5)"),
        ("Not/AZone", "Mon 2 Mar, 12:00 UTC"),
        ("../../etc/passwd", "Mon 2 Mar, 12:00 UTC"),
        ("", "Mon 2 Mar, 12:00 UTC"),
    ],
)
def test_a_time_says_whose_it_is(zone: str, said: str) -> None:
    assert ReaderTime(zone).full(NOON) == said


def test_a_zone_is_named_as_it_is_on_that_day() -> None:
    berlin = ReaderTime("Europe/Berlin")
    assert berlin.full(datetime(2026, 7, 1, 10, tzinfo=UTC)) == "Wed 1 Jul, 12:00 (Berlin time, UTC+2)"
    # Both half past two of the autumn night are told apart.
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert berlin.full(first) == "Sun 25 Oct, 02:30 (Berlin time, UTC+2)"
    assert berlin.full(second) == "Sun 25 Oct, 02:30 (Berlin time, UTC+1)"


def test_a_later_time_has_its_day_where_it_is_another_for_the_reader() -> None:
    late = NOON + timedelta(hours=11, minutes=30)
    assert ReaderTime("UTC").short(late, NOON) == "23:30"
    assert ReaderTime("Europe/Berlin").short(late, NOON) == "Tue 3 Mar, 00:30"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (4800, "1 hour 20 minutes"),
        (86_400, "1 day"),
        (183_900, "2 days 3 hours"),
    ],
)
def test_a_length_is_told_in_words(seconds: int, said: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == said
