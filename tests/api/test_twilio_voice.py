"""Keys pressed in a call, and what became of calls and texts."""

import re
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY
from temporalio.client import Client

from api.temporal_gateway import TemporalGateway
from api.twilio import voice as voice_module
from roust.domain.directory import Directory
from roust.domain.notification import MergedPage
from roust.runtime import replies as replies_module
from roust.runtime.links import Links
from roust.runtime.replies import Delivery, Replies
from tests.api.phones import ADA, BEN, Phones, phones, telephones, until
from tests.api.seen import ended
from tests.fakes.twilio import FakeTwilio, a_twilio
from worker.page_record import PageRecord


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with a_twilio() as twilio:
        yield twilio


@pytest.fixture
async def it(
    client: Client, queue: str, directory: Directory, gateway: TemporalGateway, twilio: FakeTwilio
) -> AsyncIterator[Phones]:
    called = telephones(directory, twilio, ada={"call": {"voice": ADA}}, ben={"call": {"voice": BEN}})
    async with phones(client, queue, called, gateway, twilio) as it:
        yield it


async def press(it: Phones, action: str, key: str, call: str = "CA1") -> str:
    return await it.twilio.press(it.http, action, key, call)


async def test_four_acknowledges_and_six_resolves(it: Phones, client: Client) -> None:
    alert = await it.alert()
    [call] = await it.twilio.until(1)
    assert call.to == ADA
    said = await press(it, call.action, "4")
    assert re.fullmatch(r"Acknowledged by you at \d\d:\d\d UTC\. Escalation has stopped\. Goodbye\.", said)
    assert await it.state(alert) == ("acknowledged", "ada")
    assert (await press(it, call.action, "6")).startswith("Resolved by you at ")
    await ended(client, alert)
    texts = [entry.text for entry in (await it.gateway.view(alert)).timeline]
    assert "Acknowledged by ada (voice). Escalation stops." in texts
    # Nobody is called to hear that it is over.
    assert len(it.twilio.sent) == 1
    late = await press(it, call.action, "4", call="CA2")
    assert re.fullmatch(r"Resolved at \d\d:\d\d UTC by you\. Goodbye\.", late)


async def test_five_escalates_once_from_the_step_that_they_heard_of(it: Phones) -> None:
    alert = await it.alert()
    [first] = await it.twilio.until(1)
    await it.on_record(alert)
    assert (await press(it, first.action, "5")).startswith("Escalated by you at ")
    _, second = await it.twilio.until(2)
    assert second.to == BEN
    assert await press(it, first.action, "5") == voice_module.BEFORE
    stale = await press(it, first.action, "5", call="CA2")
    assert stale == "Refused: stale: step 2 is current by now, not step 1. Goodbye."
    assert len(it.twilio.sent) == 2


async def test_an_answering_machine_and_a_wrong_key_answer_nothing(it: Phones) -> None:
    alert = await it.alert(summary="payments < 5 % & falling")
    [call] = await it.twilio.until(1)
    for key in ("", "1", "44", "#", "9", "4 ", "٤"):
        assert (await press(it, call.action, key)).startswith("That key means nothing here. Press 4 to acknowledge")
    again = await press(it, call.action, "*")
    assert "payments 5 % & falling. Press 4 to acknowledge" in again
    assert await it.state(alert) == ("triggered", None)


