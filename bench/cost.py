"""What an alert costs beside a bare workflow of its shape, at saturation: `python -m bench.cost`.

CPU is processor time of server, worker and API, each a process of its own, until the server's lists have every
alert of the round: what it writes later for them belongs to the alert. Rounds alternate; read the ratios.
"""

import asyncio
import statistics
import uuid
from dataclasses import dataclass

import psutil

from bench.figures import head, progress, say, spread, table
from bench.machine import cpu, size
from bench.side import House, Side, alone, many

ALERTS, ROUNDS, AT_ONCE = size("ALERTS", 150), size("ROUNDS", 5), size("AT_ONCE", 32)
QUIET_WITHIN = size("QUIET_WITHIN", 60)
LISTED_WITHIN = size("LISTED_WITHIN", 120)
PARTS = ("server", "worker", "API")
AIM = 1.25


@dataclass(frozen=True)
class Round:
    """Milliseconds of CPU per alert of each part, and alerts per second."""

    parts: tuple[float, ...]
    rate: float

    @property
    def all(self) -> float:
        return sum(self.parts)


def _times(processes: list[psutil.Process]) -> list[float]:
    return [cpu(process) for process in processes]


async def idle(processes: list[psutil.Process], seconds: float) -> list[float]:
    """What share of a core each takes when nothing happens."""
    before = _times(processes)
    await asyncio.sleep(seconds)
    return [(after - b) / seconds for after, b in zip(_times(processes), before, strict=True)]


async def quiet(server: psutil.Process, usual: float) -> None:
    """Until the server does no more than in idle."""
    for _ in range(QUIET_WITHIN):
        (busy,) = await idle([server], 1)
        if busy <= usual + 0.03:
            return
    progress("the server was not quiet in time; its rest counts for the next round")


async def listed(it: House, side: Side, over: int) -> None:
    """Until the server's lists know that so many of a side are over: it writes them later, at 20 a second."""
    query = f"WorkflowType = '{side.workflow}' AND ExecutionStatus = 'Completed'"
    for _ in range(LISTED_WITHIN):
        if (await it.client.count_workflows(query)).count >= over:
            return
        await asyncio.sleep(1)
    progress("the lists were not complete in time; what is left of them counts for the next round")


async def measured(it: House, side: Side, usual: list[float], alerts: int, before: int) -> Round:
    """One round of `alerts` lives, after `before` others of this side."""
    processes = [it.server, side.worker, side.api]
    loop = asyncio.get_running_loop()
    spent, began = _times(processes), loop.time()
    took = await many([uuid.uuid4().hex for _ in range(alerts)], side.life, AT_ONCE)
    await listed(it, side, before + alerts)
    passed = loop.time() - began
    used = [after - s - share * passed for after, s, share in zip(_times(processes), spent, usual, strict=True)]
    return Round(tuple(one / alerts * 1000 for one in used), alerts / took)


async def capacity(side: Side) -> float:
    """Alerts per second of one quick round, after a warm one."""
    names = [uuid.uuid4().hex for _ in range(2 * ALERTS)]
    await many(names[:ALERTS], side.life, AT_ONCE)
    return ALERTS / await many(names[ALERTS:], side.life, AT_ONCE)


async def measure(it: House) -> None:
    """Print what an alert costs on both sides."""
    head(
        "CPU per alert, and alerts per second",
        f"ALERTS={ALERTS} ROUNDS={ROUNDS} AT_ONCE={AT_ONCE} make bench ONLY=cost",
    )
    for side in it.sides:
        await many([uuid.uuid4().hex for _ in range(ALERTS)], side.life, AT_ONCE)
    for side in it.sides:
        await listed(it, side, ALERTS)
    usual = {side.name: await idle([it.server, side.worker, side.api], min(5, ALERTS / 10)) for side in it.sides}
    found: dict[str, list[Round]] = {side.name: [] for side in it.sides}
    for number in range(ROUNDS):
        # Who begins changes, so that neither has always the other's rest before it.
        for side in it.sides[:: 1 if number % 2 else -1]:
            one = await measured(it, side, usual[side.name], ALERTS, (number + 1) * ALERTS)
            found[side.name].append(one)
            progress(f"round {number + 1} of {ROUNDS}, {side.name}: {one.all:.1f} ms, {one.rate:.1f} alerts/s")
    report(found["Roust"], found["bare"])


def report(ours: list[Round], bare: list[Round]) -> None:
    def row(name: str, rounds: list[Round]) -> list[str]:
        parts = [f"{statistics.median(r.parts[place] for r in rounds):.1f}" for place in range(3)]
        return [name, *parts, spread([r.all for r in rounds], 1), spread([r.rate for r in rounds], 1)]

    pairs = list(zip(ours, bare, strict=True))
    ratios = [[o.parts[place] / b.parts[place] for o, b in pairs] for place in range(3)]
    table(
        ["CPU per alert, ms (median)", *PARTS, "all three", "alerts per second"],
        [
            row("an alert of Roust", ours),
            row("a bare workflow", bare),
            [
                "Roust / bare, of each round",
                *(spread(one) for one in ratios),
                f"**{spread([o.all / b.all for o, b in pairs])}**",
                spread([o.rate / b.rate for o, b in pairs]),
            ],
        ],
    )
    without = [sum(o.parts[:2]) / sum(b.parts[:2]) for o, b in pairs]
    ours_alone = [sum(o.parts[1:]) / sum(b.parts[1:]) for o, b in pairs]
    middle = statistics.median(o.all / b.all for o, b in pairs)
    say(
        f"N = {len(ours)} rounds of {ALERTS} on each side, {AT_ONCE} at once. Aim {AIM}: "
        f"{'met' if middle <= AIM else 'missed'} with {middle:.2f}; without the API {spread(without)}, "
        f"without the server {spread(ours_alone)}."
    )


if __name__ == "__main__":
    asyncio.run(alone(measure))
