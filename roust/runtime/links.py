"""Answer links: signed, bound to one alert and one person, checked without a database."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, Serializer
from itsdangerous.encoding import base64_decode, base64_encode

from roust.domain.errors import RoustError
from roust.domain.notification import Press
from roust.runtime.clock import CLOCK
from roust.runtime.presses import Presses
from roust.runtime.short_links import NotShort, ShortTokens
from roust.runtime.stamped import Stamped

_SALT = "roust.answer.v1"
_LONGEST = 1024


class BadLink(RoustError):
    """This is not a link that we made, or not all of it."""


@dataclass(frozen=True)
class AnswerToken:
    """What a link says: whose it is, for which alert, and when it was made. `page`: it answers for all alerts
    of that merged page, of which `alert` was the worst."""

    alert: str
    user: str
    made_at: datetime
    page: str = ""


class PlainSerializer(Stamped):
    """Without compression: its tokens begin with a dot, and many a proxy denies paths that do."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


class Links:
    """Makes and reads answer links. The first of `keys` signs, all of them verify: a key is rotated by
    putting the new one first and dropping the old one when its links have lived their life."""

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        # An empty one, of a variable that is not set, would sign what anybody can.
        keys = [key for key in keys if key]
        if not keys:
            raise ValueError("no link_keys are configured, so there are no answer links")
        self._base_url = base_url.rstrip("/")
        self._presses = Presses(keys, base_url)
        # itsdangerous signs with the last of its keys.
        self._serializer = PlainSerializer(
            list(reversed(keys)), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._short = ShortTokens(keys)

    def answer_url(self, alert_id: str, user: str) -> str:
        """The link that `user` answers alert `alert_id` by. Opening it changes nothing."""
        return self._url([alert_id, user])

    def page_url(self, alert_id: str, user: str, page: str) -> str:
        """The link that `user` answers all alerts of the merged page `page` by; `alert_id` is the worst of them."""
        return self._url([alert_id, user, page])

    def press(self, alert_id: str, user: str, step: int) -> Press:
        """What a button that `user` presses carries; an escalate from it is bound to `step`."""
        return self._presses.make(alert_id, user, step)

    def short_url(self, alert_id: str, user: str) -> str:
        """The same, for where every letter costs. Raises NotShort for what is no alert's id."""
        return f"{self._base_url}/a/{self._short.make(alert_id, user, CLOCK.now())}"

    def alert_url(self, alert_id: str) -> str:
        """Where programs and people with a token read the alert."""
        return alert_url(self._base_url, alert_id)

    def read(self, token: str) -> AnswerToken:
        """What `token` says. Raises BadLink when a single byte of it is not as we made it."""
        if "." not in token and token.isascii() and len(token) <= _LONGEST:
            return self._read_short(token)
        if len(token) > _LONGEST or not token.isascii() or not _canonical(token):
            raise BadLink("this link is damaged")
        try:
            said, made_at = self._serializer.loads(token, return_timestamp=True)
        except BadData:
            raise BadLink("this link is damaged, or its key is no longer in use") from None
        match said:
            case [str(alert), str(user)]:
                return AnswerToken(alert, user, made_at)
            case [str(alert), str(user), str(page)]:
                return AnswerToken(alert, user, made_at, page)
            case _:
                raise BadLink("this link is of another kind")

    def _read_short(self, token: str) -> AnswerToken:
        try:
            return AnswerToken(*self._short.read(token))
        except NotShort as error:
            raise BadLink(str(error)) from None

    def _url(self, said: list[str]) -> str:
        token = self._serializer.dumps(said)
        return f"{self._base_url}/a/{token if isinstance(token, str) else token.decode()}"


def alert_url(base_url: str, alert_id: str) -> str:
    """Where programs and people with a token read alert `alert_id`."""
    return f"{base_url.rstrip('/')}/v1/alerts/{quote(alert_id, safe='')}"


def _canonical(token: str) -> bool:
    """Whether the signature is written in its one way: base64 leaves bits of its last letter unread."""
    signature = token.rpartition(".")[2]
    try:
        return base64_encode(base64_decode(signature)).decode() == signature
    except BadData:
        return False
