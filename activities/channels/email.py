"""The e-mail channel: one mail to one responder, over SMTP."""

import asyncio
import hashlib
import socket
import ssl
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib

from activities import text
from activities.capabilities import capabilities
from activities.channels.channel import DEADLINE, TryAgain
from activities.text import provider_words
from activities.wording import worded
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, Receipt
from roust.domain.settings import EmailSettings
from roust.runtime.clock import CLOCK

_PERMANENT = 500
_GOODBYE = 1.0


class EmailChannel:
    """Hands each mail to the SMTP server of `settings`, which is done when the server has said 250.

    5xx is Refused, all else may succeed later. Certificates are verified; `tls` overrides the context
    that does so.
    """

    def __init__(self, settings: EmailSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls
        self._from = _sender(settings.from_)

    async def send(self, message: Message, contact: Contact) -> Receipt:
        address = contact.address
        mail = self.mail(message, address)
        try:
            async with asyncio.timeout(DEADLINE):
                said = await self._hand_over(mail, address)
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise self._refusal(first.code, first.message, message, address) from None
        except aiosmtplib.SMTPResponseException as error:
            raise self._refusal(error.code, error.message, message, address) from None
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError):
            raise
        # What is left is what the server cannot do at all: STARTTLS, our way to log in, a foreign address.
        except aiosmtplib.SMTPException as error:
            raise Refused(provider_words(error, address, hidden=self._hidden(message))) from None
        return Receipt(said=provider_words(said, address, hidden=self._hidden(message)))

    def mail(self, message: Message, address: str) -> EmailMessage:
        """The mail. Its Message-ID is made of the key, so that a second attempt is the same mail; all mails
        of an alert refer to one root, so that they are one thread. Raises Refused for what is no address.
        """
        words = worded(message)
        domain = self._from.domain or "roust.invalid"
        # A notice is no page: a stakeholder who is paged as well finds them in two threads.
        thread = f"notice.{message.alert.id}" if message.notices else message.alert.id
        root = f"<alert.{_digest(thread)}@{domain}>"
        mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=76))
        mail["From"] = self._from
        mail["To"] = _recipient(address, message.user_name)
        mail["Subject"] = text.header(words.subject)
        mail["Date"] = format_datetime(CLOCK.now())
        mail["Message-ID"] = f"<{_digest(message.key)}@{domain}>"
        mail["In-Reply-To"] = root
        mail["References"] = root
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Roust-Alert"] = text.header(message.alert.id)
        mail["X-Roust-Key"] = text.header(message.key, 400)
        mail.set_content(words.text, cte="quoted-printable")
        if words.html is not None:
            mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
        return mail

    def _refusal(self, code: int, said: str, message: Message, address: str) -> Refused | TryAgain:
        if code < 0:
            return TryAgain("it answered something else than SMTP")
        words = provider_words(f"{code} {said}", address, hidden=self._hidden(message))
        return Refused(words) if code >= _PERMANENT else TryAgain(words)

    def _hidden(self, message: Message) -> list[str]:
        password = self._settings.password
        return [password.get_secret_value() if password else "", *capabilities(message)]

    async def _hand_over(self, mail: EmailMessage, address: str) -> str:
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            local_hostname=socket.gethostname(),
            timeout=DEADLINE,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
            _, said = await client.send_message(mail, recipients=[address])
            await _say_goodbye(client)
        finally:
            client.close()
        return said


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    # The server has taken the mail: trouble in parting must not make it be sent again.
    try:
        async with asyncio.timeout(_GOODBYE):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _sender(given: str) -> Address:
    name, address = parseaddr(given)
    return Address(display_name=name or "Roust", addr_spec=address)


def _recipient(address: str, name: str) -> Address:
    """One recipient, never two: a comma or a line break in an address is no address."""
    try:
        return Address(display_name=text.header(name, 80), addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        raise Refused("the contact is not an e-mail address") from None
