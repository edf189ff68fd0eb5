"""The network away for a while: to the providers, or from the workers to Temporal; then everybody due is paged.

`AWAY=600 WAY=providers python -m drill.away` (or `WAY=temporal`): ten minutes; prints the figures, 1 on a miss.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from drill.company import a_policy, found
from drill.house import a_house
from drill.invariants import twice
from drill.ledger import Book, a_ledger
from drill.main import Say, machine
from drill.proxy import Trouble, a_proxy
from drill.record import PAGE, Accepted, Record
from drill.traffic import Traffic

PROVIDERS, TEMPORAL = "providers", "temporal"
BOUNDARY = 45.0
"""Seconds before a step's end in which the pages of the next one stand for its own: a send is tried again every
30 s, and takes up to 8."""


@dataclass(frozen=True)
class Absence:
    """`way` is away for `seconds`; alerts come every `every` seconds, about one in three is acknowledged meanwhile."""

    way: str
    seconds: float
    wait: float = 150.0
    every: float = 15.0
    patience: float = 90.0
    trouble: Trouble = Trouble.AWAY
    before: int = 2
    """Alerts whose first page arrives before it is away."""


@dataclass(frozen=True)
class Seen:
    """What came of it. `late`: seconds from the return until the last of those due was paged, by alert."""

    record: Record
    gone_at: float
    back_at: float
    late: dict[str, float]
    lost: list[str]
    undone: list[str]
    """Acknowledges that did not stay."""

    @property
    def misses(self) -> list[str]:
        again = [f"{key} arrived {count} times" for key, count in _counted(self.record).items() if count > 1]
        return [*self.lost, *self.undone, *again]


async def away(plan: Absence, folder: Path, say: Say) -> Seen:
    """Run it in `folder`, which keeps ledger, logs and store."""
    record = Record(a_policy(plan.wait, passes=1))
    async with AsyncExitStack() as stack:
        book = await stack.enter_async_context(a_ledger(folder / "ledger.jsonl"))
        providers = await stack.enter_async_context(a_proxy("127.0.0.1", book.port))
        company = found(folder, Book(folder / "ledger.jsonl", providers.port), record.policy)
        house = await stack.enter_async_context(a_house(folder, company, aside=plan.way == TEMPORAL))
        record.receipts = book.receipts
        traffic = Traffic(house.url, company, record, random.Random(1), plan.every)
        stack.push_async_callback(traffic.close)
        cut = providers if plan.way == PROVIDERS else house.side

        for _ in range(plan.before):
            await traffic.unanswered()
        await _until(book, lambda: all(_paged(record, alert) for alert in record.alerts), plan.patience)
        cut.trouble, gone_at = plan.trouble, time.time()
        say(f"away: {plan.way}, {len(record.alerts)} alerts open")
        number = 0
        while time.time() < gone_at + plan.seconds:
            await traffic.unanswered()
            if number % 3 == 1:
                await traffic.answer(record.alerts[-1], "acknowledge", "ada")
            number += 1
            await asyncio.sleep(min(plan.every, max(gone_at + plan.seconds - time.time(), 0.0)))
        book.read()
        during = sum(receipt.at > gone_at for receipt in book.receipts)
        cut.trouble, back_at = Trouble.NONE, time.time()
        say(f"back after {back_at - gone_at:.1f} s: {len(record.alerts)} alerts, {during} messages meanwhile")

        due = {alert.id: _due(plan, record, alert, gone_at, back_at) for alert in record.alerts}
        await _until(book, lambda: all(_since(record, a, back_at, due[a]) for a in due if due[a]), plan.patience)
        # Whatever should not come has its time to come.
        await asyncio.sleep(2.0)
        book.read()
        await traffic.look()
    late = {a: max(s) - back_at for a in due if (s := _since(record, a, back_at, due[a]))}
    lost = [f"{a}: {sorted(due[a])} not paged" for a in due if due[a] and a not in late]
    return Seen(record, gone_at, back_at, late, lost, _undone(record, back_at))


def _due(plan: Absence, record: Record, alert: Accepted, gone_at: float, back_at: float) -> set[str]:
    """Who is to be paged when it is back: nobody where somebody has answered."""
    if alert.answered:
        return set()
    policy = record.policy
    rungs = [set(users) for users, _ in policy.steps] + [set(policy.last_resort)]
    if plan.way == PROVIDERS:
        # Workers go on: each step begins in its time, and its pages are tried while it lasts.
        age = back_at + min(BOUNDARY, plan.wait / 2) - alert.answered_at
        number = min(int(age / plan.wait), len(rungs) - 1)
        step = number + 1 if number < len(policy.steps) else 0
        return rungs[number] - {receipt.user for receipt in record.of(alert.id) if receipt.step == step}
    if alert.answered_at > gone_at:
        return rungs[0]
    # Nothing ran: the rung that fell due first is next, and its wait runs from then.
    climbed = int((gone_at - alert.answered_at) / plan.wait) + 1
    if back_at - alert.answered_at < climbed * plan.wait:
        return set()
    return rungs[min(climbed, len(rungs) - 1)]


def _paged(record: Record, alert: Accepted) -> bool:
    return any(receipt.kind == PAGE for receipt in record.of(alert.id))


def _since(record: Record, alert: str, back_at: float, users: set[str]) -> list[float]:
    """When each of `users` was first paged since; empty while any is missing."""
    first: dict[str, float] = {}
    for receipt in record.of(alert):
        if receipt.kind == PAGE and receipt.at >= back_at and receipt.user in users:
            first.setdefault(receipt.user, receipt.at)
    return list(first.values()) if set(first) == users else []


def _undone(record: Record, back_at: float) -> list[str]:
    found = []
    for alert in record.alerts:
        if not alert.answered:
            continue
        state = (alert.final or {}).get("state")
        if state != "acknowledged":
            found.append(f"{alert.id}: acknowledged, and now {state}")
        if any(receipt.kind == PAGE and receipt.at > back_at + 3.0 for receipt in record.of(alert.id)):
            found.append(f"{alert.id}: acknowledged, and paged after the return")
    return found


def _counted(record: Record) -> dict[str, int]:
    keys = [receipt.key for receipt in record.receipts]
    return {key: keys.count(key) for key in set(keys)}


async def _until(book: Book, true: Callable[[], bool], within: float) -> None:
    end = time.time() + within
    while time.time() < end:
        book.read()
        if true():
            return
        await asyncio.sleep(0.1)


def figures(plan: Absence, seen: Seen) -> list[str]:
    """The lines of the report."""
    late = sorted(seen.late.values())
    answered = sum(alert.answered for alert in seen.record.alerts)
    return [
        f"way {plan.way}, away for {seen.back_at - seen.gone_at:.1f} s, steps of {plan.wait:g} s",
        f"{len(seen.record.alerts)} alerts, {answered} acknowledged meanwhile, {len(seen.undone)} of these undone",
        f"{len(late)} alerts with somebody due at the return, {len(seen.lost)} of these not paged",
        f"paged after the return: p50 {late[len(late) // 2]:.1f} s, worst {late[-1]:.1f} s" if late else "nobody due",
        f"{len(seen.record.receipts)} messages, {len(twice(seen.record))} twice",
    ]


if __name__ == "__main__":
    plan = Absence(os.environ.get("WAY", PROVIDERS), float(os.environ.get("AWAY", "600")))
    folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="away-"))
    folder.mkdir(exist_ok=True, parents=True)
    seen = asyncio.run(away(plan, folder, lambda line: print(line, flush=True)))
    print(machine(), *figures(plan, seen), *seen.misses, sep="\n")
    sys.exit(1 if seen.misses else 0)
