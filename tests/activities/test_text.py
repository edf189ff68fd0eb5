"""Cleaning text, and masking addresses in what providers say."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import text
from tests.activities.hostile import VALUES, WORDS

ANYTHING = st.text(alphabet=st.characters(), max_size=300) | st.sampled_from(list(WORDS.values()))


@given(ANYTHING, st.integers(10, 300))
def test_a_line_is_one_printable_line_within_its_cap(word: str, cap: int) -> None:
    cleaned = text.line(word, cap)
    assert len(cleaned) <= cap
    assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    cleaned.encode()


@given(ANYTHING)
def test_a_body_keeps_its_lines_and_can_be_written_anywhere(word: str) -> None:
    cleaned = text.body(word)
    assert len(cleaned) <= text.BODY_CAP
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") for c in cleaned)
    cleaned.encode()


def test_ordinary_words_stay_as_they_are() -> None:
    said = "Größe 5 GB, naïve café, 日本語, עברית, 👩\u200d🚒 and\n\ta second line"
    assert text.body(said) == said


@pytest.mark.parametrize("found", VALUES.values(), ids=VALUES)
def test_any_value_becomes_plain_json_of_bounded_size(found: object) -> None:
    written = json.dumps(text.value(found), allow_nan=False)
    assert len(written) < 100_000


@pytest.mark.parametrize(
    ("address", "said", "heard"),
    [
        ("ada@example.com", "550 <ada@example.com>: unknown", "550 <***>: unknown"),
        ("ada@example.com", "550 ADA@EXAMPLE.COM unknown", "550 *** unknown"),
        ("ada@example.com", "user ada, adamant", "user ***, adamant"),
        ("ada@example.com", "user ad\x00a", "user ***"),
        ("ada@example.com", "rcpt ada%40example.com", "rcpt ***%40example.com"),
        ("ada@example.com", "forwarded to her.other@home.example", "forwarded to ***"),
        ("+447700900001", "To +44 7700 900001 is invalid", "To *** is invalid"),
        ("+447700900001", "07700-900-001 is off, error 21211", "*** is off, error 21211"),
        ("https://h.example.com/x/s3cret?t=tok", "GET https://h.example.com/x/s3cret?t=tok 404", "GET *** 404"),
        (
            "https://h.example.com/x/s3cret?t=tok",
            "no route s3cret on H.example.com for tok",
            "no route *** on *** for ***",
        ),
        ("U012AB3CD", "user U012AB3CD not found", "user *** not found"),
    ],
)
def test_a_providers_words_tell_no_address(address: str, said: str, heard: str) -> None:
    assert text.provider_words(said, address) == heard


ADDRESSES = st.sampled_from(
    ["canary@example.com", "+447700900001", "https://hooks.example.com/canary-path/x?token=canary", "U0CANARY"]
)


@given(ADDRESSES, st.text(max_size=50), st.text(max_size=50))
def test_no_address_survives_in_any_company(address: str, before: str, after: str) -> None:
    heard = text.provider_words(f"{before} {address} {after}", address)
    assert address.lower() not in heard.lower()
    assert len(heard) <= 200


@pytest.mark.parametrize("said", ["x" * 10**6, "a@" * 10**5, "1 " * 10**5, "@" * 10**5, "http://" * 10**5])
@pytest.mark.timeout(5)
def test_no_provider_can_hold_us_up_with_its_words(said: str) -> None:
    for address in ("ada@example.com", "+447700900001", "https://h.example.com/a/b?c=d"):
        assert len(text.provider_words(said, address)) <= 200
