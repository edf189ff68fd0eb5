"""How much of a provider is heard: a connection that takes no more than an answer can need."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

from activities.channels.channel import TryAgain

MOST_HEARD = 2**20
"""Bytes of one connection: 64 KiB of a body are read, a head has at most 100 KiB, a handshake some more."""


class Hearing(httpcore2.AsyncNetworkStream):
    """`stream`, of which at most MOST_HEARD bytes are read; then TryAgain."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._heard = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the base class's own word
        data = await self._stream.read(max_bytes, timeout)
        self._heard += len(data)
        if self._heard > MOST_HEARD:
            # Interim answers without end, say: no library counts them.
            raise TryAgain("its answer has no end")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore2.AsyncNetworkStream:
        return Hearing(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class HearingBackend(httpcore2.AsyncNetworkBackend):
    """Connects by TCP, and hears within bounds."""

    def __init__(self) -> None:
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return Hearing(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options))
