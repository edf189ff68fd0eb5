"""When a provider asks to be tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.channels.retry_after import retry_after
from tests.builders import NOON


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 1),
        ("1000000000", 600),
        ("9" * 5000, 600),
        ("Mon, 02 Mar 2026 12:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 13:01:00 +0100", 60),
        ("Mon, 02 Mar 2020 12:00:00 GMT", 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 600),
    ],
)
def test_seconds_and_dates_are_understood_and_kept_in_bounds(header: str, seconds: float) -> None:
    assert retry_after(header, NOON) == seconds


@pytest.mark.parametrize(
    "header",
    [None, "", "soon", "-5", "1.5", "1e3", "nan", "٣", "0x10", "Mon, 99 Foo 2026"],
)
def test_what_says_nothing_is_passed_over(header: str | None) -> None:
    assert retry_after(header, NOON) is None


@given(st.text(max_size=60))
def test_no_header_ever_raises(header: str) -> None:
    asked = retry_after(header, NOON)
    assert asked is None or 1 <= asked <= 600