async def test_a_call_that_is_not_ours_changes_nothing(it: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = await it.alert()
    [call] = await it.twilio.until(1)
    base = call.action.rpartition("/")[0]
    tokens = {
        Replies(["a-key-of-somebody-else"], "").call_url(alert, "ada", 1).rpartition("/")[2],
        it.replies.status_url(Delivery(alert, "ada", "call", "voice")).rpartition("/")[2],
        Links(["a-key-for-tests-only"], "").answer_url(alert, "ada").rpartition("/")[2],
        call.action.rpartition("/")[2][:-1],
        "x",
    }
    for token in tokens:
        assert await press(it, f"{base}/{token}", "4") == voice_module.NO_CALL
    path = call.action.removeprefix(it.twilio.public)
    fields = {"CallSid": "CA1", "Digits": "4"}
    for headers in ({}, it.twilio.signed(path, fields, "another-token"), it.twilio.signed("/in/twilio/sms", fields)):
        assert (await it.http.post(path, data=fields, headers=headers)).status_code == 403
    monkeypatch.setattr(replies_module, "CALL_LIFE", -1)
    assert await press(it, call.action, "4") == voice_module.NO_CALL
    assert await it.state(alert) == ("triggered", None)


async def test_what_was_not_delivered_is_counted_and_stands_in_the_timeline(it: Phones) -> None:
    alert = await it.alert()
    [call] = await it.twilio.until(1)
    await it.on_record(alert)
    callback = call.form["StatusCallback"]

    def counted(status: str) -> float:
        return REGISTRY.get_sample_value("roust_deliveries_total", {"channel": "voice", "status": status}) or 0.0

    before = counted("no-answer"), counted("completed")
    for fields in (
        {"CallSid": call.sid, "CallStatus": "no-answer"},
        {"CallSid": call.sid, "CallStatus": "no-answer"},
        {"CallSid": call.sid, "CallStatus": "completed"},
        {"CallSid": call.sid, "CallStatus": "on fire"},
        {"CallSid": call.sid},
    ):
        assert (await it.twilio.post(it.http, callback, fields)).status_code == 204
    failed = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003", "To": ADA}
    text = it.replies.status_url(Delivery(alert, "ada", "text", "sms"))
    assert (await it.twilio.post(it.http, text, failed)).status_code == 204
    assert (counted("no-answer"), counted("completed")) == (before[0] + 1, before[1] + 1)

    async def noted() -> bool:
        return len(await notes(it, alert)) == 2

    await until(noted)
    assert await notes(it, alert) == [
        "The call to ada by call was not answered.",
        "The text to ada by text was not delivered (Twilio 30003).",
    ]
    assert await it.state(alert) == ("triggered", None)


async def notes(it: Phones, alert: str) -> list[str]:
    return [entry.text for entry in (await it.gateway.view(alert)).timeline if entry.kind == "note"]


async def test_a_delivery_that_is_not_ours_is_taken_and_left(it: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = await it.alert()
    await it.on_record(alert)
    failed = {"MessageSid": "SM1", "MessageStatus": "undelivered"}
    for url in (
        f"{it.twilio.public}/in/twilio/status/x",
        it.replies.call_url(alert, "ada", 1).replace("voice", "status"),
    ):
        assert (await it.twilio.post(it.http, url, failed)).status_code == 204
    ours = it.replies.status_url(Delivery(alert, "ada", "text", "sms"))
    path = ours.removeprefix(it.twilio.public)
    assert (await it.http.post(path, data=failed)).status_code == 403
    assert await notes(it, alert) == []


async def test_four_in_a_call_about_several_alerts_acknowledges_them_all_and_nothing_else(
    it: Phones, client: Client, queue: str
) -> None:
    alerts = [await it.alert(f"disk {number}", f"disk {number} is full") for number in range(3)]
    record = MergedPage(id="0f" * 16, service=it.service, user="ada", contact="call", alerts=alerts[:2])
    await PageRecord(client, queue)(record)
    action = it.replies.call_url(alerts[0], "ada", 1, record.id)
    for key in ("5", "6"):
        assert (await press(it, action, key)).startswith("That key means nothing here. Press 4 to acknowledge all of")
    said = await press(it, action, "4")
    assert re.fullmatch(rf"Acknowledged by you at \d\d:\d\d UTC: 2 alerts of {it.service}\. .*", said)
    assert [await it.state(alert) for alert in alerts] == [("acknowledged", "ada")] * 2 + [("triggered", None)]
