"""A storm of one service beside a few alerts of another, through real processes: `python -m bench.storm`.

`roust up` runs as people run it; this process is the alert source and the receiver of the webhooks. Prints how
many pages the storm made, and how long the others, and an urgent alert in its middle, waited for theirs; draws
how it drains into the file that `PLOT` names.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil

from bench.drain import Drain
from bench.figures import head, percentile, progress, say, table
from bench.machine import cpu, machine, size

STORM, OTHERS, AT_ONCE, IDLE = size("STORM", 2000), size("OTHERS", 5), size("STORM_AT_ONCE", 64), size("STORM_IDLE", 3)
CALM = size("CALM", 11)
"""Seconds between pages in idle: as long as a storm is remembered, and a second more."""
URGENT_WITHIN = 2.0

CONFIG = """
link_keys: [a-key-of-the-measurement-0123456789]
default_service: checkout
defaults: {{last_resort: [{{user: ada}}]}}
users:
  ada: {{contacts: {{hook: {{webhook: "http://127.0.0.1:{port}/ada"}}}}}}
escalation_policies:
  one: {{steps: [{{notify: [{{user: ada}}], wait: 1h}}]}}
services:
  checkout: {{escalation_policy: one, integration_keys: [key-of-checkout-0123456789]}}
  search: {{escalation_policy: one, integration_keys: [key-of-search-0123456789ab]}}
  idle: {{escalation_policy: one, integration_keys: [key-of-idle-0123456789abcd]}}
channels: {{webhook: {{allow: [127.0.0.0/8]}}}}
"""
KEYS = {
    "checkout": "key-of-checkout-0123456789",
    "search": "key-of-search-0123456789ab",
    "idle": "key-of-idle-0123456789abcd",
}


@dataclass
class Receiver:
    """What came in by webhook: how many alerts each page told of, and when each alert was first told of."""

    pages: list[tuple[str, int]] = field(default_factory=list)
    told: dict[str, float] = field(default_factory=dict)

    def take(self, page: dict[str, Any]) -> None:
        now = time.monotonic()
        ids = [part["id"] for part in page.get("alerts", [page["alert"]])]
        self.pages.append((page["alert"]["service"], len(ids)))
        for alert in ids:
            self.told.setdefault(alert, now)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        self.take(json.loads(await reader.readexactly(int(length[1]) if length else 0)))
        writer.write(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@dataclass
class Source:
    """Triggers over HTTP as a monitoring does; remembers when it began to."""

    http: httpx2.AsyncClient
    begun: dict[str, float] = field(default_factory=dict)
    accepted: dict[str, float] = field(default_factory=dict)
    refused: int = 0

    async def trigger(self, service: str, name: str, priority: str) -> str:
        began = time.monotonic()
        while True:
            answer = await self.http.post(
                "/v1/alerts",
                json={"summary": f"{name} is down", "dedup_key": name, "priority": priority},
                headers={"Authorization": f"Bearer {KEYS[service]}"},
            )
            if answer.status_code == 202:
                break
            self.refused += 1
            await asyncio.sleep(0.5)
        alert = str(answer.json()["id"])
        self.begun[alert], self.accepted[alert] = began, time.monotonic()
        return alert


@asynccontextmanager
async def roust_up(folder: Path, port: int) -> AsyncIterator[tuple[str, list[psutil.Process]]]:
    """Where its API is, and its processes: Temporal's server and our own."""
    config = folder / "roust.yaml"
    config.write_text(CONFIG.format(port=port))
    ports = ("--port", "0", "--temporal-port", "0", "--ui-port", "0")
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "roust", "up", "--config", str(config), "--state", str(folder / "state"), *ports),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        try:
            assert process.stdout is not None
            while line := (await process.stdout.readline()).decode():
                if found := re.search(r"API\s+(http://\S+)", line):
                    server = psutil.Process(int((folder / "state" / "temporal.pid").read_text()))
                    yield found[1], [server, psutil.Process(process.pid)]
                    break
            else:
                raise SystemExit((folder / "log").read_text())
        finally:
            process.terminate()
            await process.wait()


async def until(true: Callable[[], bool], within: float) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 (what it waits for comes over a socket)
            await asyncio.sleep(0.01)


