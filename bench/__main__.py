"""`make bench`: every measurement, one after the other; `ONLY="cost storm"` chooses. Markdown on stdout."""

import asyncio
import os
import tempfile
from pathlib import Path

from bench import cost, lateness, latency, open, schedule, storm
from bench.figures import progress
from bench.side import house

IN_ONE_HOUSE = {"cost": cost.measure, "latency": latency.measure, "lateness": lateness.measure}
ALONE = {"storm": storm.alone, "open": open.alone, "schedule": schedule.alone}
EVERY = [*IN_ONE_HOUSE, *ALONE]


async def main() -> None:
    chosen = os.environ.get("ONLY", "").split() or EVERY
    if unknown := [name for name in chosen if name not in EVERY]:
        raise SystemExit(f"ONLY={' '.join(unknown)}: there is {', '.join(EVERY)}")
    together = [name for name in IN_ONE_HOUSE if name in chosen]
    if together:
        with tempfile.TemporaryDirectory() as folder:
            async with house(Path(folder)) as it:
                for name in together:
                    progress(name)
                    await IN_ONE_HOUSE[name](it)
    for name in ALONE:
        if name in chosen:
            progress(name)
            await ALONE[name]()


asyncio.run(main())
