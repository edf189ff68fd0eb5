"""The words of a notice: what a head of support understands without asking."""

import re
from datetime import timedelta
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from activities.channels.sms_text import sms_text
from activities.notice_wording import NOTHING_TO_DO, worded_notice
from activities.wording import worded
from roust.domain.alert import AlertState
from roust.domain.notice import Moment, Notice
from roust.domain.notice_template import FIELDS, NoticeTemplate
from tests.activities.hostile import WORDS
from tests.activities.messages import a_message
from tests.activities.notices import ALERT, a_notice, an_update, in_hand, over, told
from tests.builders import NOON, an_alert


def text_of(*notices: Notice, **parts: Any) -> str:
    words = worded(told(*notices, **parts))
    assert words.html is not None
    return words.text


@pytest.mark.parametrize(
    ("notice", "subject", "said"),
    [
        (
            a_notice(),
            "Outage: Customers cannot pay",
            "nobody has answered yet. If nobody answers, the next attempt to reach somebody is at 13:05.",
        ),
        (in_hand(), "Being worked on: Customers cannot pay", "Ada Lovelace is working on it."),
        (
            a_notice(moment="exhausted", state="exhausted"),
            "Nobody has answered: Customers cannot pay",
            "Everybody on call has been notified, and nobody has answered yet. Those named as a last resort",
        ),
        (over(), "Resolved: Customers cannot pay", "It is over. It lasted 1 hour 20 minutes. Ada Lovelace was working"),
        (an_update(), "Update: Customers cannot pay", "Ada Lovelace writes:\n\nWe have found the cause: the bank's"),
        (
            a_notice(moment="standing", at=NOON + timedelta(minutes=5), next_due=NOON + timedelta(minutes=15)),
            "Ongoing outage: Customers cannot pay",
            "If nobody answers, the next attempt to reach somebody is at 13:15.",
        ),
        (
            in_hand(state="snoozed", next_due=NOON + timedelta(days=1)),
            "Being worked on: Customers cannot pay",
            "Ada Lovelace knows of it and has put it off for a while. At Tue 3 Mar, 13:00 the people on call",
        ),
        (
            over(assumed=True, owner=None),
            "Resolved: Customers cannot pay",
            "Nothing has been heard of it for a long time: it is taken to be over.",
        ),
    ],
)
def test_each_moment_says_what_it_means(notice: Notice, subject: str, said: str) -> None:
    words = worded(told(notice))
    assert words.subject == subject
    assert words.text.splitlines()[0] == subject
    assert said in words.text


def test_a_notice_says_since_when_in_the_readers_zone_and_when_to_expect_news() -> None:
    said = text_of(an_update())
    assert "Since     Mon 2 Mar, 13:00 (Berlin time, UTC+1), for 25 minutes" in said
    assert "The next news is due by 13:55." in said
    assert "Since     Mon 2 Mar, 12:00 UTC, for 25 minutes" in text_of(an_update(), time_zone="UTC")
    assert "The next news is due by 12:55." in text_of(an_update(), time_zone="UTC")


@pytest.mark.parametrize(
    ("follows", "said"),
    [
        (["triggered", "resolved"], "You will hear again when it is over."),
        (["acknowledged", "resolved"], "You will hear again when somebody has taken it on or it is over."),
        (["triggered"], "to reach somebody is at 13:05."),
    ],
)
def test_no_news_is_promised_that_the_group_did_not_ask_for(follows: list[str], said: str) -> None:
    assert text_of(a_notice(follows=follows)).split("\n\n")[1].endswith(said)


def test_a_promise_that_has_passed_is_not_repeated() -> None:
    late = in_hand(at=NOON + timedelta(hours=1), news_due=NOON + timedelta(minutes=55), follows=[])
    assert text_of(late).split("\n\n")[1] == "Ada Lovelace is working on it."


def test_a_service_without_impact_is_named() -> None:
    assert worded(told(a_notice(impact=None))).subject == "Outage: checkout is affected"
    assert worded(told(a_notice(impact=" \x00 "))).subject == "Outage: checkout is affected"


def test_nothing_for_engineers_is_in_a_notice() -> None:
    alert = an_alert(
        summary="SUMMARY", description="DESCRIPTION", dedup_key="DEDUP", labels={"LABEL": "x"}, source="SOURCE",
        details={"DETAIL": 1}, runbook="https://RUNBOOK.example.com",
    )  # fmt: skip
    for notices in ([a_notice()], [an_update()], [a_notice(), over(alert="x")]):
        words = worded(told(*notices, alert=alert, alert_url="https://INSIDE.example.com"))
        whole = words.subject + words.text + (words.html or "")
        for word in ("SUMMARY", "DESCRIPTION", "DEDUP", "LABEL", "DETAIL", "RUNBOOK", "SOURCE", "INSIDE", "http"):
            assert word not in whole


def test_whoever_is_paged_as_well_tells_the_two_apart() -> None:
    page, notice = worded(a_message()), worded(told(a_notice()))
    assert NOTHING_TO_DO in notice.text
    assert NOTHING_TO_DO in (notice.html or "")
    assert NOTHING_TO_DO not in page.text
    assert "acknowledge" not in notice.text.lower()
    assert page.subject.startswith("[P1]")
    assert not notice.subject.startswith("[")


def test_a_reader_can_say_which_outage_they_mean() -> None:
    said = text_of(a_notice())
    found = re.search(r"Reference: (\S+)", said)
    assert found is not None
    assert ALERT.startswith(found[1])
    assert len(found[1]) == len("checkout-01234567")


def test_every_moment_in_every_state_has_words() -> None:
    for moment in Moment:
        for state in AlertState:
            for owner in (None, "Ada Lovelace"):
                words = worded(told(a_notice(moment=moment, state=state, owner=owner, update="x")))
                assert words.html is not None
                assert "None" not in words.text
                assert "  ." not in words.text


