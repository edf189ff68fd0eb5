"""Messages in Slack, through a workspace as strict as the real one."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.channels.channel import TryAgain
from activities.channels.slack import SlackChannel
from activities.notice_wording import worded_notice
from roust.domain.alert import AlertText
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.settings import SlackSettings
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.activities.notices import an_update, told
from tests.activities.pages import LINKS
from tests.builders import an_alert
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, Slack, a_slack
from tests.fakes.webhook_server import Reply

HOSTILE = corpus()
ADA, OUTAGES = Contact(slack="U0ADA"), Contact(slack="C0OUTAGES")


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with a_slack() as slack:
        yield slack


def a_channel(slack: Slack, **parts: Any) -> SlackChannel:
    whole = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": slack.base_url}
    return SlackChannel(SlackSettings.model_validate(whole | parts))


def a_page(**parts: Any) -> Any:
    return a_message(**({"press": LINKS.press(an_alert().id, "ada", 2)} | parts))


async def test_a_page_has_its_buttons_and_facts(slack: Slack) -> None:
    page = a_page()
    receipt = await a_channel(slack).send(page, ADA)
    [message] = slack.messages
    assert (message.channel, message.ts) == ("D0ADA", receipt.ref)
    assert list(message.buttons) == ["roust.acknowledge", "roust.resolve", "roust.escalate"]
    assert message.text == "[P1] checkout: checkout is down (Triggered: step 2 of 3, pass 1 of 3)"
    assert slack.requests[0].json["metadata"]["event_payload"] == {"key": a_message().key}
    assert page.answer_url in message.words


async def test_in_a_channel_nobody_finds_somebody_elses_link(slack: Slack) -> None:
    await a_channel(slack).send(a_page(), OUTAGES)
    [message] = slack.messages
    assert message.channel == "C0OUTAGES"
    assert "/a/" not in message.words
    assert "roust.acknowledge" in message.buttons


async def test_a_notice_is_in_a_stakeholders_words_alone(slack: Slack) -> None:
    await a_channel(slack).send(told(an_update()), OUTAGES)
    [message] = slack.messages
    assert message.buttons == {}
    assert message.text == worded_notice(told(an_update())).subject
    assert "the bank's gateway refuses our certificate" in message.words
    assert "checkout is down" not in message.words
    assert "Triggered" not in message.words
    assert "/v1/alerts/" not in message.words


@pytest.mark.parametrize("update", ["<!channel> " * 300, "&" * 2000, "*_~`" * 500])
async def test_no_text_of_an_update_breaks_a_notice_or_calls_a_channel(slack: Slack, update: str) -> None:
    await a_channel(slack).send(told(an_update(update=update)), OUTAGES)
    [message] = slack.messages
    assert powers(message.faces[-1]) == set()


async def test_each_page_is_a_message_of_its_own(slack: Slack) -> None:
    channel = a_channel(slack)
    first = await channel.send(a_page(), ADA)
    await channel.send(a_page(refs=(first.ref,)), ADA)
    assert [len(message.faces) for message in slack.messages] == [1, 1]


async def test_an_update_rewrites_and_sends_nothing(slack: Slack) -> None:
    channel = a_channel(slack)
    refs = tuple([(await channel.send(a_page(), ADA)).ref for _ in range(2)])
    acknowledged = an_alert(state="acknowledged", owner="ben")
    await channel.send(a_page(kind="update", alert=acknowledged, refs=refs), ADA)
    assert len(slack.messages) == 2
    for message in slack.messages:
        assert message.text == "[P1] checkout: checkout is down (Acknowledged by ben)"
        assert list(message.buttons) == ["roust.resolve", "roust.escalate"]


async def test_another_worker_finds_the_conversation_by_itself(slack: Slack) -> None:
    ref = (await a_channel(slack).send(a_page(), ADA)).ref
    await a_channel(slack).send(a_page(kind="update", refs=(ref,)), ADA)
    assert slack.called == ["chat.postMessage", "conversations.open", "chat.update"]
    assert len(slack.messages[0].faces) == 2


async def test_that_it_is_over_rewrites_and_replies_in_the_thread(slack: Slack) -> None:
    channel = a_channel(slack)
    ref = (await channel.send(a_page(), ADA)).ref
    over = a_message(kind="resolved", alert=an_alert(state="resolved"), answer_url=None, refs=(ref,))
    await channel.send(over, ADA)
    page, reply = slack.messages
    assert (page.buttons, reply.thread) == ({}, page.ts)
    assert page.text == reply.text == "Resolved: [P1] checkout: checkout is down (Resolved)"


async def test_that_it_is_over_is_told_even_where_the_page_is_gone(slack: Slack) -> None:
    over = a_message(kind="resolved", alert=an_alert(state="resolved"), answer_url=None, refs=("1.1",))
    await a_channel(slack).send(over, ADA)
    [message] = slack.messages
    assert message.thread is None


async def test_an_update_with_nothing_to_rewrite_says_so_and_asks_nothing(slack: Slack) -> None:
    await a_channel(slack).send(a_page(kind="update"), ADA)
    assert slack.called == []


@pytest.mark.parametrize(
    "error", ["channel_not_found", "invalid_auth", "is_archived", "not_in_channel", "account_inactive", "missing_scope"]
)
async def test_what_stands_is_refused_by_its_name(slack: Slack, error: str) -> None:
    slack.fail("chat.postMessage", error)
    with pytest.raises(Refused, match=f"Slack says: {error}"):
        await a_channel(slack).send(a_page(), ADA)


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "service_unavailable", "fatal_error"])
async def test_what_passes_is_tried_again(slack: Slack, error: str) -> None:
    slack.fail("chat.postMessage", error)
    with pytest.raises(TryAgain, match=error):
        await a_channel(slack).send(a_page(), ADA)


async def test_a_wrong_token_and_an_unknown_member_are_refused(slack: Slack) -> None:
    with pytest.raises(Refused, match="invalid_auth"):
        await a_channel(slack, bot_token="xoxb-wrong").send(a_page(), ADA)
    with pytest.raises(Refused, match="channel_not_found"):
        await a_channel(slack).send(a_page(), Contact(slack="U0NOBODY"))
    assert slack.messages == []


@pytest.mark.parametrize(("status", "error"), [(429, TryAgain), (500, TryAgain), (503, TryAgain), (404, Refused)])
async def test_a_status_decides_where_there_is_no_answer(slack: Slack, status: int, error: type[Exception]) -> None:
    slack.reply = Reply(status, headers={"Retry-After": "7"})
    with pytest.raises(error) as caught:
        await a_channel(slack).send(a_page(), ADA)
    if isinstance(caught.value, TryAgain):
        assert caught.value.retry_after == 7


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"ok"', b'{"ok": "yes"}', b"{}", b"null", b"[" * 60_000])
async def test_nonsense_is_no_receipt(slack: Slack, body: bytes) -> None:
    slack.reply = Reply(body=body)
    with pytest.raises(TryAgain, match="cannot be understood"):
        await a_channel(slack).send(a_page(), ADA)


async def test_an_error_that_is_no_word_is_not_repeated(slack: Slack) -> None:
    slack.reply = Reply(body=b'{"ok": false, "error": "U0ADA <!channel> is gone"}')
    with pytest.raises(Refused) as caught:
        await a_channel(slack).send(a_page(), ADA)
    assert "U0ADA" not in str(caught.value)


async def test_a_rewrite_that_may_succeed_later_is_tried_again(slack: Slack) -> None:
    channel = a_channel(slack)
    ref = (await channel.send(a_page(), ADA)).ref
    slack.fail("chat.update", "ratelimited")
    with pytest.raises(TryAgain):
        await channel.send(a_page(kind="update", refs=(ref,)), ADA)


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
async def test_any_text_pages_by_slack_and_has_no_power_there(slack: Slack, alert: AlertText) -> None:
    await a_channel(slack).send(a_page(alert=alert), ADA)
    [message] = slack.messages
    assert all(link.startswith(("http://", "https://")) for link in powers(message.faces[-1]))


async def test_a_mention_or_a_link_in_an_alerts_text_stays_text(slack: Slack) -> None:
    evil = "<!channel> <@U0BEN> <https://evil.example|click> & more"
    alert = an_alert(
        summary=evil, description=evil, labels={"a": evil}, links=[{"href": "https://ok.example/?a|b>c", "text": evil}]
    )
    await a_channel(slack).send(a_page(alert=alert, answer_url=None), ADA)
    [message] = slack.messages
    assert powers(message.faces[-1]) == {"https://ok.example/?a%7Cb%3Ec"}


def powers(face: dict[str, Any]) -> set[str]:
    """What of the message Slack would act on: whatever stands in angle brackets outside plain text."""
    texts = [str(face["text"])]
    texts += [b["text"]["text"] for b in face["blocks"] if b.get("text", {}).get("type") == "mrkdwn"]
    return {found.partition("|")[0] for text in texts for found in re.findall(r"<([^>]*)>", text)}
