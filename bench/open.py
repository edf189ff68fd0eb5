"""Many open alerts: start rate as they grow, memory of each, time of a query: `python -m bench.open`.

Blocks alternate between two houses: in one they stay open, in the other they are over before the next block. So a
slower machine is seen in both, and what is left between them is what open ones cost. First alerts of Roust, then
bare workflows, each with the servers to itself.
"""

import asyncio
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.company import TOKEN
from bench.cost import AT_ONCE, PARTS
from bench.figures import head, percentile, progress, say, spread, table
from bench.machine import cpu, memory, size
from bench.side import House, Ours, Side, house, many
from worker.main import KEPT

OPEN = size("OPEN", 2000)
BLOCKS = 10
ASKED = size("ASKED", 50)
LISTED_WITHIN = size("LISTED_WITHIN", 60)
REST = size("REST", 3)
"""Seconds before each block, for what the one before left; the lists of both servers go on being written."""
JUDGED = 6
"""The last blocks, by which it is judged: as many with the one house first as with the other."""
AIM = 0.9
KINDS: dict[str, Callable[[House], Side]] = {"Roust": lambda it: it.ours, "bare": lambda it: it.bare}


@dataclass
class Blocks:
    """One house, block after block: alerts per second, and milliseconds of CPU per alert of server, worker, API."""

    house: House
    side: Side
    rates: list[float] = field(default_factory=list)
    cpu: list[list[float]] = field(default_factory=list)
    memory: list[list[float]] = field(default_factory=list)
    """KiB of each of the three before all, and after each block."""

    def __post_init__(self) -> None:
        self._look()

    async def block(self, names: list[str]) -> None:
        """Begin them; each is paged before the next takes its place."""

        async def begin(name: str) -> None:
            await self.side.front.start(name)
            await self.side.ledger.of(name, "1")

        before = [cpu(one) for one in self._processes]
        self.rates.append(len(names) / await many(names, begin, AT_ONCE))
        used = (cpu(one) - spent for one, spent in zip(self._processes, before, strict=True))
        self.cpu.append([one * 1000 / len(names) for one in used])
        self._look()

    async def end(self, names: list[str]) -> None:
        """All of them are over, and it was told."""

        async def over(name: str) -> None:
            await self.side.front.over(name)
            await self.side.ledger.of(name, "over")

        await many(names, over, AT_ONCE)

    @property
    def _processes(self) -> tuple[psutil.Process, ...]:
        return self.house.server, self.side.worker, self.side.api

    def _look(self) -> None:
        self.memory.append([memory(one) for one in self._processes])


@dataclass(frozen=True)
class Growth:
    """One kind, in the house that fills and in the one that is emptied."""

    full: Blocks
    empty: Blocks

    @property
    def ratios(self) -> list[float]:
        """The start rate of each block, by that of the other house just before or after it."""
        return [full / empty for full, empty in zip(self.full.rates, self.empty.rates, strict=True)]

    @property
    def slowing(self) -> float:
        """The ratio in the blocks that are judged, their median."""
        return statistics.median(self.ratios[-JUDGED:])


