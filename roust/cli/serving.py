"""What `roust up`, `roust api` and `roust worker` run: each puts its parts together and stops them in order."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client

from roust.cli.rooms import room
from roust.config.locate import config_paths
from roust.config.reload import CurrentDirectory
from roust.runtime.attendance import API, WORKER, attend, hear
from roust.runtime.connection import connect
from roust.runtime.descriptors import raise_limit
from roust.runtime.embedded import EmbeddedServer
from roust.runtime.garbage import collect_rarely
from roust.runtime.gauges import measure_configuration
from roust.runtime.metrics import serve_metrics, temporal_metrics
from roust.runtime.namespace import keep_closed_alerts, prepare_namespace
from roust.runtime.ports import listener
from roust.runtime.settings import Settings


@dataclass(frozen=True)
class Addresses:
    """Where a running Roust is reached."""

    api: str
    ui: str
    temporal: str


async def api(settings: Settings, stop: asyncio.Event) -> None:
    """`roust api`: the API alone, against the Temporal that the environment names."""
    raise_limit()
    serve, attributes = room("api.main").serve, _search_attributes()
    current = configuration(settings)
    with listener(settings.host, settings.port, "--port") as sock, temporal_metrics() as runtime:
        client = await connect(runtime=runtime)
        await prepare_namespace(client, attributes)
        await hear(client)
        await _together(stop, serve(client, current, sock, stop), *_beside(client, API, current, stop))


async def worker(settings: Settings, stop: asyncio.Event) -> None:
    """`roust worker`: the worker alone, with its own metrics port."""
    raise_limit()
    serve, attributes = room("worker.main").serve, _search_attributes()
    collect_rarely()
    current = configuration(settings)
    with serve_metrics(settings.host, settings.metrics_port) as (runtime, _):
        client = await connect(runtime=runtime)
        await prepare_namespace(client, attributes)
        await hear(client)
        working = room("worker.working").Working()
        work = serve(client, lambda: current.directory, stop, working)
        await _together(stop, work, *_beside(client, WORKER, current, stop, working.works))


async def up(
    settings: Settings,
    temporal_port: int,
    ui_port: int,
    ready: Callable[[Addresses], None],
    stop: asyncio.Event,
) -> None:
    """`roust up`: embedded Temporal, worker and API in one process; `ready` is called when it takes alerts."""
    raise_limit()
    serve_api, serve_worker = room("api.main").serve, room("worker.main").serve
    collect_rarely()
    attributes = _search_attributes()
    current = configuration(settings)
    with listener(settings.host, settings.port, "--port") as sock, temporal_metrics() as runtime:
        server = EmbeddedServer(
            settings.state, port=temporal_port, ui_port=ui_port, search_attributes=attributes, runtime=runtime
        )
        client = await server.start()
        try:
            await prepare_namespace(client, attributes)
            await keep_closed_alerts(client)
            await hear(client)
            supervising = asyncio.create_task(server.supervise())
            ready(Addresses(_url(sock), server.ui_url, server.address))
            working = room("worker.working").Working()
            await _together(
                stop,
                serve_api(client, current, sock, stop),
                serve_worker(client, lambda: current.directory, stop, working),
                *_beside(client, WORKER, current, stop, working.works),
            )
            supervising.cancel()
        finally:
            # Last, so that what API and worker still have to say is heard.
            await server.stop()


async def _together(stop: asyncio.Event, *parts: Awaitable[None]) -> None:
    """Run `parts` until all have ended; one that ends, for whatever reason, stops the others."""

    async def part(one: Awaitable[None]) -> None:
        try:
            await one
        finally:
            stop.set()

    async with asyncio.TaskGroup() as group:
        for one in parts:
            group.create_task(part(one))


def _beside(
    client: Client,
    role: str,
    current: CurrentDirectory,
    stop: asyncio.Event,
    works: Callable[[], bool] = lambda: True,
) -> list[Awaitable[None]]:
    """What every process does besides: read a changed configuration, and show that it works, and by which one."""
    showing = attend(client, role, lambda: current.digest, works=works)
    return [_until(stop, current.watch()), _until(stop, showing)]


async def _until(stop: asyncio.Event, endless: Coroutine[Any, Any, None]) -> None:
    """Run what never ends until `stop`, or until it fails."""
    running = asyncio.create_task(endless)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def configuration(settings: Settings) -> CurrentDirectory:
    """What is in force, from the flag, else `ROUST_CONFIG`, else `roust.yaml`; measured in /metrics."""
    given = None if settings.config is None else [settings.config]
    current = CurrentDirectory(config_paths(given, os.environ), os.environ)
    measure_configuration(current)
    return current


def _search_attributes() -> tuple[str, ...]:
    return tuple(room("workflows.messages").SEARCH_ATTRIBUTES)


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
