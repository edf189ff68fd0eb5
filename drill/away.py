"""The network away for a while: to the providers, from the workers to Temporal, or a whole machine's.

`AWAY=600 WAY=providers python -m drill.away` (or `WAY=temporal`, or `WAY=cable`, for which it takes root or
`unshare --map-root-user --net` with its loopback up): ten minutes; prints the figures, 1 on a miss.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from drill.absence import CABLE, PROVIDERS, TEMPORAL, Absence, Seen, due_at_return, figures, judge, paged, since
from drill.cable import Cable, a_cable
from drill.company import a_policy, found
from drill.house import a_house
from drill.ledger import Book, a_ledger
from drill.main import Say, machine
from drill.proxy import Proxy, Trouble, a_proxy
from drill.record import Record
from drill.traffic import Traffic


async def away(plan: Absence, folder: Path, say: Say) -> Seen:
    """Run it in `folder`, which keeps ledger, logs and store."""
    record = Record(a_policy(plan.wait, passes=1))
    async with AsyncExitStack() as stack:
        book = await stack.enter_async_context(a_ledger(folder / "ledger.jsonl"))
        cable = stack.enter_context(a_cable()) if plan.way == CABLE else None
        listener = cable.listener() if cable else None
        providers = await stack.enter_async_context(a_proxy("127.0.0.1", book.port, listener))
        company = found(folder, Book(folder / "ledger.jsonl", providers.port, providers.host), record.policy)
        house = await stack.enter_async_context(a_house(folder, company, plan.way == TEMPORAL, cable=cable))
        record.receipts = book.receipts
        traffic = Traffic(house.url, company, record, random.Random(1), plan.every)
        stack.push_async_callback(traffic.close)
        way = cable or (providers if plan.way == PROVIDERS else house.side)

        for _ in range(plan.before):
            await traffic.unanswered()
        await _until(book, lambda: all(paged(record, alert) for alert in record.alerts), plan.patience)
        gone_at = _cut(way, plan.trouble)
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
        back_at = _cut(way, Trouble.NONE)
        say(f"back after {back_at - gone_at:.1f} s: {len(record.alerts)} alerts, {during} messages meanwhile")

        due = due_at_return(plan, record, gone_at, back_at)
        await _until(book, lambda: all(since(record, a, back_at, due[a]) for a in due if due[a]), plan.patience)
        # Whatever should not come has its time to come.
        await asyncio.sleep(2.0)
        book.read()
        await traffic.look()
    return judge(plan, record, gone_at, back_at)


def _cut(way: Proxy | Cable, trouble: Trouble) -> float:
    """When it was done."""
    if isinstance(way, Proxy):
        way.trouble = trouble
    elif trouble is Trouble.NONE:
        way.plug()
    else:
        way.pull()
    return time.time()


async def _until(book: Book, true: Callable[[], bool], within: float) -> None:
    end = time.time() + within
    while time.time() < end:
        book.read()
        if true():
            return
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    plan = Absence(os.environ.get("WAY", PROVIDERS), float(os.environ.get("AWAY", "600")))
    folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="away-"))
    folder.mkdir(exist_ok=True, parents=True)
    seen = asyncio.run(away(plan, folder, lambda line: print(line, flush=True)))
    print(machine(), *figures(plan, seen), *seen.misses, sep="\n")
    sys.exit(1 if seen.misses else 0)
