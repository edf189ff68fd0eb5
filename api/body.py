"""Bodies: read whole, within a size and a time, and as JSON."""

import asyncio
import json
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Declined, error_response

MOST_BYTES = 1024 * 1024
"""Bytes of any body; the HTTP reference says so."""
MOST_SECONDS = 10.0
"""For the whole body to arrive: a slow sender may not hold a place for ever."""
_MOST_DIGITS = 4_000
_MOST_NESTED = 100


class BodyLimit:
    """Reads each body whole before anything else sees it; what it says of its length is not believed.

    Refuses more than `most` bytes (413), a body slower than `seconds` (408), a compressed one (415).
    """

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, seconds: float = MOST_SECONDS) -> None:
        self.app = app
        self.most = most
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        try:
            self._check(Headers(scope=scope))
            async with asyncio.timeout(self.seconds):
                body = await self._read(receive)
        except TimeoutError:
            late = Declined(408, "too_slow", f"the body did not arrive within {self.seconds:g} s")
            await error_response(late)(scope, receive, send)
        except Declined as declined:
            await error_response(declined)(scope, receive, send)
        except ClientDisconnect:
            return  # Nobody is left to be answered; nothing was accepted.
        else:
            await self.app(scope, _replay(body, receive), send)

    def _check(self, headers: Headers) -> None:
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise Declined(415, "compressed", "send the body uncompressed, without Content-Encoding")
        said = headers.get("content-length", "0")
        if said.isascii() and said.isdigit() and int(said[:20]) > self.most:
            raise self._too_large()

    async def _read(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > self.most:
                raise self._too_large()
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self) -> Declined:
        return Declined(413, "too_large", f"the body is larger than {self.most} bytes")


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def read_json(request: Request) -> Any:
    """The body as JSON, whatever its Content-Type says; 400 with the position where it is none.

    Bytes that are no text become U+FFFD, so do lone surrogates: a badly encoded umlaut may not cost a page.
    """
    body = await request.body()
    if not body.strip():
        raise Declined(400, "malformed_json", "the body is empty; it must be JSON")
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        value = json.loads(text, parse_int=_integer)
        if _nested_deeper(value, text):
            raise RecursionError
        if "\\ud" in text or "\\uD" in text:
            value = _without_lone_surrogates(value)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Declined(400, "malformed_json", f"not JSON at {place}: {error.msg}") from None
    except RecursionError:
        raise Declined(400, "malformed_json", "the JSON is nested too deeply") from None
    return value


def _nested_deeper(value: Any, text: str) -> bool:
    """Whether `value` is nested so deeply that whoever walks it may run out of stack."""
    if text.count("[") + text.count("{") <= _MOST_NESTED:
        return False
    level = [value]
    for _ in range(_MOST_NESTED):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return any(isinstance(one, dict | list) for one in level)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _without_lone_surrogates(value: Any) -> Any:
    whole = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.loads(whole, parse_int=_integer)
