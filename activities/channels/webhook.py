"""The webhook channel: signed JSON to a URL of the responder's own."""

import asyncio
import ssl

import httpx2

from activities.capabilities import capabilities
from activities.channels.channel import DEADLINE
from activities.channels.guard import Guard, GuardedTransport
from activities.channels.http import beginning, failure
from activities.channels.payload import payload
from activities.channels.signature import secret_key, signature
from activities.text import provider_words
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, Receipt
from roust.domain.settings import WebhookSettings
from roust.runtime.clock import CLOCK


class WebhookChannel:
    """POSTs to the contact's URL, under the guard of `settings.allow`.

    2xx: taken. 408, 425, 429, 5xx: TryAgain, with the receiver's Retry-After. All else, redirects too, is
    Refused. `settings.secret` signs; without one, posts go unsigned.
    """

    def __init__(self, settings: WebhookSettings, verify: ssl.SSLContext | None = None) -> None:
        self._key = secret_key(settings.secret.get_secret_value()) if settings.secret else b""
        self._guard = Guard(settings.allow)
        self._verify = verify or httpx2.create_ssl_context(trust_env=False)

    async def send(self, message: Message, contact: Contact) -> Receipt:
        url = contact.address
        body = payload(message)
        async with (
            asyncio.timeout(DEADLINE),
            httpx2.AsyncClient(
                transport=GuardedTransport(self._guard, self._verify),
                timeout=DEADLINE,
                trust_env=False,
                follow_redirects=False,
            ) as client,
        ):
            try:
                request = client.build_request("POST", url, content=body, headers=self._headers(message, body))
            except (httpx2.InvalidURL, ValueError):
                raise Refused("the webhook's URL cannot be understood") from None
            answer = await client.send(request, stream=True)
            # Taken: the status says it all, and waiting for a slow body could only make it look otherwise.
            if answer.is_success:
                await answer.aclose()
                return Receipt(said=f"HTTP {answer.status_code}")
            said = await beginning(answer)
            await answer.aclose()
        raise failure(answer.status_code, answer.headers, provider_words(said, url, hidden=capabilities(message)))

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        timestamp = int(CLOCK.epoch())
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "roust",
            "webhook-id": message.key,
            "webhook-timestamp": str(timestamp),
        }
        if self._key:
            headers["webhook-signature"] = signature(self._key, message.key, timestamp, body)
        return headers
