"""What in a message lets whoever reads it answer: no provider's echo of it may stay on record."""

import re
from collections.abc import Iterable

from roust.domain.notification import Message

_OURS = re.compile(r"/(?:a|in/twilio/(?:voice|status))/([\w.~-]+)")


def capabilities(message: Message) -> list[str]:
    """The tokens of its links and buttons."""
    urls = [message.answer_url, *(part.acknowledge_url for part in message.parts)]
    found = [url.rpartition("/")[2] for url in urls if url]
    return [*found, message.press.token] if message.press else found


def tokens_in(texts: Iterable[str]) -> list[str]:
    """The tokens of our addresses in `texts` that were made of a message."""
    return [token for text in texts for token in _OURS.findall(text)]
