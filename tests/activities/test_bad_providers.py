"""Providers and networks that misbehave, by every channel: a typed outcome, and the page by another contact."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from activities.channels.apprise import AppriseChannel
from activities.channels.channel import Channel
from activities.channels.email import EmailChannel
from activities.channels.ntfy import NtfyChannel
from activities.channels.slack import SlackChannel
from activities.channels.twilio import twilio_channels
from activities.channels.webhook import WebhookChannel
from drill.proxy import Trouble, a_proxy
from roust.domain.notification import Outcome
from roust.domain.settings import CHANNEL_OF, AppriseSettings, EmailSettings, NtfySettings, SlackSettings
from roust.domain.settings import WebhookSettings as Hooks
from tests.activities.pages import a_pager, a_request, ada_with, run_page
from tests.builders import a_directory
from tests.fakes.mail_server import a_mail_server
from tests.fakes.webhook_server import Reply, WebhookServer, a_webhook_server

LOOPBACK = ["127.0.0.0/8"]
HTTP = sorted(set(CHANNEL_OF) - {"email"})
SECRET = "canary-secret-0123456789"

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
NO_ANSWER = {Trouble.HOLD, Trouble.SLOW, Trouble.AWAY}


def contacts(port: int, host: str = "127.0.0.1", scheme: str = "http") -> Mapping[str, dict[str, str]]:
    """One of each kind, its provider at `port`."""
    return {
        "email": {"email": "ada@example.com"},
        "webhook": {"webhook": f"{scheme}://{host}:{port}/{SECRET}"},
        "ntfy": {"ntfy": f"{scheme}://{host}:{port}/{SECRET}"},
        "slack": {"slack": "U0ADA"},
        "sms": {"sms": "+447700900001"},
        "voice": {"voice": "+447700900001"},
        "apprise": {"apprise": f"json://127.0.0.1:{port}/{SECRET}"},
    }


def channel(kind: str, port: int, host: str = "127.0.0.1", verify: ssl.SSLContext | None = None) -> Channel:
    """The real channel, its provider at `port`."""
    base = f"{'https' if verify else 'http'}://127.0.0.1:{port}"
    twilio = {"account_sid": "AC1", "auth_token": SECRET, "from": "+15550100", "base_url": base}
    match kind:
        case "email":
            mail: dict[str, Any] = {"host": host, "port": port, "from": "roust@example.com"}
            return EmailChannel(EmailSettings.model_validate(mail))
        case "webhook":
            return WebhookChannel(Hooks(allow=LOOPBACK), verify)
        case "ntfy":
            return NtfyChannel(NtfySettings(allow=LOOPBACK))
        case "slack":
            given = {"bot_token": SECRET, "signing_secret": SECRET, "base_url": base}
            return SlackChannel(SlackSettings.model_validate(given), verify)
        case "apprise":
            return AppriseChannel(AppriseSettings(schemas=["json"]))
        case _:
            return twilio_channels(a_directory(channels={"twilio": twilio}), verify)[kind]


async def outcome(kind: str, port: int, host: str = "127.0.0.1", verify: ssl.SSLContext | None = None) -> Outcome:
    """What becomes of Ada's page by a contact of that kind; her other contact is well, and gets it too."""
    other = "webhook" if kind == "email" else "email"
    async with a_webhook_server() as hooks, a_mail_server() as mails:
        well = {"webhook": hooks.url("/well")} if other == "webhook" else {"email": "well@example.com"}
        at = hooks.port if other == "webhook" else mails.port
        behind = contacts(port, host, "https" if verify else "http")[kind]
        directory = ada_with({"behind": behind, "well": well})
        channels = {kind: channel(kind, port, host, verify), other: channel(other, at)}
        result = await run_page(a_pager(channels=channels, directory=directory), a_request("user:ada"))
        assert len(hooks.requests) + len(mails.deliveries) == 1
    found = {one.planned.contact: one for one in result.outcomes}
    assert found["well"].result == "sent"
    said = found["behind"].said
    assert said
    assert not any(part in said for part in (SECRET, "ada@example.com", "7700900001", f"127.0.0.1:{port}"))
    return found["behind"]


def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("attempt", "channels.email", "channels.webhook", "channels.ntfy", "channels.slack"):
        monkeypatch.setattr(f"activities.{module}.DEADLINE", 0.6)
    monkeypatch.setattr("activities.channels.apprise._CONNECTING", 0.3)
    monkeypatch.setattr("activities.channels.apprise._READING", 0.3)


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
        found = await outcome(kind, proxy.port)
    assert found.result == EXCEPT.get((trouble, kind), "try_again"), found.said
    if trouble in NO_ANSWER and kind != "apprise":
        assert "no answer within" in found.said or "imed out" in found.said, found.said


@pytest.mark.parametrize("kind", sorted(CHANNEL_OF))
async def test_a_provider_that_is_not_there_is_tried_again(kind: str) -> None:
    async with a_webhook_server() as server:
        port = server.port
    assert (await outcome(kind, port)).result == "try_again"


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
    assert found.result == "try_again"
    # Where the mail server is, is no address of Ada's.
    assert kind == "email" or "provider.invalid" not in found.said


CERTIFICATES = ("well", "expired", "of another host", "of nobody we know")


@pytest.mark.parametrize("kind", ["slack", "sms", "voice", "webhook"])
@pytest.mark.parametrize("which", CERTIFICATES)
async def test_a_certificate_that_is_not_well_takes_no_page(which: str, kind: str) -> None:
    authority, theirs = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer = trustme.CA() if which == "of nobody we know" else authority
    name = "hooks.example.com" if which == "of another host" else "127.0.0.1"
    past = datetime.now(UTC) - timedelta(days=1) if which == "expired" else None
    signer.issue_cert(name, not_before=past and past - timedelta(days=9), not_after=past).configure_cert(theirs)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    async with a_webhook_server(theirs) as server:
        server.reply = Reply(200, body=b'{"ok": true, "channel": "D1", "ts": "1.1", "sid": "SM1", "status": "queued"}')
        found = await outcome(kind, server.port, verify=ours)
    assert found.result == ("sent" if which == "well" else "try_again"), found.said
    assert bool(server.requests) == (which == "well")
    assert which == "well" or "certificate" in found.said.lower(), found.said
