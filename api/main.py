"""The API process: put together, served, and stopped without losing a word."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from contextlib import suppress
from typing import Protocol

import structlog
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

from activities.current import CurrentChannels
from api.access import CurrentDirectory
from api.app import create_app
from api.crowded import AT_A_TIME, WAITING, Crowded
from api.dead_mans_switch import DeadMansSwitch
from api.gateway import Gateway
from api.intake_limit import IntakeLimit
from api.keepers import Keepers
from api.operators import Operators
from api.polls import Polls
from api.temporal_gateway import TemporalGateway
from api.watchdog import Watchdog

log = structlog.get_logger()

STOP_WITHIN = 10
"""Seconds that requests in hand may take when the process stops."""


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own, for all that runs in it."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # `backlog` was meant for one turn of taking; what waits may be more.
        for sock in sockets or ():
            sock.listen(WAITING)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Configuration(CurrentDirectory, Protocol):
    """The configuration in force; `last_error` says what is wrong with a newer one that was not taken."""

    @property
    def last_error(self) -> str | None: ...

    @property
    def digest(self) -> str: ...


def build_app(
    gateway: Gateway, current: Configuration, watchdog: Watchdog, limit: IntakeLimit | None = None
) -> FastAPI:
    """The application with everything it may ask."""

    def degraded() -> list[str]:
        old = ["configuration has mistakes: the one before it is in force"] if current.last_error else []
        return watchdog.degraded() + old

    app = create_app(gateway, current, intake_limit=limit)
    app.state.degraded = degraded
    return app


async def serve(client: Client, current: Configuration, listener: socket.socket, stop: asyncio.Event) -> None:
    """Serve on `listener` until `stop`; then finish what is in hand and tell Temporal the repeats that wait."""
    gateway = TemporalGateway(client, lambda: current.directory)
    operators = Operators(lambda: current.directory, CurrentChannels(lambda: current.directory))
    limit = IntakeLimit(lambda: current.directory.requests_per_minute)
    watchdog = Watchdog(
        client,
        operators,
        polls=Polls(client, lambda: current.digest),
        keepers=Keepers(client, lambda: current.directory),
        besides=limit.sightings,
    )
    server = Server(
        uvicorn.Config(
            build_app(gateway, current, watchdog, limit),
            # Ours names no path: paths hold keys and answer tokens.
            access_log=False,
            log_config=None,
            server_header=False,
            lifespan="off",
            ws="none",
            backlog=AT_A_TIME,
            timeout_graceful_shutdown=STOP_WITHIN,
        )
    )
    asyncio.get_running_loop().set_exception_handler(Crowded())
    watching = asyncio.gather(watchdog.run(), gateway.holds.run())
    switch = DeadMansSwitch(lambda: current.directory, watchdog.all_is_well)
    pinging = asyncio.create_task(switch.run())
    serving = asyncio.create_task(server.serve([listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        log.info("api serves", listens_on="{}:{}".format(*listener.getsockname()[:2]))
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        for task in (watching, pinging):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await gateway.aclose()
    log.info("api stopped")
