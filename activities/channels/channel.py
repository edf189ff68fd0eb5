"""The channel protocol: how every message leaves the building."""

from typing import Protocol

from roust.domain.directory import Contact
from roust.domain.errors import RoustError
from roust.domain.notification import Message, Receipt

DEADLINE = 8.0
"""Seconds that one attempt may take."""


class TryAgain(RoustError):
    """The provider did not take it now and may later; `retry_after` (seconds) is when it asked for."""

    def __init__(self, said: str, retry_after: float | None = None) -> None:
        super().__init__(said)
        self.retry_after = retry_after


class Channel(Protocol):
    """One way out.

    `send` makes one attempt to hand `message` to the provider for the address in `contact`, and is
    done when the provider has taken it. It raises `Refused` when trying again is no use (an address
    that does not exist, a private target); any other exception means: may succeed later. An exception
    may carry `retry_after` (seconds). It never retries by itself, bounds its own time (8 s), and sends
    `message.key` along so that the receiver can tell a second attempt from a second page.
    """

    async def send(self, message: Message, contact: Contact) -> Receipt: ...
