"""A machine that sleeps (SIGSTOP) and wakes, with real processes: what was due is paged, once, and answers hold."""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from drill.company import a_policy, found
from drill.faults import Faults
from drill.house import a_house
from drill.invariants import INVARIANTS, judge
from drill.ledger import Book, a_ledger
from drill.record import Fault, Record
from drill.traffic import Traffic
from tests.system.processes import until

ABOUT_TIME = ("i2_", "i4_", "i5_", "i15_")
"""What hangs on the speed of this machine is not judged here: it may be busy with other tests."""


class Night:
    """A house, its traffic and its faults; everything that arrives is judged at the end."""

    def __init__(self, record: Record, book: Book, traffic: Traffic, faults: Faults, ledger: Path) -> None:
        self.record, self.book, self.traffic, self.faults, self._ledger = record, book, traffic, faults, ledger

    async def places(self, alert: str, *wanted: tuple[int, str]) -> None:
        """Until these (step, user) of `alert` have been paged."""

        def paged() -> bool:
            self.book.read()
            return set(wanted) <= {(place[1], place[2]) for _, place in self.record.pages(alert)}

        await until(paged)

    async def over(self, fault: Fault | None) -> None:
        """Until everybody was paged who is due while nobody answers; then where each alert stands."""
        assert fault is not None
        self.record.faults.append(fault)
        rungs = [(rung.step, rung.user) for rung in self.record.policy.rungs()]
        for alert in self.record.alerts:
            if not alert.words:
                await self.places(alert.id, *rungs)
        await self.traffic.look()

    def bodies(self) -> list[dict[str, Any]]:
        """Every message, in order."""
        return [json.loads(line)["body"] for line in self._ledger.read_text().splitlines()]

    def breaches(self) -> list[str]:
        judged = [one for one in INVARIANTS if not one.__name__.startswith(ABOUT_TIME)]
        return [f"{breach.invariant}: {breach.what}" for breach in judge(self.record, judged)]


@asynccontextmanager
async def a_night(folder: Path, wait: float) -> AsyncIterator[Night]:
    record, ledger = Record(a_policy(wait, passes=1)), folder / "ledger.jsonl"
    async with a_ledger(ledger) as book:
        company = found(folder, book, record.policy)
        async with a_house(folder, company) as house:
            record.receipts = book.receipts
            traffic = Traffic(house.url, company, record, random.Random(1), every=1.0)
            yield Night(record, book, traffic, Faults(house, book, traffic, random.Random(1)), ledger)
            await traffic.close()


async def test_what_fell_due_while_the_machine_slept_is_paged_once_and_marked_as_delayed(tmp_path: Path) -> None:
    async with a_night(tmp_path, wait=2.0) as night:
        for _ in range(2):
            await night.traffic.unanswered()
        waiting, answered = night.record.alerts
        await night.traffic.answer(answered, "acknowledge", "ada")
        await night.places(waiting.id, (1, "ada"))
        slept = await night.faults.everything_asleep(13.0)
        await night.over(slept)
    assert night.breaches() == []
    late = {body["step"] for body in night.bodies() if body["type"] == "page" and body["delayed_since"]}
    # The step that was next when it fell asleep, and what of the first was due before it; the waits after that run from
    # its waking.
    assert 2 in late
    assert late <= {1, 2}
    assert max(Counter(receipt.key for receipt in night.record.receipts).values()) == 1
    assert not [page for page in night.record.pages(answered.id).values() if page.at > slept.killed_at]
    assert (answered.final or {})["state"] == "acknowledged"


async def test_a_worker_that_slept_in_the_middle_of_a_page_sends_nothing_that_another_has_sent(tmp_path: Path) -> None:
    async with a_night(tmp_path, wait=4.0) as night:
        night.traffic.begin(night.traffic.unanswered)
        slept = await night.faults.asleep_in_a_page()
        await night.traffic.finished()
        await night.over(slept)
    assert night.breaches() == []
    arrived = Counter(receipt.key for receipt in night.record.receipts)
    # Sent by the one that fell asleep and by the one that took it over: by nobody a third time.
    assert sorted(arrived.values())[-2:] == [1, 2]
