"""The demo's inbox: a real mail server on loopback that keeps what it is sent, in memory."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from roust.cli.demo.company import SUPPORT
from roust.runtime.ports import listener

_LINK = re.compile(r"https?://\S+/a/\S+")


@dataclass(frozen=True)
class Mail:
    """One mail: which alert, to whom, what it says; `link` answers it."""

    alert: str
    user: str
    subject: str
    link: str | None

    @property
    def is_notice(self) -> bool:
        return self.user == SUPPORT

    @property
    def is_page(self) -> bool:
        return not self.is_notice and not self.subject.startswith(("Resolved:", "Reminder:"))


@dataclass
class Inbox:
    """Every mail, in order of arrival."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)

    def pages(self, alert: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.alert == alert and mail.is_page]

    def others(self, alert: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.alert == alert and not mail.is_page and not mail.is_notice]

    def notices(self, alert: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.alert == alert and mail.is_notice]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        link = _LINK.search(body.get_content() if body else "")
        self.mails.append(
            Mail(
                alert=str(mail["X-Roust-Alert"]).strip(),
                user=envelope.rcpt_tos[0].partition("@")[0],
                subject=str(mail["Subject"]),
                link=link.group() if link else None,
            )
        )
        return "250 2.0.0 kept"


@asynccontextmanager
async def an_inbox() -> AsyncIterator[Inbox]:
    """An inbox that takes mail while the context lasts."""
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    sock = listener("127.0.0.1", 0, "--port")
    inbox.port = int(sock.getsockname()[1])
    server = await loop.create_server(lambda: SMTP(inbox, loop=loop, hostname="inbox.example.com"), sock=sock)
    try:
        yield inbox
    finally:
        server.close()
