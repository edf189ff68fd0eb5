"""Pages by text and by call, through a real HTTP server that does as Twilio does."""

import ssl
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.channels import twilio as twilio_module
from activities.channels.channel import Channel, TryAgain
from activities.channels.gsm import narrow, segments
from activities.channels.sms_text import sms_text
from activities.channels.twilio import Twilio, VoiceChannel, twilio_channels
from activities.channels.twiml import MOST
from roust.domain.alert import AlertText
from roust.domain.directory import Contact, Directory
from roust.domain.errors import Refused
from roust.domain.notification import MessageKind
from roust.domain.settings import TwilioSettings
from roust.runtime.links import Links
from roust.runtime.replies import Replies
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.builders import a_directory, an_alert
from tests.fakes.twilio import ACCOUNT, NUMBER, FakeTwilio, a_twilio
from tests.fakes.webhook_server import Reply, WebhookServer, a_webhook_server

HOSTILE = corpus()
ADA = "+447700900001"
URL = "https://roust.example.com"
KEY = "a-key-for-tests-only"
TEXT, CALL = Contact(sms=ADA), Contact(voice=ADA)
REPLIES = Replies([KEY], URL)
SETTINGS = TwilioSettings.model_validate({"account_sid": ACCOUNT, "auth_token": "t", "from": NUMBER})
TLS = ssl.create_default_context()


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with a_twilio() as twilio:
        yield twilio


def with_twilio(settings: dict[str, Any], **parts: Any) -> Directory:
    return a_directory(url=URL, channels={"twilio": settings}, **parts)


def channels(twilio: FakeTwilio, **parts: Any) -> dict[str, Channel]:
    return twilio_channels(with_twilio(twilio.settings, **parts), TLS)


def spoken(twiml: str) -> list[str]:
    return [say.text or "" for say in ET.fromstring(twiml).iter("Say")]


async def test_a_text_says_what_where_how_bad_and_how_to_answer(twilio: FakeTwilio) -> None:
    receipt = await channels(twilio)["sms"].send(a_message(), TEXT)
    [sent] = twilio.sent
    assert (sent.resource, sent.to, sent.form["From"]) == ("Messages", ADA, NUMBER)
    first, reply, link = sent.body.split("\n")
    assert first == "P1 checkout: checkout is down (since 12:00 UTC)"
    assert reply == f"Reply ack {REPLIES.code(an_alert().id, 'ada', 2)}"
    token = Links([KEY], URL).read(link.removeprefix(f"{URL}/a/"))
    assert (token.alert, token.user) == (an_alert().id, "ada")
    assert segments(sent.body) <= 2
    assert receipt.said == f"{sent.sid} queued"
    assert twilio.strangers == 0


async def test_a_reminder_asks_for_a_resolve_and_the_end_asks_for_nothing(twilio: FakeTwilio) -> None:
    sms = channels(twilio)["sms"]
    await sms.send(a_message(kind="reminder"), TEXT)
    await sms.send(a_message(kind="resolved", answer_url=None), TEXT)
    reminder, resolved = [sent.body for sent in twilio.sent]
    assert reminder.startswith("Still yours: P1 checkout: ")
    assert "\nReply resolve " in reminder
    assert resolved == "Resolved: P1 checkout: checkout is down"


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
def test_any_text_pages_by_text_in_few_messages(alert: AlertText) -> None:
    body = sms_text(a_message(alert=alert), "K3X9QM", f"{URL}/a/{'x' * 74}")
    assert segments(body) <= (2 if narrow(body) else 3)
    assert "\nReply ack K3X9QM" in body


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_spoken_twice_in_well_formed_twiml(alert: AlertText) -> None:
    twiml = VoiceChannel(Twilio(SETTINGS, TLS), REPLIES).script(a_message(alert=alert))
    assert len(twiml) <= MOST
    first, second, last = spoken(twiml)
    assert first == second
    assert first.startswith("Alert of priority 1. Service ")
    assert "Press 4 to acknowledge, 5 to escalate, 6 to resolve" in first
    assert last.startswith("No key was pressed.")


async def test_a_call_gathers_one_key_for_this_alert_person_and_step(twilio: FakeTwilio) -> None:
    await channels(twilio)["voice"].send(a_message(), CALL)
    [sent] = twilio.sent
    assert (sent.resource, sent.to) == ("Calls", ADA)
    gather = ET.fromstring(sent.form["Twiml"]).find("Gather")
    assert gather is not None
    assert (gather.attrib["numDigits"], gather.attrib["method"]) == ("1", "POST")
    called = REPLIES.read_call(sent.action.removeprefix(f"{URL}/in/twilio/voice/"))
    assert (called.alert, called.user, called.step) == (an_alert().id, "ada", 2)


async def test_markup_and_addresses_are_not_read_out(twilio: FakeTwilio) -> None:
    alert = an_alert(summary="</Say><Hangup/> & `rm -rf` see https://x.example.com/a?b=c", service="web-shop_eu")
    await channels(twilio)["voice"].send(a_message(alert=alert), CALL)
    [sent] = twilio.sent
    assert spoken(sent.form["Twiml"])[0].startswith(
        "Alert of priority 1. Service web shop eu. /Say Hangup/ & rm -rf see. Press 4"
    )
    assert ET.fromstring(sent.form["Twiml"]).find(".//Hangup") is None


