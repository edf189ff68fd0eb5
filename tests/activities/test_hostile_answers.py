"""Answers that no honest provider gives: none of them holds a worker, fills its memory, or passes for a page sent."""

import asyncio
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from activities.channels.hearing import MOST_HEARD, Hearing
from roust.domain.directory import Contact
from tests.activities.messages import a_message
from tests.activities.providers import HTTP, channel, contacts, outcome
from tests.activities.speaker import a_speaker, endless
from tests.fakes.webhook_server import Reply, a_webhook_server

MIB = 2**20
OURS = [kind for kind in HTTP if kind != "apprise"]
"""Apprise's requests are its library's: it reads what it likes, in a thread of its own, for as long as we wait."""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of every read of a provider."""
    sizes, read = list[int](), Hearing.read

    async def counted(self: Hearing, *given: Any, **named: Any) -> bytes:
        data = await read(self, *given, **named)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(Hearing, "read", counted)
    return sizes


def headers_without_end() -> Iterator[bytes]:
    return endless(b"X-Filler: " + b"x" * 1000 + b"\r\n", b"HTTP/1.1 200 OK\r\n")


def a_header_without_end() -> Iterator[bytes]:
    return endless(b"x" * 65536, b"HTTP/1.1 200 OK\r\nX-Filler: ")


def a_status_line_without_end() -> Iterator[bytes]:
    return endless(b"x" * 65536, b"HTTP/1.1 200 ")


def interim_answers_without_end() -> Iterator[bytes]:
    return endless(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def go_on_without_end() -> Iterator[bytes]:
    return endless(b"HTTP/1.1 100 Continue\r\n\r\n")


def no_protocol() -> Iterator[bytes]:
    yield b"200 OK, thank you\r\n"


def chunks_that_are_none() -> Iterator[bytes]:
    yield b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno chunk\r\n"


def two_lengths() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 5\r\n\r\nhello"


def ten_megabytes() -> Iterator[bytes]:
    yield b"HTTP/1.1 503 Busy\r\nContent-Length: %d\r\n\r\n" % (10 * MIB)
    for _ in range(160):
        yield b"x" * 65536


def a_bomb() -> Iterator[bytes]:
    small = gzip.compress(b"x" * 64 * MIB)
    yield b"HTTP/1.1 503 Busy\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(small)
    yield small


NO_HTTP, NO_END = "it answered something else than HTTP", "its answer has no end"
SAID = {
    headers_without_end: NO_HTTP,
    a_header_without_end: NO_HTTP,
    a_status_line_without_end: NO_HTTP,
    interim_answers_without_end: NO_END,
    go_on_without_end: NO_END,
    no_protocol: "the connection broke off before it was taken",
    chunks_that_are_none: "HTTP 503",
    two_lengths: NO_HTTP,
    ten_megabytes: "HTTP 503",
    a_bomb: "HTTP 503",
}


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("words", SAID)
async def test_an_answer_that_cannot_be_read_is_no_page_sent_and_little_of_it_is_read(
    words: Callable[[], Iterator[bytes]], kind: str, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is packed stays packed: who can say how much it is?
    unpacked = list[Any]()
    monkeypatch.setattr(zlib, "decompressobj", lambda *given: unpacked.append(given))
    async with a_speaker(words()) as speaker:
        found = await outcome(kind, speaker.port)
    assert found.result == "try_again", found.said
    assert len(found.said) <= 200
    assert 0 < sum(heard) <= MOST_HEARD
    assert unpacked == []
    assert found.said.startswith(SAID[words])


def a_success_that_breaks_off() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"


@pytest.mark.parametrize("kind", OURS)
async def test_a_success_is_one_without_its_body_where_the_status_says_all(kind: str) -> None:
    async with a_speaker(a_success_that_breaks_off()) as speaker:
        found = await outcome(kind, speaker.port)
    # Slack says no with a 200; and whatever answers in Twilio's place, a hotel's portal, says it too.
    assert found.result == ("sent" if kind in ("webhook", "ntfy") else "try_again")


@pytest.mark.parametrize("kind", OURS)
async def test_no_page_depends_on_a_connection_that_was_kept_from_the_last(kind: str) -> None:
    pages: list[int] = []

    async def keeps_it_and_hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for taken in range(2):
            with suppress(asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(re.findall(rb"content-length: (\d+)", head.lower())[0]))
                pages.append(taken)
                if taken == 0:
                    body = b'{"ok": true, "sid": "SM1", "status": "queued"}'
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        writer.transport.abort()

    server = await asyncio.start_server(keeps_it_and_hangs_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    way, contact = channel(kind, port), Contact.model_validate(contacts(port)[kind])
    for key in ("one", "two"):
        await way.send(a_message(key=key), contact)
    server.close()
    assert pages == [0, 0]


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize(("ahead", "least", "most"), [(90, 60, 90), (-90, 1, 1), (10**6, 600, 600)])
async def test_a_provider_may_name_the_hour_at_which_it_wants_to_be_tried_again(
    ahead: int, least: float, most: float, kind: str
) -> None:
    async with a_webhook_server() as server:
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
        server.reply = Reply(503, {"Retry-After": at})
        found = await outcome(kind, server.port)
    assert found.result == "try_again"
    assert found.retry_after is not None
    assert least <= found.retry_after <= most


@pytest.mark.parametrize("asked", ["-5", "1e3", "", "٣٠", "30, 60"])
async def test_what_is_no_time_is_no_wish(asked: str) -> None:
    async with a_webhook_server() as server:
        server.reply = Reply(429, {"Retry-After": asked})
        found = await outcome("webhook", server.port)
    assert (found.result, found.retry_after) == ("try_again", None)
