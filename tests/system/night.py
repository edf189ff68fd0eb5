"""A house for one night: its traffic, its faults, and the judge over whatever arrives."""

import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from drill.company import a_policy, found
from drill.faults import Faults
from drill.house import a_house
from drill.invariants import INVARIANTS, judge
from drill.ledger import Book, a_ledger
from drill.record import Record
from drill.traffic import Traffic
from tests.system.processes import until

ABOUT_TIME = ("i2_", "i4_", "i5_", "i15_")
"""What hangs on the speed of this machine is not judged here: it may be busy with other tests."""


class Night:
    """A house, its traffic and its faults; everything that arrives is judged at the end."""

    def __init__(
        self,
        url: str,
        tokens: Mapping[str, str],
        record: Record,
        book: Book,
        traffic: Traffic,
        faults: Faults,
        ledger: Path,
    ) -> None:
        self.url, self.tokens, self.record, self.book = url, tokens, record, book
        self.traffic, self.faults, self._ledger = traffic, faults, ledger

    async def places(self, alert: str, *wanted: tuple[int, str]) -> None:
        """Until these (step, user) of `alert` have been paged."""

        def paged() -> bool:
            self.book.read()
            return set(wanted) <= {(place[1], place[2]) for _, place in self.record.pages(alert)}

        await until(paged)

    async def over(self) -> None:
        """Until everybody was paged who is due while nobody answers; then where each alert stands."""
        rungs = [(rung.step, rung.user) for rung in self.record.policy.rungs()]
        for alert in self.record.alerts:
            if not alert.words:
                await self.places(alert.id, *rungs)
        await self.traffic.look()

    def messages(self) -> list[dict[str, Any]]:
        """Every message as it stands in the ledger, in order."""
        return [json.loads(line) for line in self._ledger.read_text().splitlines()]

    def breaches(self) -> list[str]:
        judged = [one for one in INVARIANTS if not one.__name__.startswith(ABOUT_TIME)]
        return [f"{breach.invariant}: {breach.what}" for breach in judge(self.record, judged)]


@asynccontextmanager
async def a_night(
    folder: Path, wait: float, environment: Callable[[str], Mapping[str, str]] = lambda name: {}
) -> AsyncIterator[Night]:
    """Everything up, with steps of `wait` seconds and one pass; `environment` as in `a_house`."""
    record, ledger = Record(a_policy(wait, passes=1)), folder / "ledger.jsonl"
    async with a_ledger(ledger) as book:
        company = found(folder, book, record.policy)
        async with a_house(folder, company, environment=environment) as house:
            record.receipts = book.receipts
            traffic = Traffic(house.url, company, record, random.Random(1), every=1.0)
            faults = Faults(house, book, traffic, random.Random(1))
            yield Night(house.url, company.tokens, record, book, traffic, faults, ledger)
            await traffic.close()
