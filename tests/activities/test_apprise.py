"""Pages through Apprise, the real package: to a server of ours by its json:// schema."""

import asyncio
import importlib.util
import logging
from collections.abc import AsyncIterator
from typing import Any

import apprise
import pytest

from activities.channels.apprise import AppriseChannel
from activities.channels.channel import TryAgain
from activities.notice_wording import worded_notice
from roust.domain.alert import AlertText
from roust.domain.apprise import ALLOWED
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.settings import AppriseSettings
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.activities.notices import an_update, told
from tests.activities.speaker import a_speaker, endless
from tests.builders import an_alert
from tests.fakes.webhook_server import Reply, WebhookServer, a_webhook_server

HOSTILE = corpus()


@pytest.fixture(scope="module", autouse=True)
def package() -> None:
    """Its 180 services are read once, which takes long on a busy machine."""
    assert apprise.Apprise.instantiate("json://localhost") is not None


@pytest.fixture
async def server() -> AsyncIterator[WebhookServer]:
    async with a_webhook_server() as server:
        yield server


def a_channel(*schemas: str) -> AppriseChannel:
    return AppriseChannel(AppriseSettings(schemas=list(schemas)))


def ada(server: WebhookServer, query: str = "") -> Contact:
    return Contact(apprise=f"json://127.0.0.1:{server.port}/canary-path{query}")


async def test_a_page_goes_out_with_its_link_first(server: WebhookServer) -> None:
    message = a_message()
    receipt = await a_channel("json").send(message, ada(server))
    [request] = server.requests
    assert (request.json["title"], request.json["type"]) == ("[P1] checkout: checkout is down", "failure")
    assert request.json["message"].startswith(f"Answer: {message.answer_url}\n")
    assert "step 2 of 3, pass 1 of 3" in request.json["message"]
    assert request.json["attachments"] == []
    assert receipt.said == "JSON took it"


async def test_a_notice_is_in_a_stakeholders_words_alone(server: WebhookServer) -> None:
    await a_channel("json").send(told(an_update()), ada(server))
    said = server.requests[0].json
    assert said["title"] == worded_notice(told(an_update())).subject
    assert said["type"] == "info"
    assert "the bank's gateway refuses our certificate" in said["message"]
    assert "checkout is down" not in said["title"] + said["message"]
    assert "Answer:" not in said["message"]


@pytest.mark.parametrize(
    ("kind", "urgency", "kind_there"),
    [("page", "low", "warning"), ("resolved", "high", "success"), ("reminder", "high", "info")],
)
async def test_how_bad_it_is_goes_along(server: WebhookServer, kind: str, urgency: str, kind_there: str) -> None:
    await a_channel("json").send(a_message(kind=kind, alert=an_alert(urgency=urgency)), ada(server))
    assert server.requests[0].json["type"] == kind_there


async def test_what_the_operator_did_not_name_is_refused_before_anything_is_sent(server: WebhookServer) -> None:
    with pytest.raises(Refused, match="json:// is not allowed"):
        await a_channel().send(a_message(), ada(server))
    with pytest.raises(Refused, match="never allowed"):
        await a_channel("syslog").send(a_message(), Contact(apprise="syslog://localhost"))
    assert server.requests == []


async def test_without_the_package_it_is_refused_and_says_how_to_get_it(
    server: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"pip install 'roust\[apprise\]'"):
        await a_channel("json").send(a_message(), ada(server))


@pytest.mark.parametrize("address", ["tgram://x", "slack://x", "discord://x", "pover://"])
async def test_an_address_that_lacks_something_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(Refused, match=r"not complete|must be an Apprise URL") as caught:
        await a_channel().send(a_message(), Contact(apprise=address))
    assert address not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, Refused) for status in (302, 400, 401, 404, 410)),
        *((status, TryAgain) for status in (408, 429, 500, 503)),
    ],
)
async def test_the_status_decides_and_no_address_is_told(
    server: WebhookServer, status: int, error: type[Exception], capfd: pytest.CaptureFixture[str]
) -> None:
    server.reply = Reply(status, headers={"location": server.url("/elsewhere")}, body=b"canary words")
    with pytest.raises(error, match=f"^JSON: HTTP {status}$"):
        await a_channel("json").send(a_message(), ada(server, "?retry=5&wait=0.1"))
    assert len(server.requests) == 1
    captured = capfd.readouterr()
    assert "canary" not in captured.out + captured.err


