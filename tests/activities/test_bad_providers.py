"""Providers and networks that misbehave, by every channel: a typed outcome, and the page by another contact."""

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import Any

import httpcore2
import pytest

from activities.channels.channel import DEADLINE
from drill.proxy import Trouble, a_proxy
from roust.domain.directory import Contact
from roust.domain.settings import CHANNEL_OF
from tests.activities.certificates import CERTIFICATES, UNWELL, contexts
from tests.activities.messages import a_message
from tests.activities.providers import HTTP, HURRY, channel, contacts, outcome, short
from tests.fakes.mail_server import a_mail_server
from tests.fakes.webhook_server import Reply, WebhookServer, a_webhook_server

STATUSES = {
    302: "refused",
    400: "refused",
    401: "refused",
    404: "refused",
    410: "refused",
    429: "try_again",
    500: "try_again",
    503: "try_again",
}
RETRY_AFTER = {"30": 30.0, "0": 1.0, "1000000000": 600.0, "soon": None}
TROUBLES = (Trouble.RESET, Trouble.DROP, Trouble.HOLD, Trouble.SLOW, Trouble.GARBAGE, Trouble.CUT, Trouble.AWAY)
EXCEPT = {(Trouble.CUT, "apprise"): "sent"}
"""Half a head with 200 in it: the library below Apprise takes the status for an answer."""
NO_ANSWER, BROKEN_OFF = "no answer within 8 s", "the connection broke off before it was taken"
SAID = {
    Trouble.HOLD: NO_ANSWER,
    Trouble.SLOW: NO_ANSWER,
    Trouble.AWAY: NO_ANSWER,
    Trouble.RESET: BROKEN_OFF,
    Trouble.DROP: BROKEN_OFF,
    Trouble.CUT: BROKEN_OFF,
    Trouble.GARBAGE: "it answered something else than",
}


@pytest.mark.parametrize("kind", sorted(CHANNEL_OF))
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_whatever_a_network_does_the_page_is_tried_again_and_has_another_way(
    trouble: Trouble, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(a_mail_server() if kind == "email" else a_webhook_server())
        if isinstance(server, WebhookServer):
            server.reply = Reply(200, body=b'{"ok": true, "sid": "SM1", "status": "queued"}')
        proxy = await stack.enter_async_context(a_proxy("127.0.0.1", server.port))
        proxy.trouble = trouble
        found = await outcome(kind, proxy.port, within=HURRY if kind != "apprise" else DEADLINE)
    assert found.result == EXCEPT.get((trouble, kind), "try_again"), found.said
    assert SAID[trouble] in found.said or kind == "apprise", found.said


@pytest.mark.parametrize("kind", sorted(CHANNEL_OF))
async def test_a_provider_that_is_not_there_is_tried_again(kind: str) -> None:
    with socket.socket() as taken:
        # Bound, and nobody listens: a port that was free a moment ago may be somebody else's now.
        taken.bind(("127.0.0.1", 0))
        found = await outcome(kind, taken.getsockname()[1])
    assert found.result == "try_again"
    assert kind == "apprise" or found.said == "nothing answers there: connection refused"


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("status", STATUSES)
async def test_a_status_decides_whether_trying_again_is_useful(status: int, kind: str) -> None:
    async with a_webhook_server() as server:
        server.reply = Reply(status, {"Location": "http://169.254.169.254/"}, b"no")
        found = await outcome(kind, server.port)
        assert len(server.requests) == 1
    assert found.result == STATUSES[status]
    assert f"HTTP {status}" in found.said


@pytest.mark.parametrize("kind", [kind for kind in HTTP if kind != "apprise"])
@pytest.mark.parametrize("asked", RETRY_AFTER)
async def test_a_provider_is_tried_again_when_it_asks_within_bounds(asked: str, kind: str) -> None:
    async with a_webhook_server() as server:
        server.reply = Reply(429, {"Retry-After": asked})
        found = await outcome(kind, server.port)
    assert (found.result, found.retry_after) == ("try_again", RETRY_AFTER[asked])


@pytest.mark.parametrize(
    ("reply", "result"), [("421 busy", "try_again"), ("450 later", "try_again"), ("550 no", "refused")]
)
async def test_a_mail_servers_word_decides(reply: str, result: str) -> None:
    async with a_mail_server() as server:
        server.refuse("ada@example.com", reply)
        found = await outcome("email", server.port)
    assert (found.result, found.said) == (result, reply)


def test_every_kind_of_contact_is_tried() -> None:
    assert set(contacts(1)) == set(CHANNEL_OF)


@pytest.mark.parametrize("kind", [kind for kind in HTTP if kind != "apprise"])
async def test_an_answer_without_end_is_read_for_a_little(kind: str) -> None:
    async with a_webhook_server() as server:
        server.reply = Reply(503, endless=True)
        found = await outcome(kind, server.port)
        assert server.bytes_sent < 16 * 2**20
    assert found.result == "try_again"
    assert "HTTP 503" in found.said


@pytest.mark.parametrize("kind", ["email", "ntfy", "webhook"])
async def test_a_name_that_does_not_resolve_is_tried_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **named: Any) -> Any:
        if "invalid" in str(host):
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return known(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    found = await outcome(kind, 9, host="provider.invalid")
    assert (found.result, found.said) == ("try_again", "its name does not resolve now")


@pytest.mark.parametrize("kind", ["slack", "sms", "voice", "webhook"])
@pytest.mark.parametrize("which", CERTIFICATES)
async def test_a_certificate_that_is_not_well_takes_no_page(which: str, kind: str) -> None:
    theirs, ours = contexts(which)
    async with a_webhook_server(theirs) as server:
        server.reply = Reply(200, body=b'{"ok": true, "channel": "D1", "ts": "1.1", "sid": "SM1", "status": "queued"}')
        found = await outcome(kind, server.port, verify=ours)
    assert found.result == ("sent" if which == "well" else "try_again"), found.said
    assert bool(server.requests) == (which == "well")
    assert which == "well" or found.said == UNWELL[which]


@pytest.mark.parametrize("kind", [kind for kind in HTTP if kind != "apprise"])
async def test_an_address_that_is_silent_leaves_the_others_of_its_name_their_time(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, silent = httpcore2.AnyIOBackend.connect_tcp, list[str]()

    async def getaddrinfo(self: Any, host: str, port: int, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.9", "127.0.0.1")]

    async def connect_tcp(self: Any, host: str, port: int, timeout: float, *more: Any) -> Any:  # noqa: ASYNC109
        if host == "127.0.0.9":
            assert timeout == DEADLINE / 2
            silent.append(host)
            raise httpcore2.ConnectTimeout
        return await connect(self, host, port, timeout, *more)

    async with a_webhook_server() as server:
        server.reply = Reply(200, body=b'{"ok": true, "sid": "SM1", "status": "queued"}')
        monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
        monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
        way, contact = channel(kind, server.port), Contact.model_validate(contacts(server.port)[kind])
        await way.send(a_message(), contact)
    assert (silent, len(server.requests)) == (["127.0.0.9"], 1)