# -- a group's own words -----------------------------------------------------------------------------


def test_a_groups_own_words_take_the_place_of_ours() -> None:
    template = NoticeTemplate(subject="{priority} | {impact}", text="Dear partners,\n{who} {news}\n{update}")
    words = worded(told(an_update(), template=template))
    assert words.subject == "P1 | Customers cannot pay"
    assert "Dear partners,\nAda Lovelace is working on it. The next news is due by 13:55.\nWe have found" in words.text
    assert "Since" not in words.text
    assert NOTHING_TO_DO in words.text
    assert "Dear partners,\nAda Lovelace" in (words.html or "")


def test_a_groups_own_text_is_under_its_own_heading() -> None:
    template = NoticeTemplate(subject="Störung: {impact}", text="Wir arbeiten daran.")
    html = worded(told(a_notice(), template=template)).html or ""
    assert "<h1>Störung: Customers cannot pay</h1>" in html
    assert "Outage" not in html


def test_a_long_impact_is_a_heading_that_fits_and_is_told_whole_below() -> None:
    impact = "Customers of " + ", ".join(f"shop {n}" for n in range(40)) + " cannot pay"
    words = worded(told(a_notice(impact=impact)))
    assert impact in words.text
    (heading,) = re.findall("<h1>(.*)</h1>", words.html or "")
    assert (len(heading), heading.endswith("…")) == (120, True)
    assert f"<p>{impact}</p>" in (words.html or "")


def test_a_template_may_replace_the_subject_alone() -> None:
    words = worded(told(a_notice(), template=NoticeTemplate(subject="Störung: {impact} {since}")))
    assert words.subject == "Störung: Customers cannot pay Mon 2 Mar, 13:00 (Berlin time, UTC+1)"
    assert "nobody has answered yet" in words.text


def test_every_field_has_words_in_every_state() -> None:
    template = NoticeTemplate(text=" ".join(f"{name}=[{{{name}}}]" for name in FIELDS))
    said = text_of(a_notice(owner=None), template=template)
    assert "owner=[nobody yet]" in said
    assert "lasted=[less than a minute]" in said
    assert "None" not in said


def test_a_template_that_fails_is_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    broken = NoticeTemplate.model_construct(subject="{nothing}", text="{impact.__class__}")
    words = worded(told(a_notice()).model_copy(update={"template": broken}))
    assert words.subject == "Outage: Customers cannot pay"
    assert "nobody has answered yet" in words.text
    assert "passed over" in capsys.readouterr().out


def test_a_template_of_one_outage_does_not_word_a_digest() -> None:
    words = worded(told(a_notice(), over(alert="x"), template=NoticeTemplate(subject="mine", text="mine")))
    assert "mine" not in words.subject + words.text


def test_what_cannot_be_rendered_is_said_plainly() -> None:
    broken = Environment(loader=DictLoader({"notice.txt": "{{ 1/0 }}", "notice.html": ""}), autoescape=True)
    words = worded_notice(told(a_notice(), alert_url="x"), broken)
    assert (words.subject, words.html) == ("Outage: checkout", None)
    assert NOTHING_TO_DO in words.text


# -- digests -----------------------------------------------------------------------------------------

SEARCH = in_hand(alert="search-1", service="search", impact="Search finds nothing", priority="P2")


def test_a_digest_tells_how_each_outage_stands_the_worst_first() -> None:
    words = worded(told(SEARCH, a_notice(), over(alert="mail-1", service="mail", impact="Invoices are late")))
    assert words.subject.startswith("3 outages, 1 of them over: ")
    places = [words.text.index(f"\n{line}\n") for line in (
        "Outage: Customers cannot pay", "Resolved: Invoices are late", "Being worked on: Search finds nothing"
    )]  # fmt: skip
    assert places == sorted(places)
    assert words.html is not None
    assert words.html.count('class="card') == 3


def test_a_digest_names_each_outage_once_as_it_stands_last() -> None:
    words = worded(told(over(), a_notice(), in_hand(), SEARCH))
    assert words.subject == "2 outages, 1 of them over: Customers cannot pay; Search finds nothing"
    assert words.text.count("Customers cannot pay") == 2
    # Two notices of one outage are one notice.
    assert worded(told(over(), a_notice())).subject == "Resolved: Customers cannot pay"


def test_a_storm_of_hundreds_is_told_within_bounds() -> None:
    many = [a_notice(alert=f"checkout-{n}", impact=f"Shop {n} is down " + "x" * 400) for n in range(300)]
    words = worded(told(*many))
    assert len(words.subject) <= 150
    assert "300 outages: " in words.subject
    assert "And 280 more." in words.text
    assert len(words.html or "") < 60_000


# -- hostile texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_any_text_is_told_and_breaks_nothing(word: str) -> None:
    whole = word[:4096]
    notice = an_update(impact=whole, owner=whole, update=whole, update_by=whole)
    for notices in ([notice], [notice, a_notice(alert="x")]):
        words = worded(told(*notices, template=NoticeTemplate(subject="{impact} {update}", text="{update} {owner}")))
        assert words.html is not None
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", words.subject)
        assert len(words.subject) <= 150
        assert words.subject.strip()
        assert "<script" not in words.html
        assert "<img" not in words.html
        assert "49" not in words.subject
        (words.text + words.html).encode()


def test_by_text_message_a_notice_is_its_heading_and_asks_for_no_answer() -> None:
    assert sms_text(told(a_notice()), None, None) == "Outage: Customers cannot pay"
    assert sms_text(told(over()), "4711", "https://x.example.com/a/1") == "Resolved: Customers cannot pay"
