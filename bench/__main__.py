"""`make bench`: every measurement, one after the other; `ONLY="cost storm"` chooses. Markdown on stdout."""

import asyncio
import os

from bench import cost, latency, lateness, open, schedule, storm
from bench.figures import progress

EVERY = {
    "cost": cost.alone,
    "latency": latency.alone,
    "lateness": lateness.alone,
    "storm": storm.alone,
    "open": open.alone,
    "schedule": schedule.alone,
}


async def main() -> None:
    chosen = os.environ.get("ONLY", "").split() or list(EVERY)
    if unknown := [name for name in chosen if name not in EVERY]:
        raise SystemExit(f"ONLY={' '.join(unknown)}: there is {', '.join(EVERY)}")
    for name in chosen:
        progress(name)
        await EVERY[name]()


asyncio.run(main())
