"""Cut to size: whatever a source wrote, what enters Temporal is bounded and can be written."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain.alert import Event, Link
from roust.domain.routing import dedup_key
from roust.domain.sizing import MOST_DATA, MOST_REPEAT, MOST_TEXT, sized, sized_repeat
from roust.domain.text import cut, weight


def bytes_of(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def text_bytes(event: Event) -> int:
    return weight(event.summary) + weight(event.description)


def data_bytes(event: Event) -> int:
    dumped = event.model_dump(mode="json")
    return sum(bytes_of(dumped[name]) for name in ("labels", "links", "details"))


def test_what_fits_is_kept_as_it_is() -> None:
    event = Event(
        summary="checkout is down",
        description="two\nlines",
        dedup_key="k",
        source="prober",
        severity="critical",
        labels={"a": "b"},
        links=[Link(href="https://x.example", text="x")],
        details={"a": [1, 2.5, None, True, {"b": "c"}], "n": -3},
    )
    assert sized(event) == event
    assert sized_repeat(event) == event


@pytest.mark.parametrize(
    "parts",
    [
        {"summary": "x" * 1025},
        {"summary": "x", "description": "y" * 5000},
        {"summary": "\U0001f525" * 1024, "description": "y"},
        {"labels": {f"l{n}": "v" * 100 for n in range(1000)}},
        {"labels": {"l": "v" * 2000}},
        {"details": {"d": "v" * 20_000}},
        {"details": {f"k{n}": n for n in range(100_000)}},
        {"details": {"d": ["x"] * 100_000}},
        {"links": [Link(href="https://x.example/" + "x" * 1000) for _ in range(50)]},
        {"source": "s" * 300},
    ],
)
def test_what_is_too_much_is_cut_and_said(parts: dict[str, Any]) -> None:
    event = sized(Event(**({"summary": "x"} | parts)))
    assert event.truncated
    assert text_bytes(event) <= MOST_TEXT
    assert data_bytes(event) <= MOST_DATA + 16
    assert len(event.summary) <= 1024
    assert event.summary


def test_a_cut_falls_between_characters() -> None:
    event = sized(Event(summary="x", description="a" + "\U0001f525" * 5000))
    assert set(event.description) == {"a", "\U0001f525"}
    assert MOST_TEXT - 5 < text_bytes(event) <= MOST_TEXT


def test_labels_keep_their_place_before_details() -> None:
    labels = {f"l{n}": "v" for n in range(100)}
    event = sized(Event(summary="x", labels=labels, details={"d": "v" * 50_000}))
    assert event.labels == labels


def test_a_link_is_kept_whole_or_not_at_all() -> None:
    links = [Link(href="https://x.example/" + "x" * 20_000), Link(href="https://short.example", text="t")]
    assert sized(Event(summary="x", links=links)).links == [links[1]]


def test_the_dedup_key_is_that_of_the_whole_event() -> None:
    long, other = Event(summary="x" * 2000 + "a"), Event(summary="x" * 2000 + "b")
    assert sized(long).summary == sized(other).summary
    assert sized(long).dedup_key == dedup_key(long) != sized(other).dedup_key
    assert sized(sized(long)) == sized(long)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (2**63, str(2**63)),
        (-(2**53), -(2**53)),
        (1e308, 1e308),
        ("a\0b\ud800", "a\ufffdb\ufffd"),
        ({1: 2}, {"1": 2}),
        ((1, 2), [1, 2]),
        ({"a": object}, {"a": "<class 'object'>"}),
        ({"\ud800": 1}, {"\ufffd": 1}),
    ],
)
def test_what_cannot_travel_is_replaced(value: Any, kept: Any) -> None:
    event = sized(Event(summary="x", details={"v": value}))
    assert event.details == {"v": kept}


def test_a_broken_link_can_be_written_all_the_same() -> None:
    event = sized(Event(summary="x", links=[Link(href="https://x.example/\ud800\0", text="\udfff")]))
    assert Event.model_validate_json(event.model_dump_json()) == event


def test_what_is_nested_too_deeply_is_cut() -> None:
    deep: Any = "core"
    for _ in range(500):
        deep = {"d": [deep]}
    event = sized(Event(summary="x", details={"v": deep}))
    assert event.truncated
    assert "core" not in event.model_dump_json()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**60, max_value=2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=3000),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=20), inner, max_size=30),
    max_leaves=30,
)
WORDS = st.text(st.characters(exclude_categories=()), max_size=6000)
EVENTS = st.builds(
    Event.model_construct,
    summary=WORDS,
    description=WORDS,
    dedup_key=st.none() | WORDS,
    source=WORDS,
    severity=st.none() | WORDS,
    labels=st.dictionaries(WORDS, WORDS, max_size=20),
    links=st.lists(st.builds(Link.model_construct, href=WORDS, text=WORDS), max_size=20),
    details=st.dictionaries(WORDS, JSON, max_size=10),
)


@settings(max_examples=50, deadline=None)
@given(event=EVENTS)
def test_any_event_comes_out_bounded_and_can_be_written(event: Event) -> None:
    whole, repeat = sized(event), sized_repeat(event)
    assert text_bytes(whole) <= MOST_TEXT
    assert data_bytes(whole) <= MOST_DATA + 16  # the outermost brackets
    names = ("summary", "description", "source", "severity", "labels", "links", "details")
    dumped = repeat.model_dump(mode="json")
    assert sum(bytes_of(dumped[name]) for name in names) <= MOST_REPEAT + 32
    for made in (whole, repeat):
        assert Event.model_validate_json(made.model_dump_json()) == made
        json.dumps(made.model_dump(mode="json"), allow_nan=False)
        assert "\0" not in made.summary + made.description + (made.dedup_key or "")
    assert sized(whole).truncated == whole.truncated


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200), most=st.integers(-5, 300))
def test_a_cut_is_the_longest_beginning_that_fits(text: str, most: int) -> None:
    kept = cut(text, most)
    assert text.startswith(kept)
    assert weight(kept) <= max(most, 0)
    if len(kept) < len(text):
        assert weight(text[: len(kept) + 1]) > most
