"""An HTTP server on a free port that remembers every request and answers as it is told."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from drill import ledger
from drill.record import ACCEPTED, Receipt
from tests import witnesses


@dataclass
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def signed_with(self, key: bytes) -> bool:
        """Whether its Standard Webhooks signature is that of `key`; computed apart from our own code."""
        content = b".".join(
            [self.headers["webhook-id"].encode(), self.headers["webhook-timestamp"].encode(), self.body]
        )
        want = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return f"v1,{want}" in self.headers.get("webhook-signature", "").split(" ")


@dataclass
class Reply:
    """`hang`: no answer at all. `endless`: a body that never ends. `slow`: a body that never comes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang: bool = False
    endless: bool = False
    slow: bool = False


@dataclass
class WebhookServer:
    """`requests` in order; `reply` answers all paths without one of their own in `replies`."""

    port: int = 0
    scheme: str = "http"
    requests: list[Received] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    replies: dict[str, Reply] = field(default_factory=dict)
    bytes_sent: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    taken: list[Received] = field(default_factory=list)
    """Those that were answered 2xx, and wholly."""

    def __post_init__(self) -> None:
        witnesses.sign_up(self)

    def receipts(self) -> Iterator[Receipt]:
        """The pages among what was taken: by a webhook contact, or whatever else names its own key."""
        for one in self.taken:
            if "webhook-id" in one.headers and one.json.get("type") == "page":
                yield from ledger.receipts({"at": one.at, "peer": 0, "body": one.json})

    def url(self, path: str = "/page", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await self._read(reader)
            self.requests.append(request)
            self.arrived.set()
            reply = self.reply_to(request)
            await self._answer(reply, writer)
            if reply.status in ACCEPTED:
                self.taken.append(request)
        writer.close()

    def reply_to(self, request: Received) -> Reply:
        """What is answered; a provider with a mind of its own says it here."""
        return self.replies.get(request.path, self.reply)

    async def _read(self, reader: asyncio.StreamReader) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Received(method, path, headers, body)

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        if reply.hang:
            await asyncio.Event().wait()
        headers = {"connection": "close", **reply.headers}
        if not (reply.endless or reply.slow):
            headers["content-length"] = str(len(reply.body))
        lines = [f"HTTP/1.1 {reply.status} Said", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode("latin-1") + reply.body)
        await writer.drain()
        if reply.slow:
            await asyncio.Event().wait()
        while reply.endless:
            writer.write(b"x" * 8192)
            await writer.drain()
            self.bytes_sent += 8192


@asynccontextmanager
async def a_webhook_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[WebhookServer]:
    """A server on 127.0.0.1, https with `tls`."""
    handler = WebhookServer(scheme="https" if tls else "http")
    async with serving(handler, tls):
        yield handler


@asynccontextmanager
async def serving(handler: WebhookServer, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
    """`handler` on a free port of 127.0.0.1."""
    at_work: set[asyncio.Task[None]] = set()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            await handler.serve(reader, writer)
        finally:
            at_work.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(client, "127.0.0.1", 0, ssl=tls)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()
        for task in list(at_work):
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        await server.wait_closed()
