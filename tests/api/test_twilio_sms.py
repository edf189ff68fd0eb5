"""Replies to a text: each verb, each way to say it, and everything that is none."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from api.app import create_app
from api.temporal_gateway import TemporalGateway
from api.twilio import sms as sms_module
from api.twilio.inbox import MOST_WRONG
from api.twilio.signature import FORM, signature
from roust.domain.directory import Directory
from tests.api.asking import Held
from tests.api.phones import ADA, BEN, Phones, phones, telephones
from tests.api.seen import ended
from tests.fakes.twilio import NUMBER, TOKEN, FakeTwilio, a_twilio

STRANGER = "+15550199"


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with a_twilio() as twilio:
        yield twilio


@pytest.fixture(autouse=True)
def no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms_module, "LOOK_AGAIN", 0.0)


@pytest.fixture
async def it(
    client: Client, queue: str, directory: Directory, gateway: TemporalGateway, twilio: FakeTwilio
) -> AsyncIterator[Phones]:
    async with phones(client, queue, telephones(directory, twilio), gateway, twilio) as it:
        yield it


async def test_a_reply_with_the_code_acknowledges_and_says_so(it: Phones, client: Client) -> None:
    alert = await it.alert()
    [text] = await it.twilio.until(1)
    await it.listed(alert)
    told = await it.text(f" Ack, {text.code.lower()}! ")
    assert re.fullmatch(rf"{it.service}: Acknowledged by you at \d\d:\d\d UTC\. Escalation has stopped\.", told)
    assert await it.state(alert) == ("acknowledged", "ada")
    again = await it.text(f"ack {text.code}")
    assert re.fullmatch(rf"{it.service}: You have had it since \d\d:\d\d UTC\.", again)
    over = await it.text(f"{text.code} resolve")
    assert over.startswith(f"{it.service}: Resolved by you at ")
    await ended(client, alert)
    timeline = [(e.kind.value, e.text) for e in (await it.gateway.view(alert)).timeline]
    assert ("acknowledged", "Acknowledged by ada (sms). Escalation stops.") in timeline
    # That it is over is told by text; nobody else heard of anything.
    assert {(sent.resource, sent.to) for sent in it.twilio.sent} == {("Messages", ADA)}


async def test_a_reply_to_what_is_over_says_who_ended_it(it: Phones, client: Client) -> None:
    alert = await it.alert()
    [text] = await it.twilio.until(1)
    await it.gateway.resolve(alert, "ben", "api")
    await ended(client, alert)
    told = await it.text(f"ack {text.code}")
    assert re.fullmatch(rf"{it.service}: Resolved at \d\d:\d\d UTC by Ben Bitdiddle\.", told)
    assert await it.state(alert) == ("resolved", None)


async def test_escalate_is_bound_to_the_step_of_the_text(it: Phones) -> None:
    alert = await it.alert()
    [first] = await it.twilio.until(1)
    await it.on_record(alert)
    await it.listed(alert)
    assert (await it.text(f"escalate {first.code}")).startswith(f"{it.service}: Escalated by you at ")
    _, second = await it.twilio.until(2)
    assert second.to == BEN
    stale = await it.text(f"escalate {first.code}")
    assert stale == f"{it.service}: Refused: stale: step 2 is current by now, not step 1."
    late = await it.text(f"ack {first.code}")
    assert late.startswith(f"{it.service}: Acknowledged by you")
    second_one = await it.text(f"ack {second.code}", BEN)
    assert re.fullmatch(
        rf"{it.service}: Ada Lovelace has had it since \d\d:\d\d UTC - you are recorded too\.", second_one
    )
    assert len(it.twilio.sent) == 2


async def test_a_code_counts_from_its_own_number_alone(it: Phones) -> None:
    alert = await it.alert()
    [text] = await it.twilio.until(1)
    await it.listed(alert)
    assert await it.text(f"ack {text.code}", BEN) == sms_module.UNKNOWN
    assert await it.text(f"ack {text.code}", STRANGER) == sms_module.STRANGER
    assert await it.state(alert) == ("triggered", None)


async def test_a_reply_without_a_code_is_about_the_only_alert_of_that_number(it: Phones) -> None:
    assert await it.text("ack") == sms_module.NOTHING_OPEN
    alert = await it.alert()
    await it.on_record(alert)
    await it.listed(alert)
    assert await it.text("ack", BEN) == sms_module.NOTHING_OPEN
    assert "Acknowledged by you" in await it.text("4")
    other = await it.alert("other")
    await it.on_record(other)
    await it.listed(other)
    # What she has already is not what she answers.
    assert "Acknowledged by you" in await it.text("ack")
    assert await it.state(other) == ("acknowledged", "ada")
    which = await it.text("resolve")
    assert which.startswith("2 alerts are open. Reply resolve all, or one of:")
    assert await it.state(alert) == ("acknowledged", "ada")
    code = it.replies.code(other, "ada", 1)
    assert f"resolve {code} {it.service}: checkout is down" in which
    assert "Resolved by you" in await it.text(f"resolve {code}")


async def test_a_number_that_was_not_texted_answers_nothing_without_a_code(
    client: Client, queue: str, directory: Directory, gateway: TemporalGateway, twilio: FakeTwilio
) -> None:
    high = [{"contacts": ["call"]}, {"after": "1h", "contacts": ["text"]}]
    later = telephones(directory, twilio, ada={"call": {"voice": ADA}, "text": {"sms": ADA}, "rules": {"high": high}})
    async with phones(client, queue, later, gateway, twilio) as it:
        alert = await it.alert()
        await it.on_record(alert)
        await it.listed(alert)
        assert [sent.resource for sent in twilio.sent] == ["Calls"]
        for body in ("ack", "resolve all"):
            assert await it.text(body) == sms_module.NOTHING_OPEN
        assert await it.state(alert) == ("triggered", None)


async def test_all_at_once(it: Phones) -> None:
    alerts = [await it.alert(f"disk {number}") for number in range(3)]
    for alert in alerts:
        await it.on_record(alert)
    await it.listed(*alerts)
    assert await it.text("ack all") == f"3 acknowledged ({it.service} 3)."
    assert [await it.state(alert) for alert in alerts] == [("acknowledged", "ada")] * 3
    assert await it.text("resolve all") == f"3 resolved ({it.service} 3)."
    assert [(await it.state(alert))[0] for alert in alerts] == ["resolved"] * 3


async def test_a_reply_that_comes_twice_is_done_once(it: Phones) -> None:
    alert = await it.alert()
    await it.on_record(alert)
    await it.listed(alert)
    assert "Acknowledged by you" in await it.text("ack", sid="SM7")
    await it.gateway.resolve(alert, "ada", "api")
    again = await it.alert()
    await it.on_record(again)
    await it.listed(again)
    assert await it.text("ack", sid="SM7") == ""
    assert await it.state(again) == ("triggered", None)


@pytest.mark.parametrize("body", ["", "hello", "ack me please", "ack ack", "ack resolve", "🔥", "K3X9QM", "a" * 1600])
async def test_nonsense_is_answered_with_help_and_changes_nothing(it: Phones, body: str) -> None:
    alert = await it.alert()
    assert await it.text(body) == sms_module.HELP
    assert (await it.state(alert))[0] == "triggered"


async def test_words_of_the_carrier_are_left_to_twilio(it: Phones) -> None:
    assert [await it.text(word) for word in ("STOP", "Help", "start ")] == ["", "", ""]


async def test_guessing_ends_with_silence_and_the_right_code_with_it(it: Phones) -> None:
    alert = await it.alert()
    [text] = await it.twilio.until(1)
    await it.listed(alert)
    told = [await it.text(f"ack {number:06}") for number in range(MOST_WRONG + 2)]
    assert told[:-3] == [sms_module.UNKNOWN] * (MOST_WRONG - 1)
    assert told[-3:] == [sms_module.ENOUGH, "", ""]
    assert await it.text(f"ack {text.code}") == ""
    assert await it.state(alert) == ("triggered", None)


async def test_what_is_not_signed_by_twilio_is_refused(
    it: Phones, twilio: FakeTwilio, capsys: pytest.CaptureFixture[str]
) -> None:
    alert = await it.alert()
    [text] = await twilio.until(1)
    await it.listed(alert)
    fields = {"MessageSid": "SM1", "From": ADA, "To": NUMBER, "Body": f"ack {text.code}"}
    path = "/in/twilio/sms"
    good = twilio.signed(path, fields)
    forged: list[tuple[dict[str, str], dict[str, str]]] = [
        (fields, {}),
        (fields, {"X-Twilio-Signature": ""}),
        (fields, {"X-Twilio-Signature": "é"}),
        (fields, twilio.signed(path, fields, "another-token")),
        (fields, twilio.signed(path, fields, "")),
        (fields, twilio.signed("/in/twilio/status/x", fields)),
        (fields | {"From": BEN}, good),
        (fields | {"Extra": "1"}, good),
    ]
    capsys.readouterr()
    for said, headers in forged:
        raw = httpx2.Headers([(name.encode(), value.encode()) for name, value in headers.items()])
        answer = await it.http.post(path, data=said, headers=raw)
        assert answer.status_code == 403, headers
    assert capsys.readouterr().out.count("callback refused") == len(forged)
    twice = [*fields.items(), ("Body", "ack")]
    signed_twice = {"X-Twilio-Signature": signature(TOKEN, f"{twilio.public}{path}", twice), "Content-Type": FORM}
    assert (await it.http.post(path, content=urlencode(twice), headers=signed_twice)).status_code == 403
    assert (await it.http.post(f"{path}?x=1", data=fields, headers=good)).status_code == 403
    assert (await it.http.post(path, json=fields, headers=good)).status_code == 403
    assert await it.state(alert) == ("triggered", None)
    assert (await it.http.post(path, data=fields, headers=good)).status_code == 200


@pytest.mark.parametrize(
    "public", ["https://roust.example.com:443", "https://roust.example.com", "https://x.example/roust"]
)
async def test_the_public_address_is_signed_with_its_port_or_without(
    client: Client, directory: Directory, gateway: TemporalGateway, twilio: FakeTwilio, public: str
) -> None:
    twilio.public = public
    app = create_app(gateway, Held(telephones(directory, twilio)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://any") as http:
        fields = {"MessageSid": "SM1", "From": STRANGER, "Body": "ack"}
        for port in ("", ":443"):
            twilio.public = public.replace(":443", "").replace(".com", f".com{port}")
            answer = await http.post("/in/twilio/sms", data=fields, headers=twilio.signed("/in/twilio/sms", fields))
            assert answer.status_code == 200


async def test_without_an_account_nobody_is_let_in(gateway: TemporalGateway, directory: Directory) -> None:
    app = create_app(gateway, Held(directory))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://any") as http:
        fields = {"MessageSid": "SM1", "From": ADA, "Body": "ack"}
        for token in ("", "None", "the-auth-token-of-the-account"):
            headers = FakeTwilio(public=directory.url).signed("/in/twilio/sms", fields, token)
            assert (await http.post("/in/twilio/sms", data=fields, headers=headers)).status_code == 403


async def test_no_number_and_no_code_is_in_the_log(it: Phones, capsys: pytest.CaptureFixture[str]) -> None:
    alert = await it.alert()
    [text] = await it.twilio.until(1)
    await it.listed(alert)
    capsys.readouterr()
    for body, number in ((f"ack {text.code}", STRANGER), ("ack 000000", ADA), (f"ack {text.code}", ADA)):
        await it.text(body, number)
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if "reply refused" in line]
    assert len(lines) == 2
    assert f"alert={alert}" in out
    for secret in (ADA[1:], STRANGER[1:], text.code, "000000"):
        assert secret not in out


async def test_with_temporal_away_it_says_that_nothing_was_done_and_may_be_said_again(
    directory: Directory, twilio: FakeTwilio
) -> None:
    away = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    held = telephones(directory, twilio)
    app = create_app(TemporalGateway(away, lambda: held), Held(held))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://any") as http:
        for _ in range(2):
            assert await twilio.reply(http, ADA, "ack K3X9QM", sid="SM1") == sms_module.AWAY
        assert await twilio.reply(http, ADA, "ack all") == sms_module.AWAY
