"""What only a real connection can send: bodies without end, lengths that contradict each other."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from api.app import create_app
from tests.api.asking import KEY, Held, two_services
from tests.fakes.gateway import RecordingGateway

HEAD = f"POST /v1/alerts HTTP/1.1\r\nHost: roust\r\nAuthorization: Bearer {KEY}\r\n"


@pytest.fixture
def recorded() -> RecordingGateway:
    return RecordingGateway()


@pytest.fixture
def port(recorded: RecordingGateway) -> Iterator[int]:
    """A real server on a free port; a body has half a second to arrive."""
    app = create_app(recorded, Held(two_services()), body_seconds=0.5)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


async def raw(port: int, *parts: bytes) -> bytes:
    """The answer to `parts`, written one after another; the connection stays open on our side."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(65536), 10)
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


async def test_a_plain_request_pages(port: int, recorded: RecordingGateway) -> None:
    answer = await raw(port, HEAD.encode() + b'Content-Length: 16\r\n\r\n{"summary": "x"}')
    assert status(answer) == 202
    assert recorded.summaries == ["x"]


async def test_a_body_shorter_than_it_says_is_let_go(port: int, recorded: RecordingGateway) -> None:
    assert status(await raw(port, HEAD.encode() + b'Content-Length: 99\r\n\r\n{"summary": "x"}')) == 408
    assert recorded.told == []


async def test_chunks_without_end_are_let_go(port: int, recorded: RecordingGateway) -> None:
    head = HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n"
    assert status(await raw(port, head, b'10\r\n{"summary": "x"}\r\n')) == 408
    assert recorded.told == []


async def test_too_many_chunks_are_refused_while_they_come(port: int, recorded: RecordingGateway) -> None:
    head = HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n"
    assert status(await raw(port, head, *[b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 17)) == 413
    assert recorded.told == []


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 16\r\nContent-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: x\r\n",
        b"Content-Length: 16\r\nX-Bad\x00: y\r\n",
    ],
)
async def test_contradictions_are_refused(port: int, recorded: RecordingGateway, headers: bytes) -> None:
    assert status(await raw(port, HEAD.encode() + headers + b'\r\n{"summary": "x"}')) == 400
    assert recorded.told == []
