"""`make drill FAULTS=N SEED=S`: prints progress, the report, and every breach; 1 when there is any."""

import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

from drill.judge import main
from drill.kept import kept
from drill.main import Plan, drill
from drill.plot import plot

plan = Plan(
    faults=int(os.environ.get("FAULTS") or "100"),
    seed=int(os.environ.get("SEED") or random.randrange(10**6)),
    every=float(os.environ.get("EVERY", "2")),
    pause=float(os.environ.get("PAUSE", "1.5")),
    minutes=float(os.environ.get("MINUTES", "1440")),
    storms=int(os.environ.get("STORM", "1")),
    only=os.environ.get("ONLY", ""),
    edits=float(os.environ.get("EDITS", "12")),
)
folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="drill-"))
folder.mkdir(exist_ok=True, parents=True)
print(f"FAULTS={plan.faults} SEED={plan.seed}: ledger, logs and store in {folder}", flush=True)
asyncio.run(drill(plan, folder, lambda line: print(line, flush=True)))
(folder / "lateness.svg").write_text(plot(kept(folder)[0]))
print()
sys.exit(main(folder))