async def asks(it: House, names: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each request; `names` are alerts that nobody asked for yet, twice `ASKED`."""
    front = it.ours.front
    assert isinstance(front, Ours)

    async def timed(method: str, path: str) -> float:
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = await it.ours.http.request(method, path, headers=headers, json={} if method == "POST" else None)
        assert answer.is_success, answer.text
        return (time.monotonic() - began) * 1000

    paths = [f"/v1/alerts/{front.ids[name]}" for name in names]
    return {
        "`GET /v1/alerts?service=checkout`": [await timed("GET", "/v1/alerts?service=checkout") for _ in names[:ASKED]],
        "`GET /v1/alerts/{id}`, each another": [await timed("GET", path) for path in paths[:ASKED]],
        "`POST /v1/alerts/{id}/acknowledge`, each another": [
            await timed("POST", f"{path}/acknowledge") for path in paths[ASKED:]
        ],
    }


async def in_lists(it: House, wanted: int) -> int:
    """How many open alerts Temporal's lists know, at most `LISTED_WITHIN` seconds later: they lag on purpose."""
    until = time.monotonic() + LISTED_WITHIN
    while True:
        known = (await it.client.count_workflows("WorkflowType = 'Alert' AND ExecutionStatus = 'Running'")).count
        if known >= wanted or time.monotonic() > until:
            return known
        await asyncio.sleep(1)


async def grow(kind: str, full: House, empty: House) -> tuple[Growth, list[str]]:
    """Fill one house and empty the other, in turns; with what is open at the end."""
    growth = Growth(*(Blocks(it, KINDS[kind](it)) for it in (full, empty)))
    every: list[str] = []
    for number in range(BLOCKS):
        turns = [growth.full, growth.empty]
        # Who begins changes, so that neither has always the other's rest before it.
        for one in turns if number % 2 else reversed(turns):
            names = [uuid.uuid4().hex for _ in range(OPEN // BLOCKS)]
            await asyncio.sleep(REST)
            await one.block(names)
            if one is growth.empty:
                await one.end(names)
            else:
                every += names
        opened = (number + 1) * OPEN // BLOCKS
        progress(f"{kind}: {opened:,} open {growth.full.rates[-1]:.1f}/s, none {growth.empty.rates[-1]:.1f}/s")
    return growth, every


async def alone() -> None:
    """Print how many open ones are borne."""
    head(f"{OPEN:,} open alerts", f"OPEN={OPEN} make bench ONLY=open")
    found: dict[str, Growth] = {}
    for kind, side in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            async with house(Path(folder) / "full") as full, house(Path(folder) / "empty") as empty:
                for it in (full, empty):
                    await many([uuid.uuid4().hex for _ in range(min(100, OPEN))], side(it).life, AT_ONCE)
                calm = await few(full) if kind == "Roust" else None
                found[kind], every = await grow(kind, full, empty)
                if calm is not None:
                    known = await in_lists(full, OPEN + 2 * ASKED)
                    asked = calm, await asks(full, random.Random(7).sample(every, min(2 * ASKED, OPEN))), known
    rates(found)
    costs(found)
    memories(found)
    queries(*asked)


async def few(it: House) -> dict[str, list[float]]:
    """What is asked while few are open; as many as are asked for once each, for views are remembered."""
    names = [uuid.uuid4().hex for _ in range(2 * ASKED)]
    for name in names:
        await it.ours.front.start(name)
        await it.ours.ledger.of(name, "1")
    await in_lists(it, 2 * ASKED)
    return await asks(it, names)


def upto() -> list[str]:
    return [f"up to {(n + 1) * OPEN // BLOCKS:,}" for n in range(BLOCKS)]


def rates(found: dict[str, Growth]) -> None:
    rows = []
    for name, one in found.items():
        rows.append([f"{name}, open", *(f"{rate:.1f}" for rate in one.full.rates), ""])
        rows.append([f"{name}, none open", *(f"{rate:.1f}" for rate in one.empty.rates), ""])
        rows.append(["open / none", *(f"{ratio:.2f}" for ratio in one.ratios), f"**{one.slowing:.2f}**"])
    table(["started and paged a second", *upto(), f"last {JUDGED}"], rows)
    ours, bare = found["Roust"].slowing, found["bare"].slowing
    say(
        f"Aim {AIM}: {'met' if ours >= AIM else 'missed'} with {ours:.2f}, the median of the last {JUDGED} blocks "
        f"(all: {spread(found['Roust'].ratios)}); bare {bare:.2f} ({spread(found['bare'].ratios)}). {AT_ONCE} at once."
    )


def costs(found: dict[str, Growth]) -> None:
    rows = []
    for name, one in found.items():
        for where, blocks in (("open", one.full), ("none open", one.empty)):
            for place, part in enumerate(PARTS):
                rows.append([f"{name}, {where}: {part}", *(f"{block[place]:.1f}" for block in blocks.cpu)])
    table(["CPU per alert, ms", *upto()], rows)


def memories(found: dict[str, Growth]) -> None:
    kept = max(1, min(BLOCKS, KEPT * BLOCKS // OPEN))
    alerts = kept * OPEN // BLOCKS

    def row(name: str, looks: list[list[float]]) -> list[str]:
        first, last = looks[0], looks[-1]
        return [
            name,
            f"{(looks[kept][1] - first[1]) / alerts:.1f}",
            f"{last[1] / 1024:.0f}",
            f"{(last[2] - first[2]) / OPEN:.1f}",
            f"{(last[0] - first[0]) / OPEN:.1f}",
        ]

    table(
        [
            "memory",
            f"worker, KiB per open alert (first {alerts:,})",
            "worker at the end, MiB",
            "API, KiB per alert",
            "server, KiB per alert",
        ],
        [row(name, one.full.memory) for name, one in found.items()],
    )


def queries(calm: dict[str, list[float]], full: dict[str, list[float]], known: int) -> None:
    table(
        ["p50 / p99, ms", f"{2 * ASKED} open", f"{OPEN:,} open"],
        [
            [what, *(f"{percentile(one, 0.5):.0f} / {percentile(one, 0.99):.0f}" for one in (calm[what], full[what]))]
            for what in calm
        ],
    )
    every = OPEN + 2 * ASKED
    say(f"N = {ASKED} each, one at a time. Temporal's lists knew {known:,} of the {every:,} open ones by then.")


if __name__ == "__main__":
    asyncio.run(alone())
