"""A difference is one line that says what was expected and what came."""

from datetime import UTC, datetime, timedelta
from typing import Any

from roust.domain.notification import Message, MessageKind, Result
from tests.builders import an_alert
from worker.rehearsal.difference import differences
from worker.rehearsal.play import Played
from worker.rehearsal.recording import Sent
from worker.rehearsal.script import Expectation

BEGINS = datetime(2026, 3, 2, 12, tzinfo=UTC)


def came(*pages: tuple[int, str, str, int, int], outcome: str = "exhausted", why: str = "") -> Played:
    sent = [
        Sent(
            Message(
                kind=MessageKind.PAGE,
                key=f"{number}",
                alert=an_alert(),
                user=user,
                contact=contact,
                at=BEGINS + timedelta(seconds=after, milliseconds=70),
                step=step,
                pass_=pass_,
            ),
            Result.SENT,
        )
        for number, (after, user, contact, step, pass_) in enumerate(pages)
    ]
    return Played(BEGINS, timedelta(hours=1), outcome, [why], sent)


def said(played: Played, *pages: dict[str, Any], **more: Any) -> list[str]:
    return differences(Expectation.model_validate({"pages": list(pages), **more}), played)


ADA: dict[str, Any] = {"after": "0s", "user": "ada", "contact": "push", "step": 1, "pass": 1}
BEN: dict[str, Any] = {"after": "5m", "user": "ben", "contact": "mail", "step": 2, "pass": 1}


def test_what_came_as_expected_is_no_difference() -> None:
    played = came((0, "ada", "push", 1, 1), (300, "ben", "mail", 2, 1))
    assert said(played, BEN, ADA, outcome="exhausted") == []


def test_a_page_that_did_not_come_is_told() -> None:
    assert said(came(), ADA) == ["expected 0s ada by push (step 1, pass 1): did not happen"]


def test_a_page_that_nobody_expected_is_told() -> None:
    played = came((0, "ada", "push", 1, 1), (300, "ben", "mail", 2, 1))
    assert said(played, ADA) == ["5m ben by mail (step 2, pass 1): not expected"]


def test_a_page_at_another_time_is_one_difference_not_two() -> None:
    assert said(came((600, "ben", "mail", 2, 1)), BEN) == ["expected 5m ben by mail (step 2, pass 1): came at 10m"]


def test_a_page_of_another_step_is_one_difference_not_two() -> None:
    told = said(came((300, "ben", "mail", 1, 2)), BEN)
    assert told == ["expected 5m ben by mail (step 2, pass 1): came as step 1, pass 2, cycle 1"]


def test_the_same_page_twice_is_not_the_same_as_once() -> None:
    played = came((0, "ada", "push", 1, 1), (0, "ada", "push", 1, 1))
    assert said(played, ADA) == ["0s ada by push (step 1, pass 1): not expected"]
    assert said(played, ADA, ADA) == []


def test_what_is_left_out_may_be_any_and_takes_no_page_from_a_more_precise_one() -> None:
    vague = {"after": "0s", "user": "ada", "contact": "push"}
    played = came((0, "ada", "push", 1, 1), (0, "ada", "push", 1, 2))
    assert said(played, vague, ADA) == []


def test_a_page_that_was_refused_is_no_page() -> None:
    played = came((0, "ada", "push", 1, 1))
    refused = Played(BEGINS, played.length, "exhausted", [], [Sent(played.sent[0].message, Result.REFUSED)])
    assert said(refused, ADA) == ["expected 0s ada by push (step 1, pass 1): did not happen"]


def test_an_empty_list_means_no_page_at_all_and_none_that_pages_are_not_looked_at() -> None:
    played = came((0, "ada", "push", 1, 1))
    assert said(played) == ["0s ada by push (step 1, pass 1): not expected"]
    assert differences(Expectation(), played) == []


def test_another_outcome_is_told_with_the_reason_where_a_rule_made_it() -> None:
    assert said(came(), outcome="acknowledged") == ["expected outcome acknowledged: it is exhausted"]
    dropped = came(outcome="dropped", why="route 1 drops it")
    assert said(dropped, outcome="triggered") == ["expected outcome triggered: it is dropped (route 1 drops it)"]
