"""Pushes by ntfy, through a real HTTP server as strict as ntfy's."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from activities.channels.channel import TryAgain
from activities.channels.ntfy import NtfyChannel
from activities.notice_wording import worded_notice
from roust.domain.alert import AlertText
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.settings import NtfySettings
from roust.runtime.presses import Presses
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.activities.notices import an_update, told
from tests.activities.pages import LINKS
from tests.builders import NOON, an_alert
from tests.fakes.ntfy import Ntfy, an_ntfy
from tests.fakes.webhook_server import Reply

HOSTILE = corpus()
PRESS = LINKS.press(an_alert().id, "ada", 2)


@pytest.fixture
async def server() -> AsyncIterator[Ntfy]:
    async with an_ntfy() as server:
        yield server


def a_channel(**parts: Any) -> NtfyChannel:
    return NtfyChannel(NtfySettings.model_validate({"allow": ["127.0.0.0/8"]} | parts))


def ada(server: Ntfy) -> Contact:
    return Contact(ntfy=server.topic("ada"))


async def test_a_page_is_published_with_its_buttons(server: Ntfy) -> None:
    message = a_message(press=PRESS)
    await a_channel().send(message, ada(server))
    [said] = server.published
    assert (said["topic"], said["title"]) == ("ada", "[P1] checkout: checkout is down")
    assert said["click"] == message.answer_url
    assert "step 2 of 3, pass 1 of 3" in said["message"]
    assert [(action["label"], action["method"], action["url"]) for action in said["actions"]] == [
        ("Acknowledge", "POST", "http://127.0.0.1:8420/press"),
        ("Resolve", "POST", "http://127.0.0.1:8420/press"),
        ("Escalate", "POST", "http://127.0.0.1:8420/press"),
    ]
    for action, answer in zip(said["actions"], ("acknowledge", "resolve", "escalate"), strict=True):
        [token] = parse_qs(action["body"])["press"]
        assert parse_qs(action["body"])["answer"] == [answer]
        read = Presses(["a-key-for-tests-only"], "").read(token)
        assert (read.alert, read.user, read.step) == (an_alert().id, "ada", 2)


@pytest.mark.parametrize(
    ("kind", "urgency", "priority", "tag"),
    [
        ("page", "high", 5, "rotating_light"),
        ("page", "low", 3, "warning"),
        ("reminder", "high", 3, "bell"),
        ("resolved", "high", 2, "white_check_mark"),
        ("notice", "high", 2, "information_source"),
    ],
)
async def test_how_loud_it_is_follows_from_kind_and_urgency(
    server: Ntfy, kind: str, urgency: str, priority: int, tag: str
) -> None:
    await a_channel().send(a_message(kind=kind, alert=an_alert(urgency=urgency)), ada(server))
    [said] = server.published
    assert (said["priority"], said["tags"]) == (priority, [tag, "P1"])


@pytest.mark.breach("the same page in other words, to see its buttons")
async def test_the_last_step_and_what_is_over_have_no_button_that_leads_nowhere(server: Ntfy) -> None:
    last = a_message(press=PRESS, step=3, pass_=3)
    over = a_message(press=PRESS, kind="resolved", alert=an_alert(state="resolved"))
    mine = a_message(press=PRESS, kind="reminder", alert=an_alert(state="acknowledged", owner="ada"))
    for message in (last, over, mine):
        await a_channel().send(message, ada(server))
    labels = [[action["label"] for action in said["actions"]] for said in server.published]
    assert labels == [["Acknowledge", "Resolve"], [], ["Resolve", "Escalate"]]


async def test_a_notice_is_in_a_stakeholders_words_alone(server: Ntfy) -> None:
    await a_channel().send(told(an_update()), ada(server))
    [said] = server.published
    assert said["title"] == worded_notice(told(an_update())).subject
    assert "the bank's gateway refuses our certificate" in said["message"]
    assert said["title"] not in said["message"]
    assert "checkout is down" not in said["title"] + said["message"]
    assert not said.keys() & {"click", "actions"}


@pytest.mark.breach("attempts anew, whose keys are compared")
async def test_every_attempt_carries_the_same_sequence_and_every_page_another(server: Ntfy) -> None:
    for key in ("a", "a", "b"):
        await a_channel().send(a_message(key=key), ada(server))
    first, second, other = (said["sequence_id"] for said in server.published)
    assert first == second != other


async def test_the_token_goes_to_its_own_server_alone(server: Ntfy) -> None:
    server.tokens["ada"] = "tk_secret"
    mine = a_channel(tokens={f"127.0.0.1:{server.port}": "tk_secret"})
    await mine.send(a_message(), ada(server))
    with pytest.raises(Refused, match="HTTP 403"):
        await a_channel(tokens={"ntfy.example.com": "tk_secret"}).send(a_message(), ada(server))
    assert len(server.published) == 1
    assert "authorization" not in server.requests[-1].headers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_a_4xx_is_refused(server: Ntfy, status: int) -> None:
    server.reply = Reply(status, body=b"no")
    with pytest.raises(Refused, match=f"HTTP {status}"):
        await a_channel().send(a_message(), ada(server))


@pytest.mark.parametrize("status", [301, 307])
async def test_a_redirect_is_refused_and_not_followed(server: Ntfy, status: int) -> None:
    server.reply = Reply(status, headers={"Location": server.url("/elsewhere")})
    with pytest.raises(Refused, match="redirect"):
        await a_channel().send(a_message(), ada(server))
    assert [request.path for request in server.requests] == ["/"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 507])
async def test_trouble_at_the_server_is_tried_again_when_it_asks(server: Ntfy, status: int) -> None:
    server.reply = Reply(status, headers={"Retry-After": "30"})
    with pytest.raises(TryAgain) as caught:
        await a_channel().send(a_message(), ada(server))
    assert caught.value.retry_after == 30


async def test_a_server_that_hangs_is_tried_again(server: Ntfy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.channels.ntfy.DEADLINE", 0.2)
    server.reply = Reply(hang=True)
    with pytest.raises(TimeoutError):
        await a_channel().send(a_message(), ada(server))


async def test_a_private_server_is_refused_unless_the_operator_allows_it(server: Ntfy) -> None:
    with pytest.raises(Refused, match="the ntfy server leads to a private address"):
        await a_channel(allow=[]).send(a_message(), ada(server))
    assert server.requests == []


@pytest.mark.parametrize("address", ["https://ntfy.example.com", "https://ntfy.example.com/", "ada", "ftp://x/y", ""])
async def test_what_is_no_server_and_topic_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="ntfy address"):
        await a_channel().send(a_message(), Contact(ntfy=address))


async def test_an_answer_tells_no_part_of_the_address(server: Ntfy) -> None:
    server.reply = Reply(404, body=server.topic("canary-topic").encode())
    with pytest.raises(Refused) as caught:
        await a_channel().send(a_message(), Contact(ntfy=server.topic("canary-topic")))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
async def test_any_text_pages_by_ntfy(server: Ntfy, alert: AlertText) -> None:
    await a_channel().send(a_message(alert=alert, press=PRESS, delayed_since=NOON - timedelta(hours=1)), ada(server))
    [said] = server.published
    assert len(said["title"].encode()) <= 250
    assert "\n" not in said["title"]
    assert "\x00" not in json.dumps(said)
