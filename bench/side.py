"""The two sides of a measurement, an alert of Roust and a bare workflow: each with an API, a worker and a ledger."""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx2
import psutil
from temporalio.client import Client

from bench.bare import TYPE
from bench.company import TOKEN, key
from bench.machine import child
from roust.runtime.embedded import EmbeddedServer
from workflows.messages import SEARCH_ATTRIBUTES, WORKFLOW, workflow_id

LOOK = 0.005
"""Seconds between looks into a ledger."""


class Ledger:
    """What a worker's channel was handed, and when; followed as it grows."""

    def __init__(self, path: Path) -> None:
        path.touch()
        self._path = path
        self._read = 0
        self._came: dict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)
        self.at: dict[tuple[str, str], float] = {}

    async def follow(self) -> None:
        """For ever."""
        with self._path.open() as lines:
            rest = ""
            while True:
                *whole, rest = (rest + lines.read()).split("\n")
                for line in whole:
                    name, what, at = line.split()
                    if self.at.setdefault((name, what), float(at)) == float(at):
                        self._came[name, what].set()
                await asyncio.sleep(LOOK)

    async def of(self, name: str, what: str) -> float:
        """When it was handed over, once it has been."""
        async with asyncio.timeout(600):
            await self._came[name, what].wait()
        del self._came[name, what]
        return self.at[name, what]


class Front(Protocol):
    """The three requests of an alert's life, and the workflow that it has."""

    async def start(self, name: str, wait: int | None = None) -> None: ...
    async def acknowledge(self, name: str) -> None: ...
    async def over(self, name: str) -> None: ...
    def workflow(self, name: str, wait: int | None = None) -> str: ...


class Ours:
    """Over HTTP: a source triggers and resolves, a person acknowledges."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self.ids: dict[str, str] = {}

    async def start(self, name: str, wait: int | None = None) -> None:
        answer = await self._http.post(
            "/v1/alerts",
            json={"summary": f"{name} is down", "dedup_key": name, "priority": "P1"},
            headers={"Authorization": f"Bearer {key(_service(wait))}"},
        )
        self.ids[name] = _taken(answer).json()["id"]

    async def acknowledge(self, name: str) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        _taken(await self._http.post(f"/v1/alerts/{self.ids[name]}/acknowledge", json={}, headers=headers))

    async def over(self, name: str) -> None:
        event = {"routing_key": key("checkout"), "event_action": "resolve", "dedup_key": name}
        _taken(await self._http.post("/v2/enqueue", json=event))

    def workflow(self, name: str, wait: int | None = None) -> str:
        return workflow_id(_service(wait), name)


class Bare:
    """The same requests to the bare front."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def start(self, name: str, wait: int | None = None) -> None:
        _taken(await self._http.post("/start", json={"name": name, "wait": wait or 3600}))

    async def acknowledge(self, name: str) -> None:
        _taken(await self._http.post(f"/acknowledge/{name}"))

    async def over(self, name: str) -> None:
        _taken(await self._http.post(f"/over/{name}"))

    def workflow(self, name: str, wait: int | None = None) -> str:
        return name


def _service(wait: int | None) -> str:
    return "checkout" if wait is None else f"wait-{wait}"


def _taken(answer: httpx2.Response) -> httpx2.Response:
    assert answer.is_success, answer.text
    return answer


@dataclass
class Side:
    """One of the two."""

    name: str
    front: Front
    ledger: Ledger
    api: psutil.Process
    worker: psutil.Process
    http: httpx2.AsyncClient
    workflow: str
    """The type of its workflows."""

    async def life(self, name: str) -> None:
        """Triggered, paged, over, told so."""
        await self.front.start(name)
        await self.ledger.of(name, "1")
        await self.front.over(name)
        await self.ledger.of(name, "over")


@dataclass
class House:
    """The server that both sides share."""

    client: Client
    server: psutil.Process
    ours: Side
    bare: Side
    sides: Sequence[Side] = field(init=False)

    def __post_init__(self) -> None:
        self.sides = (self.ours, self.bare)


@asynccontextmanager
async def _side(kind: str, address: str, folder: Path, through: Sequence[str]) -> AsyncIterator[Side]:
    async with AsyncExitStack() as stack:
        (worker, _), (api, port) = [
            await stack.enter_async_context(child(*through, *words))
            for words in (
                ("bench.worker", kind, address, kind, str(folder / kind)),
                ("bench.front", kind, address, kind),
            )
        ]
        # No limit on connections: what waits shall wait in the API, where it is measured.
        # Below the 5 s after which uvicorn closes an idle connection: a side is idle while the other has its turn.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=256, keepalive_expiry=2.0)
        http = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False, limits=limits)
        )
        ledger = Ledger(folder / kind)
        following = asyncio.create_task(ledger.follow())
        try:
            if kind == "ours":
                yield Side("Roust", Ours(http), ledger, api, worker, http, WORKFLOW)
            else:
                yield Side("bare", Bare(http), ledger, api, worker, http, TYPE)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


@asynccontextmanager
async def house(folder: Path, through: Sequence[str] = ()) -> AsyncIterator[House]:
    """A fresh embedded server as `roust up` starts it, and both sides beside it. `through`: the module, and its
    first words, by which another starts the processes of the sides."""
    server = EmbeddedServer(folder / "state", search_attributes=SEARCH_ATTRIBUTES)
    client = await server.start()
    try:
        async with (
            _side("ours", server.address, folder, through) as ours,
            _side("bare", server.address, folder, through) as bare,
        ):
            yield House(client, psutil.Process(server.pid), ours, bare)
    finally:
        await server.stop()


async def many(names: Sequence[str], what: Callable[[str], Awaitable[None]], at_once: int) -> float:
    """Do `what` for each, at most `at_once` at a time; the seconds that it took."""
    places = asyncio.Semaphore(at_once)

    async def one(name: str) -> None:
        async with places:
            await what(name)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(one(name))
    return time.monotonic() - began


async def alone(measure: Callable[[House], Awaitable[None]]) -> None:
    """One measurement in a house of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder)) as it:
            await measure(it)