async def test_a_service_that_is_away_is_tried_again() -> None:
    async with a_webhook_server() as server:
        contact = ada(server)
    with pytest.raises(TryAgain, match="JSON: not delivered"):
        await a_channel("json").send(a_message(), contact)


async def test_a_service_that_hangs_holds_up_nobody(server: WebhookServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.channels.apprise.DEADLINE", 0.3)
    monkeypatch.setattr("activities.channels.apprise._READING", 0.5)
    server.reply = Reply(hang=True)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(TimeoutError):
        await a_channel("json").send(a_message(), ada(server))
    ticking.cancel()
    assert ticks > 3


@pytest.mark.parametrize("status", [200, 503])
async def test_an_answer_without_end_is_read_for_a_little(status: int) -> None:
    words = endless(b"x" * 65536, b"HTTP/1.1 %d Said\r\n\r\n" % status)
    async with a_speaker(words) as speaker:
        sending = a_channel("json").send(a_message(), Contact(apprise=f"json://127.0.0.1:{speaker.port}/x"))
        if status == 200:
            assert (await sending).said == "JSON took it"
        else:
            with pytest.raises(TryAgain, match="HTTP 503"):
                await sending
        # What lies in the buffers of two sockets counts as taken; without an end it would be far more.
        assert speaker.taken < 32 * 2**20


async def test_those_that_hang_take_no_thread_from_whoever_looks_up_a_name(server: WebhookServer) -> None:
    channel = a_channel("json")
    server.reply = Reply(hang=True)
    sends = [asyncio.create_task(channel.send(a_message(key=str(n)), ada(server))) for n in range(40)]
    await server.arrived.wait()
    await asyncio.get_running_loop().getaddrinfo("localhost", 443)
    assert not any(send.done() for send in sends)
    for send in sends:
        send.cancel()
    await asyncio.gather(*sends, return_exceptions=True)


async def test_many_at_once_do_not_wait_for_each_other(server: WebhookServer) -> None:
    channel = a_channel("json")
    async with asyncio.timeout(20):
        await asyncio.gather(*(channel.send(a_message(key=str(n)), ada(server)) for n in range(20)))
    assert len(server.requests) == 20


async def test_nobody_else_is_called_by_an_alerts_words(server: WebhookServer) -> None:
    alert = an_alert(summary="@everyone look", description="@here and @channel, ada@example.com")
    await a_channel("json").send(a_message(alert=alert), ada(server))
    said = server.requests[0].json
    for call in ("@everyone", "@here", "@channel"):
        assert call not in said["title"] + said["message"]
    assert "ada@example.com" in said["message"]


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
async def test_any_text_pages_by_apprise(server: WebhookServer, alert: AlertText) -> None:
    await a_channel("json").send(a_message(alert=alert), ada(server))
    assert len(server.requests) == 1


def test_every_service_of_the_list_exists_and_goes_to_no_host_of_the_addresss_choice() -> None:
    services: list[dict[str, Any]] = apprise.Apprise().details()["schemas"]
    hosts = {
        schema: any("{host}" in template for template in service["details"]["templates"])
        for service in services
        for schema in (*(service["secure_protocols"] or ()), *(service["protocols"] or ()))
    }
    assert {schema for schema in ALLOWED if hosts.get(schema, True)} == set()


async def test_its_own_log_stays_shut(server: WebhookServer) -> None:
    await a_channel("json").send(a_message(), ada(server))
    assert logging.getLogger("apprise").propagate is False
