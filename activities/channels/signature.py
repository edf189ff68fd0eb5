"""Standard Webhooks signatures: how a receiver knows that a page is ours (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"


def secret_key(secret: str) -> bytes:
    """The key that `secret` stands for: base64 after `whsec_`, else its own letters.

    ValueError when what follows `whsec_` is no base64.
    """
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the webhook secret begins with whsec_ but is not base64") from None


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `{id}.{timestamp}.{body}`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
