"""Text messages and calls, by Twilio's HTTP API."""

import asyncio
import base64
import json
import re
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from activities.capabilities import tokens_in
from activities.channels import twiml
from activities.channels.channel import DEADLINE, Channel, TryAgain
from activities.channels.guard import GuardedTransport, NoGuard
from activities.channels.http import Answered, post
from activities.channels.retry_after import retry_after
from activities.channels.sms_text import sms_text
from activities.text import provider_words
from roust.domain.directory import Contact, Directory
from roust.domain.errors import Refused, RoustError
from roust.domain.notification import Message, MessageKind, Receipt
from roust.domain.settings import TwilioSettings
from roust.runtime.clock import CLOCK
from roust.runtime.replies import CODE_LENGTH, Delivery, Replies

_TRY_AGAIN = {408, 425, 429}
_BUSY_CODES = {14107, 20429, 21611, 30001, 63018}
"""Too many requests, a full queue: https://www.twilio.com/docs/api/errors. Any other error code is final."""
_FAILED = {"failed", "undelivered", "canceled"}


class Twilio:
    """One account. `post` makes one request and is done when Twilio has put the message into its queue."""

    def __init__(self, settings: TwilioSettings, verify: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._verify = verify or httpx2.create_ssl_context(trust_env=False)

    async def post(self, resource: str, form: Mapping[str, str], address: str) -> Receipt:
        """POST `form` to `resource` (`Messages`, `Calls`). Raises Refused for what Twilio will never take, a
        number above all; TryAgain for 429, 5xx and what is no answer of Twilio's. A request without an answer
        rises as the transport's error: it may have gone out, and a second page is better than none."""
        settings = self._settings
        account = quote(settings.account_sid, safe="")
        url = f"{settings.base_url.rstrip('/')}/2010-04-01/Accounts/{account}/{resource}.json"
        token = settings.auth_token.get_secret_value()
        pair = base64.b64encode(f"{settings.account_sid}:{token}".encode()).decode()
        async with asyncio.timeout(DEADLINE):
            answer = await post(
                url,
                urlencode({"From": settings.from_, "To": address, **form}).encode("ascii"),
                {"content-type": "application/x-www-form-urlencoded", "authorization": f"Basic {pair}"},
                GuardedTransport(NoGuard(whose="Twilio"), self._verify),
                reading=DEADLINE,
            )
        return _receipt(answer, address, [token, pair, *_tells(form)])


class SmsChannel:
    """A page as a text, with a code to reply by and the answer link.

    `replies` makes both; without it (no link keys) a text still wakes.
    """

    def __init__(self, twilio: Twilio, replies: Replies | None) -> None:
        self._twilio = twilio
        self._replies = replies

    async def send(self, message: Message, contact: Contact) -> Receipt:
        replies, alert = self._replies, message.alert.id
        code = url = None
        if message.parts:
            # A code would answer for the worst alone.
            url = message.answer_url
        elif replies is not None and message.answer_url is not None:
            code = replies.code(alert, message.user, message.step)
            url = _short(replies, message)
        form = {"Body": sms_text(message, code, url)} | _status_callback(replies, message, "sms")
        return await self._twilio.post("Messages", form, contact.address)


class VoiceChannel:
    """A page as a call that says the alert twice and takes a key. Nobody is called to hear that it is over."""

    def __init__(self, twilio: Twilio, replies: Replies | None) -> None:
        self._twilio = twilio
        self._replies = replies

    async def send(self, message: Message, contact: Contact) -> Receipt:
        if message.kind is MessageKind.RESOLVED:
            raise Refused("nobody is called to hear that it is over")
        form = {"Twiml": self.script(message)} | _status_callback(self._replies, message, "voice")
        return await self._twilio.post("Calls", form, contact.address)

    def script(self, message: Message) -> str:
        """What is said, as TwiML."""
        alert = message.alert
        words = twiml.spoken(alert.priority.value, alert.service, message.headline)
        if message.kind is MessageKind.REMINDER:
            words = f"A reminder: you have this, and it is not resolved yet. {words}"
        if self._replies is None or message.answer_url is None:
            return twiml.twice(words)
        action = self._replies.call_url(alert.id, message.user, message.step, message.page)
        return twiml.question(words, action, together=bool(message.parts))


def twilio_channels(directory: Directory, verify: ssl.SSLContext | None = None) -> dict[str, Channel]:
    """Texts and calls, where the configuration has an account for them. `verify`: as of `Twilio`."""
    settings = directory.channels.twilio
    if settings is None:
        return {}
    keys = [key.get_secret_value() for key in directory.link_keys if key.get_secret_value()]
    replies = Replies(keys, directory.url) if keys else None
    twilio = Twilio(settings, verify)
    return {"sms": SmsChannel(twilio, replies), "voice": VoiceChannel(twilio, replies)}


def _short(replies: Replies, message: Message) -> str | None:
    try:
        return replies.short_url(message.alert.id, message.user)
    except RoustError:
        return None  # no alert's id: the code alone answers


def _status_callback(replies: Replies | None, message: Message, channel: str) -> dict[str, str]:
    if replies is None or message.answer_url is None:
        return {}
    delivery = Delivery(message.alert.id, message.user, message.contact, channel)
    return {"StatusCallback": replies.status_url(delivery)}


def _tells(form: Mapping[str, str]) -> list[str]:
    """What in `form` lets whoever reads it answer."""
    codes = re.findall(rf"\b[0-9A-Z]{{{CODE_LENGTH}}}$", form.get("Body", ""), re.MULTILINE)
    return [*tokens_in(form.values()), *codes]


def _receipt(answer: Answered, address: str, hidden: list[str]) -> Receipt:
    said, status = _json(answer.said), answer.status
    code = said.get("code") if not answer.taken else said.get("error_code")
    if answer.taken and code is None and said.get("status") not in _FAILED:
        sid = said.get("sid")
        if not isinstance(sid, str):
            raise TryAgain(f"HTTP {status}, but not as Twilio answers: is base_url right?")
        return Receipt(said=provider_words(f"{sid} {said.get('status', '')}".strip(), address, hidden=hidden))
    number = code if isinstance(code, int) and not isinstance(code, bool) else None
    named = f"Twilio {number}" if number is not None else f"HTTP {status}"
    why = said.get("message") or said.get("error_message") or said.get("status") or ""
    words = provider_words(f"{named}: {why}", address, hidden=hidden)
    if status >= 500 or status in _TRY_AGAIN or number in _BUSY_CODES:
        raise TryAgain(words, retry_after(answer.headers.get("retry-after"), CLOCK.now()))
    raise Refused(words.rstrip(": "))


def _json(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
