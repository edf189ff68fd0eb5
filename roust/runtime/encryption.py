"""Encryption of payloads: what alerts say, unreadable for whoever runs Temporal. Keys come from the environment."""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import EncodingPayloadConverter, PayloadCodec

from roust.domain.errors import RoustError

VARIABLE = "ROUST_PAYLOAD_KEYS"
KEY_BYTES = 32
"""AES-256."""
ENCODING, KEY_ID = b"binary/encrypted", "encryption-key-id"
"""As in Temporal's own samples: their UI and tools know it for ciphertext."""
_NONCE_BYTES = 12
_MAGIC = b"roust.payload.v1/"


class UnreadablePayload(RoustError):
    """What Temporal keeps was encrypted by a key that this process does not have, or was altered."""


class PayloadEncryption(PayloadCodec):
    """AES-256-GCM under the first of `keys`; each of them decrypts. A nonce of 96 random bits for each payload.

    What was written before there were keys is still read. Raises UnreadablePayload, which names the cure.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._first = next(iter(self._ciphers))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        nonce, name = os.urandom(_NONCE_BYTES), self._first
        data = nonce + self._ciphers[name].encrypt(nonce, payload.SerializeToString(), _MAGIC + name.encode())
        return Payload(metadata={"encoding": ENCODING, KEY_ID: name.encode()}, data=data)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        name = payload.metadata.get(KEY_ID, b"").decode("ascii", "replace")[:40]
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnreadablePayload(f"encrypted by the key {name}, which is not in {VARIABLE}: add it at the end")
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _MAGIC + name.encode()))
        except (InvalidTag, ValueError, DecodeError):
            raise UnreadablePayload(f"altered since the key {name} encrypted it") from None


class Sealed(EncodingPayloadConverter):
    """What a process without any key meets: it writes nothing so, and says why it cannot read."""

    @property
    def encoding(self) -> str:
        return ENCODING.decode()

    def to_payload(self, value: Any) -> Payload | None:
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        raise UnreadablePayload(f"encrypted, and {VARIABLE} is not set here: give every process the same keys")


class Converter(PydanticPayloadConverter):
    """Pydantic's JSON; ciphertext without keys is told in our words."""

    def __init__(self) -> None:
        super().__init__()
        self.converters = {**self.converters, ENCODING: Sealed()}


def payload_keys(text: str) -> list[bytes]:
    """The keys that `text` holds: base64 of 32 bytes each, apart by commas or blanks.

    Raises RoustError that says which is wrong, and never what it is.
    """
    return [_key(one, number) for number, one in enumerate(text.replace(",", " ").split(), 1)]


def key_names(keys: Iterable[bytes]) -> list[str]:
    """What tells keys apart in messages and in Temporal: it gives nothing away of the key."""
    return [_key_id(key) for key in keys]


def _key(text: str, number: int) -> bytes:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if set(text) & set("-_") else None)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise RoustError(f"{VARIABLE}: key {number} must be {KEY_BYTES} bytes in base64: openssl rand -base64 32")
    return key


def _key_id(key: bytes) -> str:
    return hashlib.sha256(_MAGIC + key).hexdigest()[:12]