async def in_idle(source: Source, receiver: Receiver) -> list[float]:
    taken = []
    for number in range(IDLE):
        alert = await source.trigger("idle", f"idle-{number}", "P2")
        await until(lambda alert=alert: alert in receiver.told, 30)  # type: ignore[misc]
        taken.append(receiver.told[alert] - source.begun[alert])
        # Another storm each time.
        await asyncio.sleep(CALM)
    return taken


async def measure(source: Source, receiver: Receiver, processes: list[psutil.Process]) -> None:
    """Print what a storm does to those who are paged."""
    head("A storm with an urgent alert in its middle", f"STORM={STORM} STORM_AT_ONCE={AT_ONCE} make bench ONLY=storm")
    idle = await in_idle(source, receiver)
    before = [cpu(process) for process in processes]
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        async with places:
            return await source.trigger("checkout", f"checkout-{number}", "P2" if number % 2 else "P3")

    began = time.monotonic()
    storm = [asyncio.create_task(one(number)) for number in range(STORM)]
    others, urgent = [], ""
    for number in range(OTHERS):
        await until(lambda number=number: sum(t.done() for t in storm) >= STORM * (number + 1) // (OTHERS + 1), 600)  # type: ignore[misc]
        others.append(await source.trigger("search", f"search-{number}", "P2"))
        if number == OTHERS // 2:
            urgent = await source.trigger("checkout", "urgent", "P1")
    alerts = [await task for task in storm]
    progress(f"accepted after {time.monotonic() - began:.0f} s")
    every = {*alerts, *others, urgent}
    await until(lambda: every <= receiver.told.keys(), 900)
    used = [(cpu(p) - b) / len(every) * 1000 for p, b in zip(processes, before, strict=True)]
    drain = Drain(
        accepted=[source.accepted[name] - began for name in alerts],
        told=[receiver.told[name] - began for name in alerts],
        urgent=(source.begun[urgent] - began, receiver.told[urgent] - began),
        others=[(source.begun[name] - began, receiver.told[name] - began) for name in others],
        under=machine(),
    )
    report(source, receiver, idle, drain, used)
    if path := os.environ.get("PLOT"):
        Path(path).write_text(drain.svg(), encoding="utf-8")  # noqa: ASYNC240 (all is measured by now)


def report(source: Source, receiver: Receiver, idle: list[float], drain: Drain, used: list[float]) -> None:
    merged = [count for service, count in receiver.pages if service == "checkout"]
    waited = [told - begun for begun, told in drain.others]
    urgent = drain.urgent[1] - drain.urgent[0]
    behind = drain.behind(drain.urgent[1])
    usual = percentile(idle, 0.5)
    table(
        ["", f"{STORM:,} alerts of one service, {AT_ONCE} at once"],
        [
            [
                "**the urgent one, from its request to its page**",
                f"**{urgent:.2f} s**, {behind:,} accepted ones untold",
            ],
            ["accepted, all", f"{max(drain.accepted):.1f} s (503, sent again: {source.refused})"],
            ["told, half of them; all", f"{percentile(drain.told, 0.5):.1f} s; {max(drain.told):.1f} s"],
            ["alerts a second, to the last page", f"{len(drain.told) / max(drain.told):.0f}"],
            ["pages for the storm", f"{len(merged)}, the largest of {max(merged)} alerts"],
            [
                f"pages of the other service ({len(waited)}), median; worst",
                f"{percentile(waited, 0.5):.2f} s; {max(waited):.2f} s",
            ],
            [f"a page in idle ({len(idle)}), median", f"{usual:.2f} s"],
            ["CPU per alert: server; API and worker", f"{used[0]:.0f} ms; {used[1]:.0f} ms"],
        ],
    )
    met = "met" if urgent <= URGENT_WITHIN else "missed"
    say(f"Aim for the urgent one, {URGENT_WITHIN:.0f} s: {met} with {urgent:.2f} s. N = 1 storm.")


async def alone() -> None:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            server,
            roust_up(Path(folder), server.sockets[0].getsockname()[1]) as (url, processes),
            httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as http,
        ):
            await measure(Source(http), receiver, processes)


if __name__ == "__main__":
    asyncio.run(alone())
