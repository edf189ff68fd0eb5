"""Pages by webhook, through a real HTTP server."""

import base64
import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trustme

from activities.channels.channel import TryAgain
from activities.channels.webhook import WebhookChannel
from roust.domain.alert import AlertText
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.settings import WebhookSettings
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.builders import an_alert
from tests.fakes.webhook_server import Reply, WebhookServer, a_webhook_server

HOSTILE = corpus()
LOOPBACK = ["127.0.0.0/8"]


@pytest.fixture
async def server() -> AsyncIterator[WebhookServer]:
    async with a_webhook_server() as server:
        yield server


def a_channel(verify: ssl.SSLContext | None = None, **parts: Any) -> WebhookChannel:
    return WebhookChannel(WebhookSettings.model_validate({"allow": LOOPBACK} | parts), verify)


def the_hook(server: WebhookServer, path: str = "/page") -> Contact:
    return Contact(webhook=server.url(path))


async def test_a_page_is_posted_as_the_contract_says(server: WebhookServer) -> None:
    receipt = await a_channel().send(a_message(), the_hook(server))
    assert receipt.said == "HTTP 200"
    [request] = server.requests
    message, said = a_message(), request.json
    assert (request.method, request.path) == ("POST", "/page")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert (said["type"], said["id"]) == ("page", message.key)
    assert (said["user"], said["contact"], said["step"], said["pass"]) == ("ada", "mail", 2, 1)
    alert = said["alert"]
    assert alert["acknowledge_url"].startswith("http://127.0.0.1:8420/a/")
    assert {k: alert[k] for k in ("id", "service", "summary", "priority", "urgency", "state")} == {
        "id": an_alert().id,
        "service": "checkout",
        "summary": "checkout is down",
        "priority": "P1",
        "urgency": "high",
        "state": "triggered",
    }
    assert alert["url"] == message.alert_url


