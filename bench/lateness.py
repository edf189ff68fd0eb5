"""How late the second step's page is after waits of 1, 5 and 30 s: `python -m bench.lateness`.

Late is what passes between the instant at which the wait ends, counted from the begin of the step as Temporal's
history has it, and the page in its channel. Both sides climb at the same time, spread over half a minute.
"""

import asyncio
import os
import random
import time
import uuid

from bench.company import WAITS
from bench.figures import head, percentile, progress, say, table
from bench.history import began
from bench.machine import size
from bench.side import House, Side, alone

EACH, OVER = size("LATE", 25), size("OVER", 30)
CHOSEN = [int(word) for word in os.environ.get("WAITS", "").split()] or list(WAITS)


async def climb(it: House, side: Side, wait: int, after: float) -> float:
    """Milliseconds that its second page was late."""
    await asyncio.sleep(after)
    name = uuid.uuid4().hex
    await side.front.start(name, wait)
    paged = await side.ledger.of(name, "2")
    return (paged - await began(it.client, side.front.workflow(name, wait)) - wait) * 1000


async def measure(it: House) -> None:
    """Print how late escalations are on both sides."""
    head("Lateness of escalations", f"LATE={EACH} OVER={OVER} make bench ONLY=lateness")
    dice, started = random.Random(7), time.monotonic()
    climbs: dict[tuple[int, str], list[asyncio.Task[float]]] = {}
    async with asyncio.TaskGroup() as group:
        for wait in CHOSEN:
            for side in it.sides:
                climbs[wait, side.name] = [
                    group.create_task(climb(it, side, wait, dice.uniform(0, OVER))) for _ in range(EACH)
                ]
    progress(f"all climbed after {time.monotonic() - started:.0f} s")
    table(
        ["late by, ms", *(f"{side.name} {what}" for side in it.sides for what in ("p50", "p99", "worst"))],
        [
            [
                f"wait of {wait} s",
                *(
                    f"{percentile([one.result() for one in climbs[wait, side.name]], part):.0f}"
                    for side in it.sides
                    for part in (0.5, 0.99, 1)
                ),
            ]
            for wait in CHOSEN
        ],
    )
    say(f"N = {EACH} for each wait and side, begun at random instants within {OVER} s.")


if __name__ == "__main__":
    asyncio.run(alone(measure))
