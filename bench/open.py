"""Many open alerts: start rate as they grow, memory of each, time of a query: `python -m bench.open`.

Blocks of both sides alternate on one server, so that a slower machine is seen on both: when there are N alerts
open, there are N bare workflows as well.
"""

import asyncio
import random
import statistics
import time
import uuid
from dataclasses import dataclass, field

import psutil

from bench.company import TOKEN
from bench.cost import AT_ONCE
from bench.figures import head, percentile, progress, say, table
from bench.machine import memory, size
from bench.side import House, Ours, Side, alone, many

OPEN = size("OPEN", 2000)
BLOCKS = 10
ASKED = size("ASKED", 50)
LISTED_WITHIN = size("LISTED_WITHIN", 60)
AIM = 0.9


@dataclass
class Filled:
    """One side as it grows: alerts per second of each block; KiB of each process after each, the first before all."""

    rates: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    server: float = 0
    """What the server grew by during this side's blocks."""

    async def block(self, side: Side, server: psutil.Process, names: list[str]) -> None:
        async def begin(name: str) -> None:
            await side.front.start(name)
            await side.ledger.of(name, "1")

        before = memory(server)
        self.rates.append(len(names) / await many(names, begin, AT_ONCE))
        self.server += memory(server) - before
        self.look(side)

    def look(self, side: Side) -> None:
        self.worker.append(memory(side.worker))
        self.api.append(memory(side.api))

    def slowing(self) -> float:
        """The rate of the last fifth of the blocks by that of the first."""
        part = max(1, len(self.rates) // 5)
        return statistics.median(self.rates[-part:]) / statistics.median(self.rates[:part])


async def asks(it: House, names: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of the list's first page, and of one alert with its timeline."""
    front = it.ours.front
    assert isinstance(front, Ours)

    async def timed(path: str) -> float:
        began = time.monotonic()
        answer = await it.ours.http.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.is_success, answer.text
        return (time.monotonic() - began) * 1000

    listed = [await timed("/v1/alerts?service=checkout") for _ in range(ASKED)]
    return listed, [await timed(f"/v1/alerts/{front.ids[name]}") for name in names]


async def in_lists(it: House, wanted: int) -> int:
    """How many open alerts Temporal's lists know, at most `LISTED_WITHIN` seconds later: they lag on purpose."""
    until = time.monotonic() + LISTED_WITHIN
    while True:
        known = (await it.client.count_workflows("WorkflowType = 'Alert' AND ExecutionStatus = 'Running'")).count
        if known >= wanted or time.monotonic() > until:
            return known
        await asyncio.sleep(1)


async def measure(it: House) -> None:
    """Print how the sides bear many open ones."""
    head(f"{OPEN:,} open alerts", f"OPEN={OPEN} make bench ONLY=open")
    for side in it.sides:
        await many([uuid.uuid4().hex for _ in range(min(100, OPEN))], side.life, AT_ONCE)
    # Those of the empty house are few, but as many as each is asked for only once: views are remembered.
    few = [uuid.uuid4().hex for _ in range(ASKED)]
    for name in few:
        await it.ours.front.start(name)
        await it.ours.ledger.of(name, "1")
    await in_lists(it, ASKED)
    calm = await asks(it, few)
    found = {side.name: Filled() for side in it.sides}
    for side in it.sides:
        found[side.name].look(side)
    every: list[str] = []
    for number in range(BLOCKS):
        for side in it.sides:
            names = [uuid.uuid4().hex for _ in range(OPEN // BLOCKS)]
            every += names if side is it.ours else []
            await found[side.name].block(side, it.server, names)
        now = ", ".join(f"{name} {one.rates[-1]:.1f}/s" for name, one in found.items())
        progress(f"{(number + 1) * OPEN // BLOCKS:,} open on each side: {now}")
    rates(found)
    memories(found)
    known = await in_lists(it, OPEN + ASKED)
    full = await asks(it, random.Random(7).sample(every, min(ASKED, len(every))))
    queries(calm, full, known)


def rates(found: dict[str, Filled]) -> None:
    table(
        ["started and paged a second", *(f"up to {(n + 1) * OPEN // BLOCKS:,}" for n in range(BLOCKS)), "last / first"],
        [[name, *(f"{rate:.1f}" for rate in one.rates), f"**{one.slowing():.2f}**"] for name, one in found.items()],
    )
    ours, bare = found["Roust"].slowing(), found["bare"].slowing()
    say(
        f"The ratio is of the median of two blocks. Aim {AIM}: {'met' if ours >= AIM else 'missed'} with {ours:.2f} "
        f"(bare {bare:.2f}, so Roust / bare {ours / bare:.2f}). {AT_ONCE} at once."
    )


def memories(found: dict[str, Filled]) -> None:
    # A worker keeps 5,000 at hand: what more are open costs it nothing.
    kept = max(1, min(BLOCKS, 5000 * BLOCKS // OPEN))
    alerts = kept * OPEN // BLOCKS

    def row(name: str, one: Filled) -> list[str]:
        return [
            name,
            f"{(one.worker[kept] - one.worker[0]) / alerts:.1f}",
            f"{one.worker[-1] / 1024:.0f}",
            f"{(one.api[-1] - one.api[0]) / OPEN:.1f}",
            f"{one.server / OPEN:.1f}",
        ]

    table(
        [
            "memory",
            f"worker, KiB per open alert (first {alerts:,})",
            "worker at the end, MiB",
            "API, KiB per alert",
            "server, KiB per open alert",
        ],
        [row(name, one) for name, one in found.items()],
    )


def queries(calm: tuple[list[float], list[float]], full: tuple[list[float], list[float]], known: int) -> None:
    table(
        ["p50 / p99, ms", f"{ASKED} open", f"{OPEN:,} open"],
        [
            [what, *(f"{percentile(one, 0.5):.0f} / {percentile(one, 0.99):.0f}" for one in (calm[place], full[place]))]
            for place, what in enumerate(("`GET /v1/alerts?service=checkout`", "`GET /v1/alerts/{id}`, each another"))
        ],
    )
    say(f"N = {ASKED} each, one at a time. Temporal's lists knew {known:,} of the {OPEN + ASKED:,} open ones by then.")


if __name__ == "__main__":
    asyncio.run(alone(measure))
