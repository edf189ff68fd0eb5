"""A server without any manners: it tells whoever comes a script of bytes, to the end or until they hang up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress


class Speaker:
    """Whoever connects (and has asked, over HTTP) is told `words`, to the end or until they hang up."""

    def __init__(self, words: Iterator[bytes], greets: bool) -> None:
        self._words = words
        self._greets = greets
        self.port = 0
        self.taken = 0
        """Bytes that went out of our hands; some of them are still on their way."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if not self._greets:
                await reader.readuntil(b"\r\n\r\n")
            for part in self._words:
                writer.write(part)
                await writer.drain()
                self.taken += len(part)
        writer.transport.abort()


@asynccontextmanager
async def a_speaker(words: Iterator[bytes], greets: bool = False) -> AsyncIterator[Speaker]:
    """It listens on loopback. `greets`: as a mail server, it speaks first."""
    speaker = Speaker(words, greets)
    server = await asyncio.start_server(speaker.serve, "127.0.0.1", 0)
    speaker.port = server.sockets[0].getsockname()[1]
    try:
        yield speaker
    finally:
        server.close()


def endless(part: bytes, first: bytes = b"") -> Iterator[bytes]:
    yield first
    while True:
        yield part
