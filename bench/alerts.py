"""What an alert costs beside a bare Temporal workflow, in one run on one server: `python -m bench.alerts`.

CPU is processor time of the server and of the worker, each a process of its own. Rounds alternate, so
that whatever else the machine does touches both alike: read the ratios.
"""

import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psutil
import uvicorn
from temporalio.client import Client

from api.app import create_app
from api.temporal_gateway import TemporalGateway
from bench.bare import Bare
from bench.company import company
from roust.config.reload import Fixed
from roust.runtime.embedded import EmbeddedServer
from roust.runtime.logging import configure_logging
from workflows.messages import RESOLVE, SEARCH_ATTRIBUTES, Resolve, workflow_id

ALERTS = int(os.environ.get("ALERTS", "150"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
OPEN = int(os.environ.get("OPEN", "1000"))
IDLE = int(os.environ.get("IDLE", "20"))
AT_ONCE = 16
KEY = {"Authorization": "Bearer key-of-the-measurement"}


Deed = Callable[[str], Awaitable[None]]


@dataclass
class Side:
    """One of the two: how to start one and end it, and the worker that does its work."""

    name: str
    start: Deed
    end: Deed
    worker: psutil.Process
    ledger: Path

    def seen(self) -> dict[str, float]:
        lines = (line.split() for line in self.ledger.read_text().splitlines())
        found: dict[str, float] = {}
        for name, at in lines:
            found.setdefault(name, float(at))
        return found

    async def handed_over(self, names: list[str]) -> dict[str, float]:
        """When each message reached its channel, once all have."""
        async with asyncio.timeout(300):
            while not set(names) <= (seen := self.seen()).keys():  # noqa: ASYNC110 (another process writes it)
                await asyncio.sleep(0.02)
        return seen


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def worker(kind: str, address: str, queue: str, ledger: Path) -> Iterator[psutil.Process]:
    ledger.touch()
    process = subprocess.Popen([sys.executable, "-m", "bench.worker", kind, address, queue, str(ledger)])
    try:
        while "ready" not in ledger.read_text():
            assert process.poll() is None, f"the worker ended at once ({process.returncode})"
            time.sleep(0.05)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


async def many(names: list[str], what: Callable[[str], Awaitable[None]]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with slots:
            await what(name)

    await asyncio.gather(*(one(name) for name in names))


async def costs(side: Side, server: psutil.Process) -> tuple[float, float]:
    """Milliseconds of CPU per alert: server, worker."""
    names = [uuid.uuid4().hex for _ in range(ALERTS)]
    before = cpu(server), cpu(side.worker)
    await many(names, side.start)
    await side.handed_over(names)
    await many(names, side.end)
    return (cpu(server) - before[0]) / ALERTS * 1000, (cpu(side.worker) - before[1]) / ALERTS * 1000


async def latency(side: Side) -> list[float]:
    """Milliseconds from the request to the channel, one at a time."""
    taken = []
    for _ in range(IDLE):
        name, began = uuid.uuid4().hex, time.monotonic()
        await side.start(name)
        taken.append(((await side.handed_over([name]))[name] - began) * 1000)
    return taken


async def memory(side: Side) -> float:
    """Kilobytes of the worker per open alert."""
    names = [uuid.uuid4().hex for _ in range(OPEN)]
    before = side.worker.memory_info().rss
    await many(names, side.start)
    await side.handed_over(names)
    return float(side.worker.memory_info().rss - before) / OPEN / 1024


async def measure(client: Client, address: str, server: psutil.Process, folder: Path) -> None:
    directory = company()
    gateway = TemporalGateway(client, lambda: directory, task_queue="ours")
    http_server = uvicorn.Server(
        uvicorn.Config(create_app(gateway, Fixed(directory)), port=0, log_level="error", access_log=False)
    )
    serving = asyncio.create_task(http_server.serve())
    while not http_server.started:  # noqa: ASYNC110 (it has no event for it)
        await asyncio.sleep(0.01)
    port = http_server.servers[0].sockets[0].getsockname()[1]
    with (
        worker("ours", address, "ours", folder / "ours") as our_worker,
        worker("bare", address, "bare", folder / "bare") as bare_worker,
        worker("bare", address, "twice", folder / "twice") as twice_worker,
    ):
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=KEY, timeout=60) as http:

            async def trigger(name: str) -> None:
                answer = await http.post("/v1/alerts", json={"summary": name, "dedup_key": name, "priority": "P1"})
                assert answer.status_code == 202, answer.text

            async def resolve(name: str) -> None:
                handle = client.get_workflow_handle(workflow_id("checkout", name))
                await handle.signal(RESOLVE, Resolve(request=name, alert=None, by="bench"))
                await handle.result()

            def bare(
                queue: str, twice: bool
            ) -> tuple[Callable[[str], Awaitable[None]], Callable[[str], Awaitable[None]]]:
                async def start(name: str) -> None:
                    await client.start_workflow("Bare", Bare(name=name, twice=twice), id=name, task_queue=queue)

                async def end(name: str) -> None:
                    handle = client.get_workflow_handle(name)
                    await handle.signal("over")
                    await handle.result()

                return start, end

            sides = [
                Side("ours", trigger, resolve, our_worker, folder / "ours"),
                Side("bare", *bare("bare", False), bare_worker, folder / "bare"),
                Side("bare, told of the end", *bare("twice", True), twice_worker, folder / "twice"),
            ]
            await report(sides, server)
    http_server.should_exit = True
    await serving
    await gateway.aclose()


async def report(sides: list[Side], server: psutil.Process) -> None:
    """Warm up, measure in turn, print."""
    found: dict[str, list[tuple[float, float]]] = {side.name: [] for side in sides}
    for side in sides:
        await costs(side, server)
    for _ in range(ROUNDS):
        for side in sides:
            found[side.name].append(await costs(side, server))
    print(f"CPU per alert, ms, median of {ROUNDS} rounds of {ALERTS} (start, page, timer, signal, end)")
    print(f"{'':24}{'server':>9}{'worker':>9}{'both':>9}")
    both: dict[str, list[float]] = {}
    for name, rounds in found.items():
        both[name] = [sum(one) for one in rounds]
        middle = [statistics.median(part) for part in zip(*rounds, strict=True)]
        print(f"{name:24}{middle[0]:9.1f}{middle[1]:9.1f}{statistics.median(both[name]):9.1f}")
    for other in sides[1:]:
        pairs = [a / b for a, b in zip(both["ours"], both[other.name], strict=True)]
        print(f"ours / {other.name}: {statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})")
    print(f"\nfrom the request to the channel, one at a time, ms ({IDLE} each; ours through HTTP)")
    for side in sides[:2]:
        taken = sorted(await latency(side))
        print(f"{side.name:24}p50 {statistics.median(taken):6.0f}   worst {taken[-1]:6.0f}")
    print(f"\nworker memory per open alert, KiB ({OPEN} open)")
    kept = {side.name: await memory(side) for side in sides[:2]}
    for name, size in kept.items():
        print(f"{name:24}{size:9.1f}")
    print(f"ours / bare: {kept['ours'] / kept['bare']:.2f}")


async def run() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder) / "state", search_attributes=SEARCH_ATTRIBUTES)
        client = await server.start()
        try:
            await measure(client, server.address, psutil.Process(server.pid), Path(folder))
        finally:
            await server.stop()


def main() -> None:
    """Print what an alert costs."""
    # A line for each request would be measured with it.
    configure_logging("warning", "json")
    asyncio.run(run())


if __name__ == "__main__":
    main()
