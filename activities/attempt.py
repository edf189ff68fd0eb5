"""One attempt to hand a message to a provider: a result, in words that tell no address; never an exception."""

import asyncio
import math
from collections.abc import Callable
from typing import NamedTuple

from activities.capabilities import capabilities
from activities.channels.channel import DEADLINE, Channel
from activities.channels.faults import in_words
from activities.text import provider_words
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, Result


class Attempted(NamedTuple):
    """`said` is the provider's word, at most 200 characters; `retry_after`: the seconds that it asked for;
    `ref`: what it calls the message, where it can be rewritten."""

    result: Result
    said: str
    retry_after: float | None = None
    ref: str = ""


async def attempt(channel: Channel, message: Callable[[], Message], contact: Contact) -> Attempted:
    """One attempt, of at most 8 s. Never raises but when cancelled."""
    address, hidden = contact.address, list[str]()
    try:
        async with asyncio.timeout(DEADLINE):
            made = message()
            hidden = capabilities(made)
            receipt = await channel.send(made, contact)
        return Attempted(Result.SENT, provider_words(receipt.said, address, hidden=hidden), ref=receipt.ref)
    except Refused as error:
        return Attempted(Result.REFUSED, provider_words(error, address, hidden=hidden))
    # The channel's contract: any other exception means that it may succeed later.
    except Exception as error:
        said = provider_words(in_words(error), address, hidden=hidden)
        return Attempted(Result.TRY_AGAIN, said, _seconds(getattr(error, "retry_after", None)))


def _seconds(given: object) -> float | None:
    if isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given) and given > 0:
        return float(given)
    return None
