"""The words of a page, for somebody half asleep at 03:00 with a phone."""

from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from activities.wording import worded
from roust.domain.alert import Link
from roust.domain.notification import LAST_RESORT, OUTSIDE, REASSIGNED
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.builders import NOON, an_alert

FULL = an_alert(
    summary="checkout burns its error budget",
    description="Error ratio is 4.2 % over 5 minutes.",
    impact="Customers cannot pay",
    runbook="https://runbooks.example.com/checkout",
    source="prometheus",
    labels={"region": "eu-west-1", "slo": "availability"},
    links=[Link(href="https://grafana.example.com/d/1", text="Dashboard"), Link(href="javascript:alert(1)", text="no")],
    details={"ratio": 0.042},
    truncated=True,
    count=7,
)


def test_the_first_line_says_it_all() -> None:
    words = worded(a_message(alert=FULL))
    assert words.subject == "[P1] checkout: checkout burns its error budget"
    assert words.text.splitlines()[0] == words.subject


def test_a_page_says_what_a_responder_needs() -> None:
    message = a_message(alert=FULL, time_zone="Europe/Berlin", delayed_since=NOON + timedelta(minutes=2))
    words = worded(message)
    assert words.html is not None
    for said in (
        "checkout burns its error budget",
        "P1, urgency high",
        "Mon 2 Mar 13:00 Europe/Berlin (12:00 UTC)",
        "step 2 of 3, pass 1 of 3",
        "delayed: was due at Mon 2 Mar 13:02",
        "https://runbooks.example.com/checkout",
        "https://grafana.example.com/d/1",
        "Customers cannot pay",
        "Error ratio is 4.2 % over 5 minutes.",
        "region=eu-west-1",
        "0.042",
        "7 times so far",
        "too long and was cut",
        message.answer_url or "-",
    ):
        assert said in words.text
        assert said in words.html
    assert "javascript:" not in words.text + words.html


def test_the_answer_comes_before_everything_but_the_first_line() -> None:
    words = worded(a_message(alert=FULL))
    assert words.text.index("/a/") < words.text.index("Since")


def test_a_long_summary_leaves_the_answer_in_sight_and_is_told_whole_below() -> None:
    summary = "checkout is down because " + "of this and that and " * 20 + "the end"
    words = worded(a_message(alert=an_alert(summary=summary)))
    assert words.text.index("/a/") < 600
    assert summary in words.text


def test_a_reader_in_utc_is_told_the_hour_once() -> None:
    assert "Mon 2 Mar 12:00 UTC\n" in worded(a_message()).text


def test_a_zone_that_nobody_knows_is_read_in_utc() -> None:
    assert "Mon 2 Mar 12:00 UTC" in worded(a_message(time_zone="Mars/Olympus")).text


def test_the_last_resort_is_told_that_nobody_else_answered() -> None:
    message = a_message(step=OUTSIDE, occasion=f"{LAST_RESORT}-1")
    assert "last resort: nobody else has answered" in worded(message).text


def test_whom_an_alert_is_given_to_is_told_so() -> None:
    assert "reassigned to you" in worded(a_message(step=OUTSIDE, occasion=REASSIGNED)).text


def test_that_it_is_over_is_said_first_and_asks_nothing() -> None:
    words = worded(a_message(kind="resolved", answer_url=None, note="Resolved by ada."))
    assert words.subject == "Resolved: [P1] checkout: checkout is down"
    assert "Resolved by ada." in words.text
    assert "/a/" not in words.text + (words.html or "")


def test_a_reminder_says_that_it_is_one() -> None:
    words = worded(a_message(kind="reminder", note="Not resolved for 25m."))
    assert words.subject == "Reminder: [P1] checkout: checkout is down"
    assert "Not resolved for 25m." in words.text


@pytest.mark.parametrize("template", ["{{ nothing_of_that_name }}", "{% if %}", "{{ 1 / 0 }}"])
@pytest.mark.parametrize("broken", ["message.txt", "message.html"])
def test_a_broken_template_still_pages_in_plain_words(template: str, broken: str) -> None:
    whole = {"message.txt": "fine", "message.html": "fine"} | {broken: template}
    message = a_message(alert=FULL)
    words = worded(message, Environment(loader=DictLoader(whole), undefined=_strict(), autoescape=True))
    assert words.html is None
    assert words.subject == "[P1] checkout: checkout burns its error budget"
    assert words.subject in words.text
    assert message.answer_url is not None
    assert message.answer_url in words.text


@pytest.mark.parametrize("alert", corpus().values(), ids=corpus())
def test_no_source_writes_markup_or_programs_into_a_page(alert: object) -> None:
    words = worded(a_message(alert=alert))
    assert words.html is not None
    assert "<script" not in words.html
    assert "<img" not in words.html
    assert 'href="javascript:' not in words.html.lower()
    assert "49" not in words.subject
    assert "\n" not in words.subject


def test_the_page_is_the_rooms_own_template() -> None:
    import activities.wording as wording

    folder = Path(wording.__file__).parent / "templates"
    assert {path.name for path in folder.iterdir()} == {
        *("mail.html", "message.txt", "message.html", "notice.txt", "notice.html"),
        *("digest.txt", "digest.html", "notice_outage.html", "notice_style.css"),
    }


def _strict() -> type:
    from jinja2 import StrictUndefined

    return StrictUndefined
