"""A page by a contact whose provider misbehaves, beside one whose provider is well."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from activities.channels.apprise import AppriseChannel
from activities.channels.channel import DEADLINE, Channel
from activities.channels.email import EmailChannel
from activities.channels.ntfy import NtfyChannel
from activities.channels.slack import SlackChannel
from activities.channels.twilio import twilio_channels
from activities.channels.webhook import WebhookChannel
from roust.domain.directory import Contact
from roust.domain.notification import Message, Outcome, Receipt
from roust.domain.settings import CHANNEL_OF, AppriseSettings, EmailSettings, NtfySettings, SlackSettings
from roust.domain.settings import WebhookSettings as Hooks
from tests.activities.pages import a_pager, a_request, ada_with, run_page
from tests.builders import a_directory
from tests.fakes.mail_server import a_mail_server
from tests.fakes.webhook_server import a_webhook_server

LOOPBACK = ["127.0.0.0/8"]
HTTP = sorted(set(CHANNEL_OF) - {"email"})
HURRY = 0.6
"""Seconds for a provider that never answers."""
SECRET = "canary-secret-0123456789"


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


def channel(
    kind: str, port: int, host: str = "127.0.0.1", verify: ssl.SSLContext | None = None, **settings: Any
) -> Channel:
    """The real channel, its provider at `port`; `settings` are more of the mail server's."""
    base = f"{'https' if verify else 'http'}://127.0.0.1:{port}"
    twilio = {"account_sid": "AC1", "auth_token": SECRET, "from": "+15550100", "base_url": base}
    match kind:
        case "email":
            mail: dict[str, Any] = {"host": host, "port": port, "from": "roust@example.com", **settings}
            return EmailChannel(EmailSettings.model_validate(mail), verify)
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


@dataclass(frozen=True)
class Hurried:
    """A channel that is given less time than others have."""

    channel: Channel
    seconds: float

    async def send(self, message: Message, contact: Contact) -> Receipt:
        async with asyncio.timeout(self.seconds):
            return await self.channel.send(message, contact)


async def outcome(
    kind: str,
    port: int,
    host: str = "127.0.0.1",
    verify: ssl.SSLContext | None = None,
    within: float = DEADLINE,
    **settings: Any,
) -> Outcome:
    """What becomes of Ada's page by a contact of that kind, given `within` seconds; her other contact is well, has the
    time that each has, and gets it too."""
    other = "webhook" if kind == "email" else "email"
    async with a_webhook_server() as hooks, a_mail_server() as mails:
        well = {"webhook": hooks.url("/well")} if other == "webhook" else {"email": "well@example.com"}
        at = hooks.port if other == "webhook" else mails.port
        behind = contacts(port, host, "https" if verify else "http")[kind]
        directory = ada_with({"behind": behind, "well": well})
        channels = {kind: Hurried(channel(kind, port, host, verify, **settings), within), other: channel(other, at)}
        result = await run_page(a_pager(channels=channels, directory=directory), a_request("user:ada"))
        assert len(hooks.requests) + len(mails.deliveries) == 1
    found = {one.planned.contact: one for one in result.outcomes}
    assert found["well"].result == "sent"
    said = found["behind"].said
    assert said
    assert not any(part in said for part in (SECRET, "ada@example.com", "7700900001", f"127.0.0.1:{port}"))
    return found["behind"]


def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise sends in a thread, which goes by its own patience."""
    monkeypatch.setattr("activities.channels.apprise._CONNECTING", 0.3)
    monkeypatch.setattr("activities.channels.apprise._READING", 0.3)
