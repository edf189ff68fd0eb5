"""The ntfy channel: a push to a phone, with buttons that answer."""

import asyncio
import hashlib
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2

from activities import text
from activities.brief import brief, buttons, cut
from activities.capabilities import capabilities
from activities.channels.channel import DEADLINE
from activities.channels.guard import Guard, GuardedTransport
from activities.channels.http import failure, post
from activities.text import provider_words
from activities.wording import subject
from roust.domain.alert import Urgency
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, MessageKind, Press, Receipt
from roust.domain.settings import NtfySettings

MOST_BYTES = 1500
"""Of a message. ntfy takes 4096 and makes an attachment of more; what it hands to a phone's push service
must stay below 4000 together with title and buttons."""
MOST_TITLE_BYTES = 250
URGENT, NORMAL, LOW = 5, 3, 2
"""ntfy's priorities: 5 rings through do-not-disturb where the phone lets it, 2 makes no sound."""
_FORM = "application/x-www-form-urlencoded"


class NtfyChannel:
    """Publishes JSON to the contact's server (`https://server/topic`), under the guard of `settings.allow`.

    2xx: taken. 408, 425, 429, 5xx: TryAgain, with the server's Retry-After. All else is Refused. A second
    attempt replaces the first on the phone (ntfy 2.16 and newer), since both carry the same sequence id.
    """

    def __init__(self, settings: NtfySettings, verify: ssl.SSLContext | None = None) -> None:
        self._tokens = {host.lower(): token for host, token in settings.tokens.items()}
        self._guard = Guard(settings.allow, "the ntfy server")
        self._verify = verify or httpx2.create_ssl_context(trust_env=False)

    async def send(self, message: Message, contact: Contact) -> Receipt:
        server, topic = _server_and_topic(contact.address)
        body = json.dumps(publication(message, topic), ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        async with asyncio.timeout(DEADLINE):
            headers = self._headers(server)
            answer = await post(server, body, headers, GuardedTransport(self._guard, self._verify))
        if not answer.taken:
            hidden = [headers.get("authorization", "").removeprefix("Bearer "), *capabilities(message)]
            raise failure(answer.status, answer.headers, provider_words(answer.said, contact.address, hidden=hidden))
        return Receipt(said=f"HTTP {answer.status}")

    def _headers(self, server: str) -> Mapping[str, str]:
        token = self._tokens.get(urlsplit(server).netloc.lower())
        named = {"authorization": f"Bearer {token.get_secret_value()}"} if token and token.get_secret_value() else {}
        return {"content-type": "application/json", **named}


def publication(message: Message, topic: str) -> dict[str, Any]:
    """What is published: ntfy's own fields, each within its limits."""
    said: dict[str, Any] = {
        "topic": topic,
        "title": cut(text.line(subject(message)), MOST_TITLE_BYTES),
        "message": brief(message, MOST_BYTES),
        "priority": _priority(message),
        "tags": [_emoji(message), message.alert.priority.value],
        "sequence_id": hashlib.sha256(message.key.encode("utf-8", "surrogatepass")).hexdigest()[:32],
    }
    if click := message.answer_url or message.alert_url:
        said["click"] = click
    if message.press is not None:
        said["actions"] = [_action(label, answer, message.press) for answer, label in buttons(message)]
    return said


def _action(label: str, answer: str, press: Press) -> dict[str, Any]:
    """A button that POSTs by the hand of whoever holds the phone; nothing opens it beforehand."""
    return {
        "action": "http",
        "label": label,
        "url": press.url,
        "method": "POST",
        "headers": {"Content-Type": _FORM},
        "body": urlencode({"answer": answer, "press": press.token}),
        "clear": True,
    }


def _priority(message: Message) -> int:
    if message.kind is MessageKind.PAGE:
        return URGENT if message.alert.urgency is Urgency.HIGH else NORMAL
    return NORMAL if message.kind is MessageKind.REMINDER else LOW


def _emoji(message: Message) -> str:
    match message.kind:
        case MessageKind.PAGE:
            return "rotating_light" if message.alert.urgency is Urgency.HIGH else "warning"
        case MessageKind.RESOLVED:
            return "white_check_mark"
        case MessageKind.REMINDER:
            return "bell"
        case _:
            return "information_source"


def _server_and_topic(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Refused("the ntfy address cannot be understood") from None
    root, _, topic = parts.path.rpartition("/")
    if parts.scheme not in ("https", "http") or not parts.netloc or not topic:
        raise Refused("the ntfy address is not a server and a topic, like https://ntfy.example.com/ada")
    return f"{parts.scheme}://{parts.netloc}{root}/", topic
