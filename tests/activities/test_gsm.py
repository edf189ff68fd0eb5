"""What a letter costs in a text message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.channels.gsm import capacity, length, narrow, plain, segments, shortened


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("𝒳" * 35, 1),
        ("𝒳" * 36, 2),
    ],
)
def test_segments_are_counted_as_they_are_billed(text: str, count: int) -> None:
    assert segments(text) == count


def test_typographic_signs_and_pictures_do_not_double_the_price() -> None:
    said = plain("🔥 “checkout” – it’s down… façade Škoda ½ → 99 %\u00a0full")
    assert narrow(said)
    assert said == ' "checkout" - it\'s down... facade Skoda 1/2 -> 99 % full'


def test_another_script_is_left_as_it_is() -> None:
    assert plain("Платежи 支払い") == "Платежи 支払い"
    assert not narrow("Платежи")


@settings(max_examples=60)
@given(st.text(max_size=400), st.integers(min_value=3, max_value=306), st.booleans())
def test_what_is_shortened_fits_and_is_a_beginning(text: str, units: int, wide: bool) -> None:
    short = shortened(text, units, wide)
    assert length(short, wide) <= units
    assert short == text or text.startswith(short.removesuffix("..."))


def test_room_is_what_two_messages_hold() -> None:
    assert (capacity(1, False), capacity(2, False), capacity(2, True)) == (160, 306, 134)
