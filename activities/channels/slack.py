"""The Slack channel: a message with buttons to a person or a channel, rewritten in place as the alert moves."""

import asyncio
import json
import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpx2

from activities.capabilities import capabilities
from activities.channels.channel import DEADLINE, TryAgain
from activities.channels.guard import GuardedTransport, NoGuard
from activities.channels.http import failure, post
from activities.channels.retry_after import retry_after
from activities.channels.slack_blocks import blocks, fallback
from activities.text import provider_words
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, MessageKind, Receipt
from roust.domain.settings import SlackSettings
from roust.runtime.clock import CLOCK

_LATER = {
    "accesslimited",
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
}
"""Errors of Slack's Web API that are over after a while; all others stand until somebody changes something."""
_ERROR = re.compile(r"[a-z0-9_]{1,60}")
_TIMESTAMP = re.compile(r"\d{1,12}\.\d{1,9}")


class SlackChannel:
    """Posts to the user id (U…) or channel id (C…) of the contact by Slack's Web API.

    A page is a message of its own, since only that rings; its `ref` is Slack's timestamp of it, which tells
    no address. With `refs` those messages are rewritten: an update does that alone, the word that it is over
    comes as a reply in their thread besides.
    """

    def __init__(self, settings: SlackSettings, verify: ssl.SSLContext | None = None) -> None:
        self._base = settings.base_url.rstrip("/")
        self._token = settings.bot_token.get_secret_value()
        self._verify = verify or httpx2.create_ssl_context(trust_env=False)
        self._conversations: dict[str, str] = {}

    async def send(self, message: Message, contact: Contact) -> Receipt:
        async with asyncio.timeout(DEADLINE):
            if message.kind in (MessageKind.UPDATE, MessageKind.RESOLVED) and message.refs:
                rewritten = await self._rewrite(message, contact.address)
                if message.kind is MessageKind.UPDATE:
                    return Receipt(said=f"{rewritten} of {len(message.refs)} messages rewritten")
                return await self._post(message, contact.address, thread=message.refs[-1] if rewritten else None)
            if message.kind is MessageKind.UPDATE:
                return Receipt(said="nothing to rewrite")
            return await self._post(message, contact.address)

    async def _post(self, message: Message, address: str, thread: str | None = None) -> Receipt:
        said = {
            **self._shown(message, address),
            "channel": await self._conversation(address) if thread else address,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": "roust_message", "event_payload": {"key": message.key}},
        }
        if thread:
            # The message above it says all; this one is to be noticed.
            said["thread_ts"] = thread
            del said["blocks"]
        answer = await self._call("chat.postMessage", said, address, capabilities(message))
        stamp, conversation = answer.get("ts"), answer.get("channel")
        if isinstance(conversation, str):
            self._conversations[address] = conversation
        return Receipt(said="posted", ref=stamp if isinstance(stamp, str) and _TIMESTAMP.fullmatch(stamp) else "")

    async def _rewrite(self, message: Message, address: str) -> int:
        """How many of the messages of before were rewritten; those that are gone or too old are let be."""
        conversation = await self._conversation(address)
        shown, hidden = self._shown(message, address), capabilities(message)
        rewritten = 0
        for ref in message.refs:
            try:
                await self._call("chat.update", shown | {"channel": conversation, "ts": ref}, address, hidden)
            except Refused:
                continue
            rewritten += 1
        return rewritten

    def _shown(self, message: Message, address: str) -> dict[str, Any]:
        private = not address.startswith(("C", "G"))
        return {"text": fallback(message), "blocks": blocks(message, private=private), "link_names": False}

    async def _conversation(self, address: str) -> str:
        """The id of the conversation with a person, which a rewrite needs; a channel's is its own."""
        if not address.startswith(("U", "W")):
            return address
        if address not in self._conversations:
            answer = await self._call("conversations.open", {"users": address}, address)
            channel = answer.get("channel")
            found = channel.get("id") if isinstance(channel, dict) else None
            if not isinstance(found, str):
                raise TryAgain("Slack's answer cannot be understood")
            self._conversations[address] = found
        return self._conversations[address]

    async def _call(
        self, method: str, arguments: dict[str, Any], address: str, hidden: Iterable[str] = ()
    ) -> dict[str, Any]:
        """One call of the Web API. Raises Refused and TryAgain as the protocol has them."""
        answered = await post(
            f"{self._base}/{method}",
            json.dumps(arguments, separators=(",", ":")).encode("ascii"),
            {"content-type": "application/json; charset=utf-8", "authorization": f"Bearer {self._token}"},
            GuardedTransport(NoGuard(whose="Slack"), self._verify),
            reading=DEADLINE,
        )
        if not answered.taken:
            raise failure(
                answered.status, answered.headers, provider_words(answered.said, address, hidden=[self._token, *hidden])
            )
        try:
            answer = json.loads(answered.said)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise TryAgain("Slack's answer cannot be understood")
        if answer["ok"]:
            return answer
        error = str(answer.get("error"))
        words = f"Slack says: {error if _ERROR.fullmatch(error) else 'an error without a name'}"
        if error not in _LATER:
            raise Refused(words)
        raise TryAgain(words, retry_after(answered.headers.get("retry-after"), CLOCK.now()))
