"""What a text or a pressed key answers by: short codes and signed callbacks, checked without a database."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from itsdangerous import BadData

from roust.runtime.clock import CLOCK
from roust.runtime.links import BadLink, Links, PlainSerializer

CODE_LENGTH = 6
"""Letters: 30 bits, beside the number that a reply must come from and a limit on wrong ones."""
CALL_LIFE = 4 * 3600
"""Seconds that a call's keys count: Twilio may queue a call, nobody is on the phone for so long."""
DELIVERY_LIFE = 72 * 3600
"""Seconds in which a provider may still tell what became of a message."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that looks like another."""
_LOOKS_LIKE = str.maketrans("OIL", "011")
_CODE, _CALL, _DELIVERY = "roust.reply.v1", "roust.call.v1", "roust.delivery.v1"


@dataclass(frozen=True)
class Called:
    """Who was called, about which alert, and which step they heard of. `page`: about all alerts of that
    merged page, of which it was the worst."""

    alert: str
    user: str
    step: int
    page: str = ""


@dataclass(frozen=True)
class Delivery:
    """The message whose fate a provider tells."""

    alert: str
    user: str
    contact: str
    channel: str


class Replies:
    """Codes and callback addresses. The first of `keys` makes them, all of them are understood."""

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        self._links = Links(keys, base_url)
        self._keys = [key.encode() for key in keys if key]
        self._base_url = base_url.rstrip("/")

    def code(self, alert: str, user: str, step: int) -> str:
        """The code that `user` answers this page by: bound to alert, person and the step that they heard of."""
        return _code(self._keys[0], alert, user, step)

    def meant(self, said: str, alert: str, user: str, steps: int) -> int | None:
        """The step of `alert` that the code `said` was made for, of 0 to `steps`; None: it is not of this
        alert or not this user's. Every comparison in constant time."""
        given = said.upper().translate(_LOOKS_LIKE)
        if len(given) != CODE_LENGTH or not given.isascii():
            return None
        found: int | None = None
        for key in self._keys:
            for step in range(steps + 1):
                if hmac.compare_digest(_code(key, alert, user, step), given):
                    found = step
        return found

    def short_url(self, alert: str, user: str) -> str:
        """The answer link, in as few letters as a text message has room for."""
        return self._links.short_url(alert, user)

    def call_url(self, alert: str, user: str, step: int, page: str = "") -> str:
        """Where the keys pressed in a call go."""
        said = [alert, user, step, page] if page else [alert, user, step]
        return f"{self._base_url}/in/twilio/voice/{self._made(_CALL, said)}"

    def read_call(self, token: str) -> Called:
        """Raises BadLink for what we did not make, and for a call of long ago."""
        match self._read(_CALL, token, CALL_LIFE):
            case [str(alert), str(user), int(step)]:
                return Called(alert, user, step)
            case [str(alert), str(user), int(step), str(page)]:
                return Called(alert, user, step, page)
            case _:
                raise BadLink("this is no call of ours")

    def status_url(self, delivery: Delivery) -> str:
        """Where the provider tells what became of a message."""
        said = [delivery.alert, delivery.user, delivery.contact, delivery.channel]
        return f"{self._base_url}/in/twilio/status/{self._made(_DELIVERY, said)}"

    def read_status(self, token: str) -> Delivery:
        """Raises BadLink for what we did not make, and for a message of long ago."""
        match self._read(_DELIVERY, token, DELIVERY_LIFE):
            case [str(alert), str(user), str(contact), str(channel)]:
                return Delivery(alert, user, contact, channel)
            case _:
                raise BadLink("this is no message of ours")

    def _made(self, salt: str, said: list[Any]) -> str:
        made = self._serializer(salt).dumps(said)
        return made if isinstance(made, str) else made.decode()

    def _read(self, salt: str, token: str, life: int) -> Any:
        try:
            said, made_at = self._serializer(salt).loads(token, return_timestamp=True)
        except BadData:
            raise BadLink("this is not ours") from None
        # A worker whose clock is ahead of ours makes some of a moment that is still to come: they are young.
        if CLOCK.now() - made_at > timedelta(seconds=life):
            raise BadLink("this is too old")
        return said

    def _serializer(self, salt: str) -> PlainSerializer:
        # itsdangerous signs with the last of its keys.
        return PlainSerializer(self._keys[::-1], salt=salt, signer_kwargs={"digest_method": hashlib.sha256})


def _code(key: bytes, alert: str, user: str, step: int) -> str:
    digest = hmac.new(key, "\0".join([_CODE, alert, user, str(step)]).encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(CODE_LENGTH))
