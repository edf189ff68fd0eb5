"""Answer links for a text message: the same promise as a long one, in a third of the letters."""

import base64
import binascii
import hashlib
import hmac
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from roust.domain.errors import RoustError

_SALT = b"roust.answer.short.v1"
_SIGNATURE = 12
"""Bytes. A guess has to be tried over the network: 96 bits are more than anybody tries."""
_ALERT = re.compile(r"([A-Za-z0-9._-]{1,64})-([0-9a-f]{20})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class NotShort(RoustError):
    """This cannot be told in a short link, or is none that we made."""


class ShortTokens:
    """Makes and reads them: `keys` as those of `Links`, the first signs, all verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [hmac.new(_SALT, key.encode(), hashlib.sha256).digest() for key in keys]

    def make(self, alert: str, user: str, at: datetime) -> str:
        """The token for `user` and `alert`. Raises NotShort for what is no alert's id."""
        found = _ALERT.fullmatch(alert)
        if found is None:
            raise NotShort("this is no alert's id")
        names = [found[1].encode(), user.encode()]
        said = b"".join(len(name).to_bytes(1, "big") + name for name in names)
        said += bytes.fromhex(found[2]) + bytes.fromhex(found[3].replace("-", ""))
        said += int(at.timestamp()).to_bytes(5, "big")
        return base64.urlsafe_b64encode(said + _sign(self._keys[0], said)).decode().rstrip("=")

    def read(self, token: str) -> tuple[str, str, datetime]:
        """Alert, user, and when it was made. Raises NotShort when a single bit is not as we made it."""
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise NotShort("this link is damaged") from None
        if base64.urlsafe_b64encode(whole).decode().rstrip("=") != token:
            raise NotShort("this link is damaged")
        said, signature = whole[:-_SIGNATURE], whole[-_SIGNATURE:]
        good = [hmac.compare_digest(_sign(key, said), signature) for key in self._keys]
        if not any(good):
            raise NotShort("this link is damaged, or its key is no longer in use")
        service, rest = _name(said)
        user, rest = _name(rest)
        made_at = datetime.fromtimestamp(int.from_bytes(rest[26:], "big"), UTC)
        return f"{service}-{rest[:10].hex()}-{uuid.UUID(bytes=rest[10:26])}", user, made_at


def _name(said: bytes) -> tuple[str, bytes]:
    end = 1 + said[0]
    return said[1:end].decode(), said[end:]


def _sign(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, said, hashlib.sha256).digest()[:_SIGNATURE]
