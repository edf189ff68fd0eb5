"""`make bench`: every measurement, one after the other; `ONLY="cost storm"` chooses. Markdown on stdout."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench import cost, latency, lateness, open, schedule, storm
from bench.figures import progress
from bench.side import house

IN_ONE_HOUSE = {"cost": cost.measure, "latency": latency.measure, "lateness": lateness.measure}
ALONE: dict[str, Callable[[], Awaitable[None]]] = {
    "storm": storm.alone,
    "open": open.alone,
    "schedule": schedule.alone,
}
EVERY = [*IN_ONE_HOUSE, *ALONE]


async def main() -> None:
    chosen = os.environ.get("ONLY", "").split() or EVERY
    if unknown := [name for name in chosen if name not in EVERY]:
        raise SystemExit(f"ONLY={' '.join(unknown)}: there is {', '.join(EVERY)}")
    together = {name: measure for name, measure in IN_ONE_HOUSE.items() if name in chosen}
    if together:
        with tempfile.TemporaryDirectory() as folder:
            async with house(Path(folder)) as it:
                for name, measure in together.items():
                    progress(name)
                    await measure(it)
    for name, by_itself in ALONE.items():
        if name in chosen:
            progress(name)
            await by_itself()


asyncio.run(main())
