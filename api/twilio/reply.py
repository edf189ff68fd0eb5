"""What a reply to a text means: a verb, and which alert."""

import re
from dataclasses import dataclass

from api.press import Button

_VERBS = {
    **dict.fromkeys(("ack", "acknowledge", "acknowledged", "a", "4"), Button.ACKNOWLEDGE),
    **dict.fromkeys(("resolve", "resolved", "close", "r", "c", "6"), Button.RESOLVE),
    **dict.fromkeys(("escalate", "esc", "e", "5"), Button.ESCALATE),
}
CARRIER_WORDS = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke", "start", "unstop", "help", "info"}
)
"""Twilio acts on these itself, and answers them."""
MOST = 1600
"""Letters of a text message."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Reply:
    """`code` None: whatever is open for that number, if it is one alert; `all_`: all of it."""

    verb: Button
    code: str | None = None
    all_: bool = False


def read_reply(body: str) -> Reply | None:
    """`ack`, `ack all`, `ack K3X9QM`, also `K3X9QM ack`, however it is spelt; None: nothing of ours."""
    words = [word.lower() for word in _WORD.findall(body[:MOST])]
    if not 1 <= len(words) <= 2:
        return None
    verbs = [_VERBS[word] for word in words if word in _VERBS]
    others = [word for word in words if word not in _VERBS]
    if len(verbs) != 1:
        return None
    if not others:
        return Reply(verbs[0])
    return Reply(verbs[0], all_=True) if others[0] == "all" else Reply(verbs[0], code=others[0])


def for_the_carrier(body: str) -> bool:
    """Whether Twilio itself answers this: two answers would be one too many."""
    return body.strip().strip("'\".!").lower() in CARRIER_WORDS
