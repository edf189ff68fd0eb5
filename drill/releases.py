"""A release while alerts are open: `OLD=<commit> EACH=45 WAY=documented python -m drill.releases`.

Workers and API run the code of `OLD` at first, and that of this tree in the end. `WAY`: `documented`, all workers at
once and then the API; `rolling`, one worker after the other, so that two releases poll together, and then the API;
`api-first`, which is the way not to go. `BACK=1`: and back again. The judge is the drill's; a workflow task that
failed is a miss as well. Prints the figures, 1 on a miss.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client

from drill.company import a_policy, found
from drill.house import ROOT, House, a_house
from drill.invariants import judge
from drill.ledger import a_ledger
from drill.main import Say, machine, settle
from drill.record import Record
from drill.report import report
from drill.traffic import Traffic

HARMLESS = "UNHANDLED_COMMAND"
"""Something came in while the alert was about to end; it looks again."""


@dataclass(frozen=True)
class Release:
    """Trees of both workers and of the API while it lasts."""

    name: str
    workers: tuple[Path, Path]
    api: Path


def a_release(way: str, old: Path, new: Path, back: bool = False) -> list[Release]:
    """What runs which code, phase by phase."""
    between = {
        "documented": [Release("new workers, old API", (new, new), old)],
        "rolling": [
            Release("a worker of each, old API", (new, old), old),
            Release("new workers, old API", (new, new), old),
        ],
        "api-first": [
            Release("old workers, new API", (old, old), new),
            Release("a worker of each, new API", (new, old), new),
        ],
    }[way]
    return [
        Release("the old code", (old, old), old),
        *between,
        Release("the new code", (new, new), new),
        *([Release("back", (old, old), new), Release("back, the API too", (old, old), old)] if back else []),
    ]


def checked_out(commit: str, folder: Path) -> Path:
    """The tree of `commit`, in `folder`."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


async def released(
    steps: Sequence[Release], seconds: float, every: float, folder: Path, say: Say
) -> tuple[Record, Counter[str]]:
    """Traffic through all of `steps`; what was accepted and arrived, and which workflow tasks failed, by cause."""
    record = Record(a_policy())
    async with a_ledger(folder / "ledger.jsonl") as book:
        company = found(folder, book, record.policy)
        async with a_house(folder, company, tree=steps[0].api) as house:
            record.receipts = book.receipts
            traffic = Traffic(house.url, company, record, random.Random(1), every)
            running = asyncio.create_task(traffic.run())
            for step in steps:
                await _change(house, step)
                await asyncio.sleep(seconds)
                book.read()
                say(f"{step.name}: {len(record.alerts)} alerts, {len(record.receipts)} messages so far")
            record.over_at = time.time()
            running.cancel()
            await traffic.finished()
            await settle(record, book, say)
            await traffic.look()
            await traffic.close()
            return record, await _failed_tasks(await Client.connect(house.server.address))


async def _change(house: House, step: Release) -> None:
    """All that changes stops first: who is told to go together never runs beside what follows."""
    wanted = zip((*house.workers, house.api), (*step.workers, step.api), strict=True)
    changed = [(kept, tree) for kept, tree in wanted if kept.tree != tree]
    for kept, tree in changed:
        kept.tree = tree
        kept.stop()
    for kept, _ in changed:
        await kept.serves()


async def _failed_tasks(client: Client) -> Counter[str]:
    failed = Counter[str]()
    async for run in client.list_workflows():
        async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                cause = WorkflowTaskFailedCause.Name(event.workflow_task_failed_event_attributes.cause)
                failed[cause.removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")] += 1
    del failed[HARMLESS]
    return failed


if __name__ == "__main__":
    folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="releases-"))
    way, old = os.environ.get("WAY") or "documented", checked_out(os.environ["OLD"], folder / "old")
    steps = a_release(way, old, ROOT, back=bool(os.environ.get("BACK")))
    record, failed = asyncio.run(
        released(
            steps,
            float(os.environ.get("EACH") or "45"),
            float(os.environ.get("EVERY") or "1"),
            folder,
            lambda line: print(line, flush=True),
        )
    )
    breaches = judge(record)
    print(machine(), *report(record, breaches), f"{len(breaches)} breaches", sep="\n")
    print(*breaches, f"workflow tasks that failed: {dict(failed) or 'none'}", sep="\n")
    sys.exit(1 if breaches or failed else 0)
