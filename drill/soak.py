"""`make soak MINUTES=N SEED=S`: a drill of any length with few blows, and what the processes hold meanwhile.

`KILL_EVERY`: seconds between two blows, about (300); `EVERY`: between two alerts (2). Ends with the verdict of the
invariants, and with a table of memory, file descriptors and threads; 1 when anything was breached, or grows on in a
life of at least 20 minutes. What it needs of each message is kept in memory until then.
"""

import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

from drill.growth import leaks
from drill.judge import main
from drill.main import ENDLESS, Plan, drill
from drill.samples import read, sample, table

JUDGED = 1200.0
"""Seconds of a life; in a shorter one caches still fill."""
SAMPLE_EVERY = 5.0
SAMPLES = "samples.csv"

if __name__ == "__main__":
    plan = Plan(
        faults=ENDLESS,
        seed=int(os.environ.get("SEED") or random.randrange(10**6)),
        every=float(os.environ.get("EVERY", "2")),
        pause=2 * float(os.environ.get("KILL_EVERY", "300")),
        minutes=float(os.environ.get("MINUTES") or "10"),
    )
    folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="soak-"))
    folder.mkdir(exist_ok=True, parents=True)
    print(f"MINUTES={plan.minutes:g} SEED={plan.seed}: ledger, samples, logs and store in {folder}", flush=True)
    asyncio.run(
        drill(
            plan,
            folder,
            lambda line: print(line, flush=True),
            lambda house: sample(house, SAMPLE_EVERY, folder / SAMPLES),
        )
    )
    samples = read(folder / SAMPLES)
    grown = leaks(samples, JUDGED)
    print("", *table(samples), "", *(grown or [f"nothing grows on in a life of {JUDGED / 60:g} minutes"]), "", sep="\n")
    sys.exit(main(folder) or bool(grown))
