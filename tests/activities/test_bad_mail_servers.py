"""Mail servers that misbehave at any word of the conversation: a typed outcome, and the page by another contact."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
import trustme

from activities.channels.email import EmailChannel
from roust.domain.notification import Outcome
from roust.domain.settings import EmailSettings
from tests.activities.pages import a_pager, a_request, ada_with, run_page
from tests.activities.providers import HURRY, Hurried, channel
from tests.fakes.mail_server import a_mail_server
from tests.fakes.webhook_server import a_webhook_server

CUT = ""
"""In place of a reply: the connection ends without a word."""
WELL = {
    "banner": "220 mail.test ESMTP",
    "EHLO": "250 mail.test",
    "HELO": "250 mail.test",
    "STARTTLS": "220 go on",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "end": "250 2.0.0 queued",
    "QUIT": "221 Bye",
}


@dataclass
class ScriptedServer:
    """Says `replies` for each verb, greeting (`banner`) and mail's end (`end`); keeps every mail it got whole."""

    replies: dict[str, str] = field(default_factory=lambda: dict(WELL))
    slow: bool = False
    """The greeting comes one byte a second."""
    silent: bool = False
    """The greeting never comes."""
    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if self.silent:
                await asyncio.Event().wait()
            if self.slow:
                for one in self.replies["banner"]:
                    writer.write(one.encode())
                    await asyncio.sleep(1)
            if await self._say("banner", writer):
                await self._talk(reader, writer)
        writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            verb = line.decode().split()[0].upper()
            self.verbs.append(verb)
            if not await self._say(verb, writer):
                return
            if verb == "DATA" and self.replies[verb].startswith("354"):
                content = await reader.readuntil(b"\r\n.\r\n")
                mail = BytesParser(policy=default).parsebytes(content)
                assert isinstance(mail, EmailMessage)
                self.got.append(mail)
                if not await self._say("end", writer):
                    return

    async def _say(self, what: str, writer: asyncio.StreamWriter) -> bool:
        said = self.replies.get(what, "502 what?")
        if said == CUT:
            return False
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def a_scripted_server(**replies: str) -> AsyncIterator[ScriptedServer]:
    """On a free port of 127.0.0.1; `replies` in place of those of one that is well."""
    handler = ScriptedServer()
    handler.replies |= replies
    at_work: set[asyncio.Task[None]] = set()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        await handler.serve(reader, writer)
        at_work.discard(task)

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        for task in list(at_work):
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


async def by_mail(port: int, tls: str = "none", trust: ssl.SSLContext | None = None, within: float = 8.0) -> Outcome:
    """What becomes of Ada's page by mail; her webhook is well and gets it too."""
    settings: dict[str, Any] = {"host": "127.0.0.1", "port": port, "from": "roust@example.com", "tls": tls}
    mail = Hurried(EmailChannel(EmailSettings.model_validate(settings), trust), within)
    async with a_webhook_server() as hooks:
        directory = ada_with({"behind": {"email": "ada@example.com"}, "well": {"webhook": hooks.url("/well")}})
        channels = {"email": mail, "webhook": channel("webhook", hooks.port)}
        result = await run_page(a_pager(channels=channels, directory=directory), a_request("user:ada"))
        assert len(hooks.requests) == 1
    found = {one.planned.contact: one for one in result.outcomes}
    assert found["well"].result == "sent"
    assert "ada@example.com" not in found["behind"].said
    return found["behind"]


@pytest.mark.parametrize("reply", ["421 4.3.2 going down", "451 4.3.0 later", "550 5.7.1 no", CUT])
@pytest.mark.parametrize("at", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "end"])
async def test_a_mail_servers_word_decides_wherever_it_is_said(at: str, reply: str) -> None:
    replies = {at: reply}
    if at == "EHLO":
        # Who does not know EHLO is greeted by HELO.
        replies["HELO"] = reply
    async with a_scripted_server(**replies) as server:
        found = await by_mail(server.port)
    assert found.result == ("refused" if reply.startswith("5") else "try_again"), found.said
    assert not reply or reply[:3] in found.said, found.said


async def test_a_server_that_knows_no_ehlo_is_greeted_as_of_old() -> None:
    async with a_scripted_server(EHLO="502 what?") as server:
        assert (await by_mail(server.port)).result == "sent"
    assert len(server.got) == 1


async def test_a_server_that_took_the_mail_and_died_before_saying_so_gets_the_same_mail_again() -> None:
    async with a_scripted_server(end=CUT) as server:
        assert (await by_mail(server.port)).result == "try_again"
        server.replies["end"] = WELL["end"]
        assert (await by_mail(server.port)).result == "sent"
    first, second = server.got
    assert first["Message-ID"]
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("how", ["silent", "slow"])
async def test_a_greeting_that_does_not_come_is_waited_for_in_vain(how: str) -> None:
    async with a_scripted_server() as server:
        setattr(server, how, True)
        found = await by_mail(server.port, within=HURRY)
    assert found.result == "try_again"
    assert not server.verbs


@pytest.mark.parametrize("reply", ["454 4.7.0 not now", "501 5.5.4 no", CUT, "220 go on"])
async def test_no_page_leaves_in_the_clear_where_starttls_does_not_come_about(reply: str) -> None:
    # After 220 this server goes on in the clear: a handshake that never is.
    async with a_scripted_server(EHLO="250-mail.test\r\n250 STARTTLS", STARTTLS=reply) as server:
        found = await by_mail(server.port, "starttls", within=HURRY)
    assert found.result == ("refused" if reply.startswith("5") else "try_again"), found.said
    assert "STARTTLS" in server.verbs
    assert "MAIL" not in server.verbs


async def test_a_server_that_offers_no_starttls_where_it_is_demanded_gets_no_page() -> None:
    async with a_scripted_server() as server:
        found = await by_mail(server.port, "starttls")
    assert found.result == "refused"
    assert "MAIL" not in server.verbs


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("which", ["well", "expired", "of another host", "of nobody we know"])
async def test_a_mail_server_whose_certificate_is_not_well_gets_no_page(which: str, tls: str) -> None:
    authority, theirs = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer = trustme.CA() if which == "of nobody we know" else authority
    name = "mail.example.com" if which == "of another host" else "127.0.0.1"
    past = datetime.now(UTC) - timedelta(days=1) if which == "expired" else None
    signer.issue_cert(name, not_before=past and past - timedelta(days=9), not_after=past).configure_cert(theirs)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    async with a_mail_server(**{tls: theirs}) as server:  # type: ignore[arg-type]
        found = await by_mail(server.port, tls, ours)
    assert found.result == ("sent" if which == "well" else "try_again"), found.said
    assert bool(server.deliveries) == (which == "well")
    assert which == "well" or "certificate" in found.said.lower(), found.said
