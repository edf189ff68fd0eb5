"""The house under drill: the embedded server on disk, two workers and the API, each started again when it dies."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from drill.cable import Cable
from drill.company import Company
from drill.proxy import Proxy, a_proxy
from roust.runtime.embedded import HOST, EmbeddedServer
from roust.runtime.namespace import keep_closed_alerts, prepare_namespace
from roust.runtime.ports import claim
from workflows.messages import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[1]
AGAIN_AFTER = 0.2
"""Seconds until a process that ended by itself, because Temporal was away, is started again."""


class Kept:
    """A `roust …` process that is started again whenever it ends, as a service manager does it.

    `tree`: the checkout whose code it runs from its next start on; `into`: what its command begins with.
    """

    def __init__(
        self,
        words: list[str],
        log: Path,
        ready: str,
        environment: dict[str, str],
        tree: Path = ROOT,
        into: Sequence[str] = (),
    ) -> None:
        self._command = [*into, sys.executable, "-m", "roust", *words]
        self._log, self._ready, self._environment = log, ready, environment
        self.tree = tree
        self._process: asyncio.subprocess.Process | None = None
        self._serves = asyncio.Event()
        self.served_at = 0.0
        self.starts = 0

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def run(self) -> None:
        """Keep it running until cancelled; then it is killed."""
        try:
            while True:
                self._process = await self._start()
                await self._listen(self._process)
                await self._process.wait()
                self._serves.clear()
                await asyncio.sleep(AGAIN_AFTER)
        finally:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        self.starts += 1
        return await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self.tree,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(self.tree), "ROUST_LOG_FORMAT": "json", **self._environment},
        )

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        with self._log.open("ab") as log:
            while line := await process.stderr.readline():
                log.write(line)
                log.flush()
                if self._ready.encode() in line:
                    self.served_at = time.time()
                    self._serves.set()

    def kill(self) -> bool:
        """SIGKILL; False when nothing was there to be killed."""
        self._serves.clear()
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.kill()
        return True

    def stop(self) -> None:
        """SIGTERM, as at a release: it finishes what it has in hand."""
        self._serves.clear()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def alive(self) -> None:
        """Until a process is there that could be killed, serving or not."""
        while self.pid is None:  # noqa: ASYNC110 (another task starts it)
            await asyncio.sleep(0.02)

    async def serves(self) -> float:
        """When it began to serve, once it does."""
        await self._serves.wait()
        return self.served_at

    def holds(self, port: int) -> bool:
        """Whether a connection from this port is its own."""
        with suppress(psutil.Error):
            return self.pid is not None and any(
                connection.laddr.port == port for connection in psutil.Process(self.pid).net_connections("tcp")
            )
        return False


@dataclass
class House:
    """`front`: between the sources and the API; `back`: between the API and Temporal; `side`: between the workers
    and Temporal, where they go that way."""

    server: EmbeddedServer
    api: Kept
    workers: list[Kept]
    front: Proxy
    back: Proxy
    side: Proxy
    state: Path
    logs: list[Path] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.front.address}"

    def kill_server(self) -> bool:
        """SIGKILL; False when it is down already."""
        pid = self.server.pid
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                process.kill()
                return True
        return False

    async def server_serves(self, since: int | None) -> float:
        """When another server than `since` took connections."""
        while True:
            if self.server.pid != since:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection(HOST, self.server.port)
                    writer.close()
                    return time.time()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def a_house(
    folder: Path,
    company: Company,
    aside: bool = False,
    *,
    cable: Cable | None = None,
    tree: Path = ROOT,
    environment: Callable[[str], Mapping[str, str]] = lambda name: {},
) -> AsyncIterator[House]:
    """Everything up and serving, by the code of `tree`. `aside`: the workers go to Temporal through the proxy
    `side`; `cable`: the workers are on the machine at its other end. `environment`: what `api`, `worker-1` and
    `worker-2` are given besides."""
    server = EmbeddedServer(folder / "state", search_attributes=SEARCH_ATTRIBUTES)
    client = await server.start()
    tasks: list[asyncio.Task[None]] = []
    try:
        await prepare_namespace(client, SEARCH_ATTRIBUTES)
        await keep_closed_alerts(client)
        tasks.append(asyncio.create_task(server.supervise()))
        (api_port,) = claim(HOST, (0, "--port"))
        async with (
            a_proxy(HOST, api_port) as front,
            a_proxy(HOST, server.port) as back,
            a_proxy(HOST, server.port, cable.listener() if cable else None) as side,
        ):
            logs = [folder / f"{name}.log" for name in ("api", "worker-1", "worker-2")]

            def kept(log: Path, words: list[str], ready: str, temporal: str, into: Sequence[str] = ()) -> Kept:
                whole = {"TEMPORAL_ADDRESS": temporal, **environment(log.stem)}
                return Kept([*words, "--config", str(company.config)], log, ready, whole, tree, into)

            api = kept(logs[0], ["api", "--port", str(api_port)], "api serves", back.address)
            temporal = side.address if aside or cable else server.address
            workers = [kept(log, ["worker"], "worker polls", temporal, cable.into if cable else ()) for log in logs[1:]]
            tasks += [asyncio.create_task(one.run()) for one in (api, *workers)]
            for one in (api, *workers):
                await one.serves()
            yield House(server, api, workers, front, back, side, folder / "state", logs)
            await _stop(tasks[1:])
    finally:
        await _stop(tasks)
        await server.stop()


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
