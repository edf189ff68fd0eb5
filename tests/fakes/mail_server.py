"""A real SMTP server on a free port that keeps every mail, and answers each recipient as it is told."""

import asyncio
import email
import email.policy
import ssl
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from drill.record import Receipt
from tests import witnesses
from tests.fakes.scripted_smtp import CUT, ScriptedSMTP


@dataclass
class Delivery:
    """One mail as the server got it: to whom, and what."""

    recipients: list[str]
    mail: EmailMessage
    encrypted: bool
    username: str | None
    at: float = field(default_factory=time.time)


@dataclass
class MailServer:
    """`deliveries` in order. `refuse` answers RCPT, `reject` the mail's end, `hang` never answers RCPT.

    `script` answers any command to whomever, the greeting, and the mail's end (".") once it is taken.
    """

    port: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    script: dict[str, str] = field(default_factory=dict)
    logins: int = 0
    _rcpt: dict[str, str] = field(default_factory=dict)
    _data: dict[str, str] = field(default_factory=dict)
    _hanging: set[str] = field(default_factory=set)
    _drop_on_quit: bool = False

    def __post_init__(self) -> None:
        witnesses.sign_up(self)

    def receipts(self) -> Iterator[Receipt]:
        """Every mail to each of its recipients, under the key that it names."""
        for one in self.deliveries:
            key = str(one.mail["X-Roust-Key"])
            for to in one.recipients:
                yield Receipt(
                    one.at, f"{key} to {to}", _kind(key), key.partition("/")[0], to.partition("@")[0], to, 1, 1
                )

    def refuse(self, address: str, reply: str = "550 5.1.1 no such user") -> None:
        self._rcpt[address] = reply

    def forgive(self, address: str) -> None:
        self._rcpt.pop(address, None)

    def reject(self, address: str, reply: str = "451 4.3.0 try again later") -> None:
        self._data[address] = reply

    def hang(self, address: str) -> None:
        self._hanging.add(address)

    def hang_up_on_quit(self) -> None:
        self._drop_on_quit = True

    @property
    def recipients(self) -> list[str]:
        return [one for delivery in self.deliveries for one in delivery.recipients]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        if address in self._hanging:
            await asyncio.Event().wait()
        told = self._rcpt.get(address) or self.script.get("RCPT")
        if told is not None:
            await _may_end(server, told)
            return told
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        for address in envelope.rcpt_tos:
            if address in self._data:
                return self._data[address]
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        auth: Any = session.auth_data
        username = auth.login.decode() if isinstance(auth, LoginPassword) else None
        told = self.script.get(".", "250 2.0.0 queued as 1")
        if not told.startswith(("4", "5")):
            self.deliveries.append(Delivery(list(envelope.rcpt_tos), mail, session.ssl is not None, username))
        await _may_end(server, told)
        return told

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._drop_on_quit:
            await _may_end(server, CUT)
        return "221 Bye"


async def _may_end(server: SMTP, told: str) -> None:
    assert isinstance(server, ScriptedSMTP)
    await server.ended(told)


def _kind(key: str) -> str:
    # `{alert}/{cycle}/{pass}/{step}/…`: what belongs to no step names its occasion.
    _, _, _, step, *_ = [*key.split("/"), "", "", ""]
    return "page" if step.isdecimal() or step.startswith("last-resort") else "other"


@asynccontextmanager
async def a_mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> AsyncIterator[MailServer]:
    """A server on 127.0.0.1; with `login` it takes mail from who knows the password alone."""
    handler = MailServer()
    loop = asyncio.get_running_loop()

    def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        handler.logins += 1
        right = login is not None and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=right, handled=False, auth_data=data)

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            # Passwords in the clear: over loopback, in a test.
            warnings.simplefilter("ignore", UserWarning)
            return _protocol()

    def _protocol() -> SMTP:
        return ScriptedSMTP(
            handler.script,
            handler,
            loop=loop,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=knows if login else None,
            auth_required=login is not None,
            auth_require_tls=starttls is not None,
        )

    # aiosmtpd's protocols outlive their server; those still open are closed with it.
    made: list[SMTP] = []

    def remembered() -> SMTP:
        made.append(protocol())
        return made[-1]

    server = await loop.create_server(remembered, "127.0.0.1", 0, ssl=tls)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        for one in made:
            _cut(one)
        await server.wait_closed()


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