async def test_nobody_is_called_to_hear_that_it_is_over(twilio: FakeTwilio) -> None:
    with pytest.raises(Refused, match="over"):
        await channels(twilio)["voice"].send(a_message(kind=MessageKind.RESOLVED, answer_url=None), CALL)
    assert twilio.sent == []


async def test_a_page_that_nobody_can_answer_has_no_code_and_takes_no_key(twilio: FakeTwilio) -> None:
    both = channels(twilio)
    await both["sms"].send(a_message(answer_url=None), TEXT)
    await both["voice"].send(a_message(answer_url=None), CALL)
    text, call = twilio.sent
    assert "\n" not in text.body
    assert "Gather" not in call.form["Twiml"]
    assert "StatusCallback" not in text.form | call.form


async def test_twilio_is_asked_to_tell_what_became_of_it(twilio: FakeTwilio) -> None:
    both = channels(twilio)
    await both["sms"].send(a_message(contact="text"), TEXT)
    await both["voice"].send(a_message(contact="call"), CALL)
    told = [REPLIES.read_status(s.form["StatusCallback"].removeprefix(f"{URL}/in/twilio/status/")) for s in twilio.sent]
    assert [(one.user, one.contact, one.channel) for one in told] == [("ada", "text", "sms"), ("ada", "call", "voice")]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("sms", 400, 21211), ("sms", 400, 21610), ("sms", 400, 21614), ("voice", 400, 21215), ("voice", 404, 20404)],
)
async def test_what_twilio_will_never_take_is_refused_with_its_reason(
    twilio: FakeTwilio, kind: str, status: int, code: int
) -> None:
    twilio.errors[ADA] = (status, code, f"The 'To' number {ADA} (07700 900001) is not good: {ADA[1:]}")
    with pytest.raises(Refused) as caught:
        await channels(twilio)[kind].send(a_message(), TEXT if kind == "sms" else CALL)
    assert str(caught.value).startswith(f"Twilio {code}: The 'To' number ***")
    assert "900001" not in str(caught.value)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (400, 20429), (400, 21611), (500, 20500), (503, 30001)])
async def test_a_busy_twilio_is_tried_again(twilio: FakeTwilio, status: int, code: int) -> None:
    twilio.errors[ADA] = (status, code, "Too Many Requests")
    with pytest.raises(TryAgain, match=f"Twilio {code}"):
        await channels(twilio)["sms"].send(a_message(), TEXT)


async def test_a_wrong_token_is_refused(twilio: FakeTwilio) -> None:
    wrong = twilio_channels(with_twilio(twilio.settings | {"auth_token": "canary"}), TLS)
    with pytest.raises(Refused, match="Twilio 20003: Authenticate") as caught:
        await wrong["sms"].send(a_message(), TEXT)
    assert "canary" not in repr(caught.value)
    assert (twilio.strangers, twilio.sent) == (1, [])


@pytest.fixture
async def server() -> AsyncIterator[WebhookServer]:
    async with a_webhook_server() as server:
        yield server


def sms_at(server: WebhookServer) -> Channel:
    settings = {"account_sid": ACCOUNT, "auth_token": "t", "from": NUMBER, "base_url": server.url("/twilio/")}
    return twilio_channels(with_twilio(settings), TLS)["sms"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, body=b"<html>Welcome to the hotel"),
        Reply(200),
        Reply(201, body=b"[]"),
        Reply(201, body=b'{"sid": 7}'),
        Reply(429, headers={"Retry-After": "30"}, body=b"slow down"),
        Reply(502, body=b"\xff\x00bad gateway"),
    ],
)
async def test_a_provider_that_answers_nonsense_is_tried_again(server: WebhookServer, reply: Reply) -> None:
    server.reply = reply
    with pytest.raises(TryAgain) as caught:
        await sms_at(server).send(a_message(), TEXT)
    assert caught.value.retry_after == (30 if reply.status == 429 else None)
    assert server.requests[0].path == f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.mark.parametrize("status", [302, 308, 403])
async def test_a_redirect_and_a_wall_are_refused(server: WebhookServer, status: int) -> None:
    server.reply = Reply(status, headers={"Location": server.url("/elsewhere")})
    with pytest.raises(Refused, match=f"HTTP {status}"):
        await sms_at(server).send(a_message(), TEXT)
    assert len(server.requests) == 1


async def test_a_message_that_fails_at_once_is_refused(server: WebhookServer) -> None:
    server.reply = Reply(
        201, body=b'{"sid": "SM1", "status": "failed", "error_code": 30006, "error_message": "Landline"}'
    )
    with pytest.raises(Refused, match="Twilio 30006: Landline"):
        await sms_at(server).send(a_message(), TEXT)


async def test_silence_may_have_gone_out_and_is_tried_again(
    server: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_module, "DEADLINE", 0.2)
    server.reply = Reply(hang=True)
    with pytest.raises(Exception) as caught:
        await sms_at(server).send(a_message(), TEXT)
    assert not isinstance(caught.value, Refused)


async def test_an_endless_answer_is_read_no_further_than_needed(server: WebhookServer) -> None:
    server.reply = Reply(400, endless=True)
    with pytest.raises(Refused, match="HTTP 400"):
        await sms_at(server).send(a_message(), TEXT)
