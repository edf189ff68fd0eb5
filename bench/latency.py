"""From the request to the page, and from the acknowledge to silence: `python -m bench.latency`.

Both sides through HTTP. Silence is the instant at which Temporal records that the next step's timer is cancelled:
from then on no page of this alert goes out. Idle: one at a time. Under load: requests come at random instants
(Poisson), whether or not earlier ones are done, at a share of what Roust can do here.
"""

import asyncio
import random
import statistics
import time
import uuid
from dataclasses import dataclass, field

import psutil
from temporalio.client import Client

from bench.bare import ACKNOWLEDGE as BARE_ACKNOWLEDGE
from bench.cost import capacity, quiet
from bench.figures import head, percentile, progress, say, table
from bench.history import silenced
from bench.machine import size
from bench.side import House, Side, alone
from workflows.messages import ACKNOWLEDGE

IDLE, SECONDS, LOAD = size("IDLE", 50), size("SECONDS", 30), size("LOAD", 50)
WINDOWS = 3
"""Of load, of each side; `SECONDS` in all."""


@dataclass
class Taken:
    """Milliseconds of each life."""

    page: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    silence: list[float] = field(default_factory=list)
    asked: dict[str, float] = field(default_factory=dict)

    async def life(self, side: Side) -> None:
        """Triggered, paged, acknowledged, over, told so."""
        name, began = uuid.uuid4().hex, time.time()
        await side.front.start(name)
        self.page.append((await side.ledger.of(name, "1") - began) * 1000)
        self.asked[name] = time.time()
        await side.front.acknowledge(name)
        self.answer.append((time.time() - self.asked[name]) * 1000)
        await side.front.over(name)
        await side.ledger.of(name, "over")

    async def read(self, side: Side, client: Client) -> None:
        """What the histories say, afterwards."""
        signal = ACKNOWLEDGE if side.name == "Roust" else BARE_ACKNOWLEDGE
        for name, asked in self.asked.items():
            at = await silenced(client, side.front.workflow(name), signal)
            self.silence.append((at - asked) * 1000)

    def rows(self, what: str) -> list[list[str]]:
        def both(values: list[float]) -> str:
            return f"{percentile(values, 0.5):.0f} / {percentile(values, 0.99):.0f}"

        return [[what, both(self.page), both(self.silence), both(self.answer), str(len(self.page))]]


async def in_idle(it: House) -> dict[str, Taken]:
    """One at a time, the sides in turn."""
    found = {side.name: Taken() for side in it.sides}
    for number in range(IDLE + 3):
        for side in it.sides:
            # The first ones are warm-up.
            await (found[side.name] if number >= 3 else Taken()).life(side)
    return found


async def under_load(side: Side, rate: float, taken: Taken) -> None:
    """`rate` a second for one window, as they come."""
    dice = random.Random(7)
    async with asyncio.TaskGroup() as group:
        until = time.monotonic() + SECONDS / WINDOWS
        at = time.monotonic()
        while (at := at + dice.expovariate(rate)) < until:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            group.create_task(taken.life(side))


async def measure(it: House) -> None:
    """Print the latencies of both sides."""
    head(
        "From the request to the page, and from the acknowledge to silence",
        f"IDLE={IDLE} SECONDS={SECONDS} LOAD={LOAD} make bench ONLY=latency",
    )
    most = await capacity(it.ours)
    rate = most * LOAD / 100
    await quiet(it.server, 0.02)
    rows, calm = [], await in_idle(it)
    progress("idle done")
    for side in it.sides:
        await calm[side.name].read(side, it.client)
        rows += calm[side.name].rows(f"{side.name}, idle")
    loaded = {side.name: Taken() for side in it.sides}
    busy: dict[str, list[float]] = {side.name: [] for side in it.sides}
    for _ in range(WINDOWS):
        # In turn, so that whatever else the machine does touches both alike.
        for side in it.sides:
            await quiet(it.server, 0.02)
            psutil.cpu_percent()
            await under_load(side, rate, loaded[side.name])
            busy[side.name].append(psutil.cpu_percent())
            progress(f"{side.name} under load: the machine is {busy[side.name][-1]:.0f} % busy")
    for side in it.sides:
        await loaded[side.name].read(side, it.client)
        rows += loaded[side.name].rows(
            f"{side.name}, {rate:.0f} alerts a second (the machine {statistics.median(busy[side.name]):.0f} % busy)"
        )
    table(
        ["p50 / p99, ms", "request to page", "acknowledge to silence", "acknowledge to its answer", "N"],
        rows,
    )
    say(
        f"The rate is {LOAD} % of the {most:.0f} alerts per second that Roust did just before, without the "
        "acknowledge. Roust answers an acknowledge when it was applied, the bare front when it is recorded."
    )


if __name__ == "__main__":
    asyncio.run(alone(measure))
