"""Whether a request is Twilio's: signed over the public address and every field, with the account's token."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import structlog
from fastapi import Request

from api.access import Rule
from api.errors import Declined
from roust.domain.directory import Directory

log = structlog.get_logger()

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 200
HEADER = "x-twilio-signature"
_PORTS = {"https": 443, "http": 80}


def signature(auth_token: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """Base64 of the HMAC-SHA1 over `url` and the sorted fields (twilio.com/docs/usage/webhooks/webhooks-security)."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(auth_token.encode(), said.encode(), hashlib.sha1).digest()).decode()


class FromTwilio(Rule):
    """The fields of a request that Twilio has signed; 403 for any other.

    Signed is the address as Twilio knows it: `url` of the configuration and the path, never the Host header.
    """

    rule = "twilio signature"

    async def __call__(self, request: Request) -> Mapping[str, str]:
        directory: Directory = request.app.state.directory.directory
        fields = _fields(request, await request.body())
        settings = directory.channels.twilio
        if settings is None or fields is None or not self._signed(request, fields, directory):
            log.warning("callback refused", why="it is not signed by the Twilio account of this configuration")
            raise Declined(403, "forbidden", "this is not signed by Twilio")
        return dict(fields)

    def _signed(self, request: Request, fields: Sequence[tuple[str, str]], directory: Directory) -> bool:
        settings = directory.channels.twilio
        token = settings.auth_token.get_secret_value() if settings is not None else ""
        shown = request.headers.get(HEADER, "").encode("ascii", "replace")
        if not token:
            return False
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{directory.url.rstrip('/')}{request.url.path}{query}"
        good = [hmac.compare_digest(signature(token, one, fields).encode(), shown) for one in _spellings(url)]
        return any(good)


def _fields(request: Request, body: bytes) -> list[tuple[str, str]] | None:
    """The form; None for what is none, or says something twice."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return fields if len({name for name, _ in fields}) == len(fields) else None


def _spellings(url: str) -> list[str]:
    """Twilio signs an address with its default port at times, and without it at others."""
    parts = urlsplit(url)
    port = _PORTS.get(parts.scheme)
    if port is None or parts.hostname is None or parts.port not in (None, port):
        return [url]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return [url, *(urlunsplit(parts._replace(netloc=netloc)) for netloc in (host, f"{host}:{port}"))]