@pytest.mark.parametrize(
    ("secret", "key"),
    [("whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode(), b"0123456789abcdef01234567"), ("raw", b"raw")],
)
async def test_a_page_is_signed(server: WebhookServer, secret: str, key: bytes) -> None:
    await a_channel(secret=secret).send(a_message(), the_hook(server))
    [request] = server.requests
    assert request.headers["webhook-id"] == a_message().key
    assert request.signed_with(key)
    assert not request.signed_with(b"another")


async def test_a_page_without_a_secret_goes_unsigned(server: WebhookServer) -> None:
    await a_channel().send(a_message(), the_hook(server))
    assert "webhook-signature" not in server.requests[0].headers


def test_a_broken_secret_is_found_before_the_first_page() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        a_channel(secret="whsec_!!!")


@pytest.mark.breach("attempts anew, whose keys are compared")
async def test_every_attempt_carries_the_same_key(server: WebhookServer) -> None:
    channel = a_channel()
    for _ in range(2):
        await channel.send(a_message(), the_hook(server))
    assert len({r.headers["webhook-id"] for r in server.requests}) == len({r.body for r in server.requests}) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_sent(server: WebhookServer, status: int) -> None:
    server.reply = Reply(status)
    assert (await a_channel().send(a_message(), the_hook(server))).said == f"HTTP {status}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
async def test_a_4xx_is_refused(server: WebhookServer, status: int) -> None:
    server.reply = Reply(status, body=b"not here")
    with pytest.raises(Refused, match=f"HTTP {status}: not here"):
        await a_channel().send(a_message(), the_hook(server))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_trouble_at_the_receiver_is_tried_again_when_it_asks(server: WebhookServer, status: int) -> None:
    server.reply = Reply(status, headers={"Retry-After": "30"})
    with pytest.raises(TryAgain) as caught:
        await a_channel().send(a_message(), the_hook(server))
    assert caught.value.retry_after == 30


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_not_followed(server: WebhookServer, status: int) -> None:
    server.reply = Reply(status, headers={"Location": server.url("/elsewhere")})
    with pytest.raises(Refused, match="redirect"):
        await a_channel().send(a_message(), the_hook(server))
    assert [request.path for request in server.requests] == ["/page"]


async def test_a_receiver_that_hangs_is_tried_again(server: WebhookServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.channels.webhook.DEADLINE", 0.2)
    server.reply = Reply(hang=True)
    with pytest.raises(TimeoutError):
        await a_channel().send(a_message(), the_hook(server))


async def test_a_receiver_that_is_away_is_tried_again() -> None:
    async with a_webhook_server() as server:
        contact = the_hook(server)
    with pytest.raises(Exception, match=r"failed|refused") as caught:
        await a_channel().send(a_message(), contact)
    assert not isinstance(caught.value, Refused)


async def test_an_endless_answer_is_read_no_further_than_needed(server: WebhookServer) -> None:
    server.reply = Reply(500, endless=True)
    with pytest.raises(TryAgain) as caught:
        await a_channel().send(a_message(), the_hook(server))
    assert len(str(caught.value)) <= 220
    server.reply = Reply(200, endless=True)
    await a_channel().send(a_message(), the_hook(server))


async def test_a_page_that_was_taken_is_sent_however_slow_the_rest_of_the_answer(server: WebhookServer) -> None:
    server.reply = Reply(202, slow=True)
    assert (await a_channel().send(a_message(), the_hook(server))).said == "HTTP 202"


async def test_a_refusal_is_known_however_slow_its_words(
    server: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.channels.http.READING", 0.1)
    server.reply = Reply(410, slow=True)
    with pytest.raises(Refused, match="HTTP 410"):
        await a_channel().send(a_message(), the_hook(server))


async def test_an_answer_tells_no_part_of_the_address(server: WebhookServer) -> None:
    server.reply = Reply(404, body=f"no {server.url('/hooks/s3cr3t-canary?token=canary')}\x00\x1b[31m".encode() * 9)
    with pytest.raises(Refused) as caught:
        await a_channel().send(a_message(), the_hook(server, "/hooks/s3cr3t-canary?token=canary"))
    words = str(caught.value)
    assert "canary" not in words
    assert "127.0.0.1" not in words
    assert words.isprintable()
    assert len(words) <= 220


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
async def test_any_text_pages_by_webhook(server: WebhookServer, alert: AlertText) -> None:
    await a_channel(secret="key").send(a_message(alert=alert), the_hook(server))
    [request] = server.requests
    assert request.signed_with(b"key")
    said = json.loads(request.body, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert said["alert"]["id"] == alert.id
    json.dumps(said, ensure_ascii=False).encode("utf-8")
    assert b"\\u0000" not in request.body
    assert len(request.body) < 200_000


async def test_a_private_target_is_refused_before_anything_is_sent(server: WebhookServer) -> None:
    with pytest.raises(Refused, match="private"):
        await a_channel(allow=[]).send(a_message(), the_hook(server))
    assert server.requests == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "nonsense", "", "http://", "http://[::1", "file:///etc/passwd"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        await a_channel().send(a_message(), Contact(webhook=url))


async def test_no_proxy_of_the_environment_is_used(server: WebhookServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_webhook_server() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        await a_channel().send(a_message(), the_hook(server))
        assert (len(server.requests), proxy.requests) == (1, [])


async def test_https_goes_to_the_checked_address_under_the_urls_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    authority, theirs = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.test").configure_cert(theirs)
    asked: list[str] = []
    theirs.sni_callback = lambda _, name, __: asked.append(name)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    async with a_webhook_server(theirs) as server:
        lookups = resolve_to(monkeypatch, "127.0.0.1")
        await a_channel(ours).send(a_message(), Contact(webhook=server.url(host="hooks.test")))
        assert lookups == ["hooks.test"]
        assert asked == ["hooks.test"]
        assert server.requests[0].headers["host"] == f"hooks.test:{server.port}"
        with pytest.raises(Exception, match="certificate"):
            await a_channel(ours).send(a_message(), Contact(webhook=server.url(host="other.test")))
        assert len(server.requests) == 1


def resolve_to(monkeypatch: pytest.MonkeyPatch, address: str) -> list[str]:
    """Every name of `.test` is at `address`; remembers what was looked up."""
    import asyncio
    import socket

    lookups: list[str] = []
    real = asyncio.base_events.BaseEventLoop.getaddrinfo

    async def getaddrinfo(self: Any, host: Any, port: Any, **more: Any) -> Any:
        if not str(host).endswith(".test"):
            return await real(self, host, port, **more)
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return lookups
