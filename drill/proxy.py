"""A TCP proxy on loopback that does to a connection what networks and providers do."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

GARBAGE = b"\x16\x03\x01\x00\xa5 this is not what you asked for \x00\xff\r\n\r\n"


class Trouble(StrEnum):
    """What becomes of what the other side answers; what is asked always gets through, but for those that say so."""

    NONE = "none"
    HOLD = "hold"
    """Nothing comes back until it is over; then everything does."""
    RESET = "reset"
    """Every connection is reset at once."""
    SLOW = "slow"
    """One byte a second comes back."""
    GARBAGE = "garbage"
    """Something else comes back."""
    CUT = "cut"
    """Half of the first answer comes back, then the end."""
    DROP = "drop"
    """Every connection is taken, and ended at once without a word."""
    ENDLESS = "endless"
    """The answer comes, and then bytes without end."""
    AWAY = "away"
    """The network is gone: nothing gets through either way. What connections of before hold is delivered
    when it is back, as TCP would; those begun meanwhile come to nothing."""


class Proxy:
    """Passes on to `host:port`; `trouble` holds for connections old and new, from the moment it is set."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._trouble = Trouble.NONE
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.host, self.port = "127.0.0.1", 0
        self.connections = 0
        self.endless_bytes = 0

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def trouble(self) -> Trouble:
        return self._trouble

    @trouble.setter
    def trouble(self, trouble: Trouble) -> None:
        self._trouble = trouble
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self._trouble in (Trouble.RESET, Trouble.AWAY):
                await self._back()
                _reset(writer)
                return
            if self._trouble is Trouble.DROP:
                return
            there, back = await asyncio.open_connection(*self._target)
            ways = [asyncio.create_task(self._ask(reader, back)), asyncio.create_task(self._answer(there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                back.transport.abort()
        except (OSError, asyncio.CancelledError):
            # Nobody is there, or we drop it: the caller's connection ends, as it would without us.
            return
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _back(self) -> None:
        """Until the network is there."""
        while self._trouble is Trouble.AWAY:
            await self._changed.wait()

    async def _ask(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._back()
                # Whoever gave up meanwhile asks no more.
                if reader.at_eof():
                    return
                back.write(data)
                await back.drain()

    async def _answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await there.read(65536):
                while self._trouble in (Trouble.HOLD, Trouble.AWAY):
                    await self._changed.wait()
                match self._trouble:
                    case Trouble.RESET:
                        _reset(writer)
                        return
                    case Trouble.GARBAGE:
                        writer.write(GARBAGE)
                        await writer.drain()
                        continue
                    case Trouble.CUT:
                        writer.write(data[: len(data) // 2])
                        await writer.drain()
                        return
                    case Trouble.ENDLESS:
                        while True:
                            writer.write(data)
                            await writer.drain()
                            self.endless_bytes += len(data)
                            data = b"x" * 8192
                    case Trouble.SLOW:
                        for byte in data:
                            writer.write(bytes([byte]))
                            await writer.drain()
                            await asyncio.sleep(1.0)
                        continue
                writer.write(data)
                await writer.drain()

    def drop(self) -> None:
        """End every connection now, with whatever it holds."""
        for task in list(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """End every connection, and wait for it."""
        self.drop()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def a_proxy(host: str, port: int, listener: socket.socket | None = None) -> AsyncIterator[Proxy]:
    """A proxy on a free port of loopback, or at `listener`."""
    proxy = Proxy(host, port)
    server = await asyncio.start_server(proxy.serve, sock=listener or socket.create_server((proxy.host, 0)))
    proxy.host, proxy.port = server.sockets[0].getsockname()
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
        await server.wait_closed()
