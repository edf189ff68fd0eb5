"""The words of a merged page: how many, how bad, and one way to answer, whatever the alerts say."""

import json
from datetime import timedelta

import pytest

from activities.channels.email import EmailChannel
from activities.channels.ntfy import publication
from activities.channels.payload import payload
from activities.channels.slack_blocks import blocks
from activities.channels.sms_text import sms_text
from activities.channels.twilio import Twilio, VoiceChannel
from activities.merged import merged
from activities.wording import worded
from roust.domain.alert import AlertText
from roust.domain.notification import Message, MessageKind
from roust.domain.settings import EmailSettings, TwilioSettings
from roust.runtime.replies import Replies
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.activities.pages import LINKS
from tests.builders import NOON, an_alert

REPLIES = Replies(["a-key-for-tests-only"], "http://127.0.0.1:8420")


def of(number: int, priority: str = "P3") -> Message:
    alert = an_alert(
        id=f"checkout-{number}",
        summary=f"disk {number} is full",
        priority=priority,
        triggered_at=NOON + timedelta(seconds=number),
    )
    return a_message(alert=alert, answer_url=LINKS.answer_url(alert.id, "ada"))


def together(messages: list[Message]) -> Message:
    made = merged(messages, LINKS)
    assert isinstance(made, tuple)
    return made[0]


FOURTEEN = [of(number) for number in range(13)] + [of(13, "P1")]


def test_the_first_line_says_how_many_and_how_bad() -> None:
    words = worded(together(FOURTEEN))
    assert words.subject == "[P1] checkout: 14 alerts, worst P1: disk 13 is full"
    assert words.text.splitlines()[0] == words.subject
    assert "I have all 14: acknowledge" in words.text
    assert words.text.index("/a/") < words.text.index("All of them") < words.text.index("Since")
    assert words.html is not None
    assert words.html.count('<a href="http://127.0.0.1:8420/a/') == 14
    assert "disk 0 is full" in words.html


def test_a_long_list_ends_with_how_many_more() -> None:
    words = worded(together([of(number) for number in range(500)]))
    assert words.subject == "[P3] checkout: 500 alerts, worst P3: disk 0 is full"
    assert words.html is not None
    for text in (words.text, words.html):
        assert "disk 19 is full" in text
        assert "disk 20 is full" not in text
        assert "and 480 more" in text
    assert len(words.text) < 4000


@pytest.mark.parametrize(
    ("kind", "first", "says"),
    [
        ("resolved", "Resolved: [P1] checkout: 14 alerts", "They are all over. Nothing is left to do for them."),
        ("reminder", "Reminder: [P1] checkout: 14 alerts", "You have them, and they are not resolved yet."),
    ],
)
def test_what_is_no_page_says_so_for_all_of_them(kind: str, first: str, says: str) -> None:
    answer = {} if kind == "reminder" else {"answer_url": None}
    words = worded(together([message.model_copy(update={"kind": MessageKind(kind), **answer}) for message in FOURTEEN]))
    assert words.subject.startswith(first)
    assert says in words.text


def test_a_webhook_lists_them_all_the_worst_first_and_one_link_answers() -> None:
    message = together(FOURTEEN)
    said = json.loads(payload(message))
    assert said["alert"]["id"] == "checkout-13"
    assert said["alert"]["summary"] == "disk 13 is full"
    assert [part["id"] for part in said["alerts"]] == [f"checkout-{n}" for n in (13, *range(13))]
    assert set(said["alerts"][0]) == {"id", "summary", "priority", "acknowledge_url", "key"}
    assert said["acknowledge_url"] == said["alert"]["acknowledge_url"] == message.answer_url
    assert len({part["acknowledge_url"] for part in said["alerts"]}) == 14
    assert said["id"] == message.key
    assert "alerts" not in json.loads(payload(of(1)))


def test_the_id_is_of_the_alerts_that_it_tells_of_in_whatever_order() -> None:
    assert together(FOURTEEN).key == together(FOURTEEN[::-1]).key
    assert together(FOURTEEN).key != together(FOURTEEN[1:]).key
    # Another step's pages of the same alerts are another page.
    later = [m.model_copy(update={"key": m.key.replace("/1/1/2/", "/1/1/3/")}) for m in FOURTEEN]
    assert together(later).key != together(FOURTEEN).key


def test_several_messages_of_one_alert_are_that_alerts_page() -> None:
    one = of(1)
    assert merged([one, one.model_copy(update={"key": one.key + "-again"})], LINKS) == one


@pytest.mark.parametrize("alert", corpus().values(), ids=corpus())
def test_any_text_is_merged(alert: AlertText) -> None:
    message = together([*FOURTEEN, a_message(alert=alert.model_copy(update={"id": "checkout-x"}))])
    words = worded(message)
    assert words.html is not None
    assert "<script" not in words.html
    assert "\n" not in words.subject
    assert len(json.loads(payload(message))["alerts"]) == 15
    mail = EmailChannel(EmailSettings.model_validate({"host": "x", "from": "r@example.com"})).mail(message, "a@x.org")
    assert mail["Bcc"] is None
    assert len(str(mail["Subject"])) <= 200


def test_a_text_says_how_many_and_carries_the_link_that_answers_for_all() -> None:
    message = together(FOURTEEN)
    said = sms_text(message, None, message.answer_url)
    assert said.startswith("P1 checkout: 14 alerts, worst P1: disk 13 is full")
    assert said.endswith(message.answer_url or "-")
    assert "Reply" not in said


def test_no_button_of_a_merged_page_answers_for_its_worst_alone() -> None:
    message = together([m.model_copy(update={"press": LINKS.press(m.alert.id, "ada", 2)}) for m in FOURTEEN])
    assert message.press is None
    pushed = publication(message, "ada")
    assert pushed["title"].startswith("[P1] checkout: 14 alerts")
    assert pushed["click"] == message.answer_url
    assert "actions" not in pushed
    shown = json.dumps(blocks(message, private=True))
    assert "Answer for all 14" in shown
    assert '"actions"' not in shown


async def test_a_call_asks_for_one_key_for_all() -> None:
    channel = VoiceChannel(Twilio(TwilioSettings(account_sid="AC1", auth_token="t", from_="+15550100")), REPLIES)  # type: ignore[arg-type]
    message = together(FOURTEEN)
    script = channel.script(message)
    assert "14 alerts, worst P1: disk 13 is full" in script
    assert "Press 4 to acknowledge all of them" in script
    token = script.split("/in/twilio/voice/")[1].split('"')[0]
    called = REPLIES.read_call(token)
    assert (called.alert, called.user, called.page) == ("checkout-13", "ada", message.page)
