"""TwiML: what Twilio is told to say on the phone and to write in a text. Every word in it is escaped."""

import re
from xml.sax.saxutils import escape, quoteattr

from activities import text

KEYS = {"4": "acknowledge", "5": "escalate", "6": "resolve"}
"""The keys of a call, as GoAlert's; `*` says it again."""
AGAIN = "*"
_WHICH = "Press 4 to acknowledge, 5 to escalate, 6 to resolve, or star to hear it again."
_WHICH_OF_ALL = "Press 4 to acknowledge all of them, or star to hear it again."
_NOBODY = "No key was pressed. The alert goes on. Goodbye."
_ANSWER_WITHIN = 10
"""Seconds for the first key."""
_SPOKEN_CAP = 200
MOST = 4000
"""Characters of TwiML that a request for a call may hold."""

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
# Read out letter by letter, or not at all.
_SIGNS = re.compile(r"[`*_{}\[\]()<>#|\\~^=]+")


def empty() -> str:
    """Nothing is said."""
    return _response("")


def message(words: str) -> str:
    """An answer to a text."""
    return _response(f"<Message>{_escaped(words)}</Message>")


def say(words: str) -> str:
    """Said, and the call ends."""
    return _response(_say(words))


def twice(words: str) -> str:
    """A call in which nothing can be answered: said two times."""
    return _response(f'{_say(words)}<Pause length="1"/>{_say(words)}')


def question(words: str, action: str, together: bool = False) -> str:
    """A call that says `words` two times and posts the key that is pressed to `action`. No key: nothing happens,
    so that an answering machine answers nothing. `together`: it is about several alerts."""
    whole = _say(f"{words} {_WHICH_OF_ALL if together else _WHICH}")
    return _gather(f'{whole}<Pause length="1"/>{whole}', action)


def again(words: str, action: str, together: bool = False) -> str:
    """In a call: `words` once more, and the same keys."""
    return _gather(_say(f"{words} {_WHICH_OF_ALL if together else _WHICH}"), action)


def spoken(priority: str, service: str, summary: str) -> str:
    """An alert as a voice says it: `Alert of priority 1. Service checkout. …`."""
    said = text.line(_SIGNS.sub(" ", _URL.sub(" ", text.line(summary))), _SPOKEN_CAP) or "no summary"
    name = text.line(service, 64).replace("-", " ").replace("_", " ")
    return f"Alert of priority {priority.removeprefix('P')}. Service {name}. {said.rstrip('.')}."


def _gather(said: str, action: str) -> str:
    attributes = f'numDigits="1" timeout="{_ANSWER_WITHIN}" method="POST" action={quoteattr(action)}'
    return _response(f"<Gather {attributes}>{said}</Gather>{_say(_NOBODY)}")


def _say(words: str) -> str:
    return f"<Say>{_escaped(words)}</Say>"


def _escaped(words: str) -> str:
    return escape(_NOT_XML.sub("", words))


def _response(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'
