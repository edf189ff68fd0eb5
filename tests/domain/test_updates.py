"""Status updates: what a responder tells the stakeholders, and the promise of more."""

from datetime import timedelta

import pytest

from roust.domain.news import News
from roust.domain.timeline import Kind
from roust.domain.updates import MOST_UPDATES, forgotten, post, promise_ends, promise_refusal, update_refusal
from tests.builders import NOON
from tests.fakes.world import World, step

HALF_PAST = NOON + timedelta(minutes=30)


def a_world() -> World:
    return World(steps=[step("ada"), step("ben", wait="10m")])


def test_an_update_stands_in_the_timeline_with_who_wrote_it_and_changes_no_page() -> None:
    w = a_world()
    w.run(600, [(60, lambda w: post(w.story, "We look into it.", HALF_PAST, "ada", w.now))])
    (entry,) = (e for e in w.story.timeline.entries if e.kind is Kind.UPDATE)
    assert (entry.user, entry.text, entry.at) == ("ada", "We look into it.", NOON + timedelta(seconds=60))
    assert entry.why == "the next news is promised for 2026-03-02 12:30 UTC"
    assert entry.data == {"number": 1, "next": HALF_PAST.isoformat()}
    assert w.pages == [(0, "ada"), (300, "ben")]


def test_updates_are_numbered_and_the_latest_ones_kept_through_json() -> None:
    w = a_world()
    for number in range(MOST_UPDATES + 5):
        post(w.story, f"news {number}", None, "ada", NOON)
    again = News.model_validate_json(w.story.news.model_dump_json())
    assert [update.number for update in again.updates] == list(range(6, MOST_UPDATES + 6))
    assert again.latest is not None
    assert again.latest.text == f"news {MOST_UPDATES + 4}"


def test_an_update_keeps_the_promise_and_may_make_a_new_one() -> None:
    w = a_world()
    post(w.story, "one", HALF_PAST, "ada", NOON)
    assert promise_ends(w.story) == HALF_PAST
    post(w.story, "two", None, "ada", NOON)
    assert promise_ends(w.story) is None
    post(w.story, "three", HALF_PAST, "ada", NOON)
    assert promise_ends(w.story) == HALF_PAST


def test_whoever_has_it_is_reminded_once_when_the_promise_has_passed() -> None:
    w = a_world()
    post(w.story, "one", HALF_PAST, "ben", NOON)
    assert forgotten(w.story, HALF_PAST - timedelta(seconds=1)) is None
    w.acknowledge("ada")
    assert forgotten(w.story, HALF_PAST) == "ada"
    assert forgotten(w.story, HALF_PAST) is None
    assert promise_ends(w.story) is None
    post(w.story, "two", HALF_PAST, "ben", NOON)
    assert forgotten(w.story, HALF_PAST) == "ada"


def test_while_nobody_has_it_whoever_promised_is_reminded() -> None:
    w = a_world()
    post(w.story, "one", HALF_PAST, "ben", NOON)
    assert forgotten(w.story, HALF_PAST) == "ben"


def test_of_what_is_over_no_news_is_owed() -> None:
    w = a_world()
    post(w.story, "one", HALF_PAST, "ben", NOON)
    w.resolve()
    assert (promise_ends(w.story), forgotten(w.story, HALF_PAST)) == (None, None)


@pytest.mark.parametrize(("text", "said"), [("", "empty"), (" \n", "empty"), ("x" * 2001, "at most 2000 characters")])
def test_an_update_says_something_and_not_too_much(text: str, said: str) -> None:
    assert said in (update_refusal(text, None, NOON) or "")
    assert update_refusal("x" * 2000, None, NOON) is None


@pytest.mark.parametrize("ahead", [-timedelta(hours=1), timedelta(0), timedelta(days=8), timedelta(days=9999)])
def test_news_is_promised_for_a_time_to_come_within_the_week(ahead: timedelta) -> None:
    assert promise_refusal(NOON + ahead, NOON) == "the next news is due 1m to 1w from now"
    assert promise_refusal(NOON + timedelta(minutes=1), NOON) is None
    assert promise_refusal(NOON + timedelta(days=7), NOON) is None
