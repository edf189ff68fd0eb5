"""The ledger: a provider in a process of its own that writes down whatever it receives, before it answers.

`python -m drill.ledger FILE`: prints its port, then appends a line of JSON per message. It survives whatever
is killed around it. `POST /hold {"seconds": s}`: the next message is written down, and its answer held so long.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from drill.record import Receipt

HOLD = "/hold"


class Ledger:
    """The provider's side."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._hold = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
            if head[0].split(" ")[1] == HOLD:
                self._hold = float(body["seconds"])
            else:
                await self._receive(body, writer.get_extra_info("peername")[1], headers.get("webhook-timestamp"))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    async def _receive(self, body: dict[str, Any], peer: int, stamp: str | None) -> None:
        self._out.write(json.dumps({"at": time.time(), "stamp": stamp, "peer": peer, "body": body}) + "\n")
        self._out.flush()
        held, self._hold = self._hold, 0.0
        if held:
            # Whoever sent it is killed meanwhile; if not, it is answered after all.
            await asyncio.sleep(held)


class Book:
    """The ledger's file, read from outside; read on from where the last reading ended."""

    def __init__(self, file: Path, port: int, host: str = "127.0.0.1") -> None:
        self.host, self.port = host, port
        self._file = file
        self._read = 0
        self.receipts: list[Receipt] = []

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def read(self) -> list[Receipt]:
        """All that was received so far, in order."""
        with self._file.open("rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self.receipts += receipts(json.loads(line))
        return self.receipts

    async def hold(self, seconds: float) -> None:
        """The next message is written down and not answered for so long; 0: as usual again."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = json.dumps({"seconds": seconds}).encode()
        writer.write(b"POST /hold HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await reader.read()
        writer.close()


def read(file: Path) -> list[Receipt]:
    """A whole ledger, from its first line."""
    return Book(file, 0).read()


def receipts(line: dict[str, Any]) -> list[Receipt]:
    """What one message told: one receipt; of a merged one, one for each of its alerts, under that one's own key.

    So an alert arrives twice when it was told twice in the same place, alone or with whatever others.
    """
    one = _receipt(line)
    body = line["body"]
    parts = body.get("alerts") or [{"id": one.alert, "keys": body.get("keys", ())}]
    return [_part(one, part["id"], key) for part in parts for key in part["keys"]] or [one]


def _part(merged: Receipt, alert: str, key: str) -> Receipt:
    # `{alert}/{cycle}/{pass}/{step}/{user}/{rule}/{contact}`; what belongs to no step names its occasion.
    cycle, pass_, step, *_ = key.removeprefix(alert + "/").split("/")
    number = int(step) if step.isdecimal() else 0
    return replace(merged, alert=alert, key=key, merged=True, cycle=int(cycle), pass_=int(pass_), step=number)


def _receipt(line: dict[str, Any]) -> Receipt:
    body = line["body"]
    return Receipt(
        at=line["at"],
        key=body["id"],
        kind=body["type"],
        alert=body["alert"]["id"],
        user=body["user"],
        contact=body["contact"],
        step=body["step"],
        pass_=body["pass"],
        cycle=body.get("cycle", 1),
        peer=line["peer"],
    )


@asynccontextmanager
async def a_ledger(file: Path) -> AsyncIterator[Book]:
    """The provider in its own process, stopped at the end; the file stays."""
    file.touch()  # noqa: ASYNC240 (once, before anything runs)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "drill.ledger",
        str(file),
        cwd=Path(__file__).parents[1],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield Book(file, int(await process.stdout.readline()))
    finally:
        process.terminate()
        await process.wait()


async def main(file: Path) -> None:
    """Serve until the process is ended."""
    with file.open("a") as out:
        server = await asyncio.start_server(Ledger(out).serve, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
