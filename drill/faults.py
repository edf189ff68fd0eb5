"""The faults of a drill: whom SIGKILL hits, or SIGSTOP for a while, at which moment; and which way is cut."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from drill.house import House, Kept
from drill.ledger import Book
from drill.proxy import Proxy, Trouble
from drill.record import Fault, Receipt
from drill.traffic import Traffic

ARMED_FOR = 15.0
"""Seconds that a named point is waited for."""
CUT_FOR = (1.0, 12.0)
"""Seconds that a way is cut: from a hiccup to longer than requests, heartbeats and workflow tasks wait."""

LONGEST_SLEEP = 8.0
"""Seconds that a machine sleeps at most."""

Blow = Callable[[], Awaitable[Fault | None]]


class Faults:
    """One fault at a time; each ends when what was killed serves again, or what was cut is there again."""

    def __init__(self, house: House, book: Book, traffic: Traffic, dice: random.Random, only: str = "") -> None:
        self._house, self._book, self._traffic, self._dice = house, book, traffic, dice
        kinds: dict[str, tuple[Blow, int]] = {
            "a worker": (self.a_worker, 6),
            "both workers": (self.both_workers, 4),
            "the API": (self.the_api, 4),
            "the server": (self.the_server, 6),
            "a worker twice, the second time as it comes back": (self.a_worker_twice, 3),
            "the API twice, the second time as it comes back": (self.the_api_twice, 2),
            "the server twice, the second time as it comes back": (self.the_server_twice, 3),
            "the server, then both workers in its recovery": (self.workers_in_recovery, 2),
            "everything at once": (self.everything, 2),
            "a worker between send and completion": (self.between_send_and_completion, 2),
            "the API between acceptance and answer": (self.between_acceptance_and_answer, 3),
            "the API after its answer, which never arrives": (self.answer_lost, 2),
            "the way from the sources to the API": (self.sources_cut, 1),
            "the API's way to Temporal": (self.api_cut, 1),
            "the workers' way to Temporal": (self.workers_cut, 1),
            "everything asleep": (self.everything_asleep, 2),
            "a worker asleep in the middle of a page": (self.asleep_in_a_page, 1),
        }
        self.kinds = {name: kind for name, kind in kinds.items() if only in name}

    async def strike(self) -> Fault | None:
        """One fault of a kind that the dice choose; None when its moment did not come."""
        blows = list(self.kinds.values())
        blow = self._dice.choices([blow for blow, _ in blows], [weight for _, weight in blows])[0]
        return await blow()

    async def a_worker(self) -> Fault:
        return await self._kill("a worker", [self._dice.choice(self._house.workers)])

    async def both_workers(self) -> Fault:
        return await self._kill("both workers", self._house.workers, stops=True)

    async def the_api(self) -> Fault:
        return await self._kill("the API", [self._house.api])

    async def the_server(self) -> Fault:
        began, pid = time.time(), self._house.server.pid
        kills = int(self._house.kill_server())
        return Fault("the server", began, await self._house.server_serves(pid), kills, stops=True)

    async def a_worker_twice(self) -> Fault:
        return await self._twice("a worker twice, the second time as it comes back", self._house.workers[0])

    async def the_api_twice(self) -> Fault:
        return await self._twice("the API twice, the second time as it comes back", self._house.api)

    async def the_server_twice(self) -> Fault:
        first = await self.the_server()
        await asyncio.sleep(self._dice.uniform(0.0, 0.8))
        second = await self.the_server()
        kills = first.kills + second.kills
        what = "the server twice, the second time as it comes back"
        return Fault(what, first.killed_at, second.returned_at, kills, stops=True)

    async def workers_in_recovery(self) -> Fault:
        server = await self.the_server()
        await asyncio.sleep(self._dice.uniform(0.0, 1.5))
        workers = await self.both_workers()
        what, kills = "the server, then both workers in its recovery", server.kills + workers.kills
        return Fault(what, server.killed_at, workers.returned_at, kills, stops=True)

    async def everything(self) -> Fault:
        began, pid = time.time(), self._house.server.pid
        kept = [*self._house.workers, self._house.api]
        kills = sum([self._house.kill_server(), *(one.kill() for one in kept)])
        await self._house.server_serves(pid)
        back = [await one.serves() for one in kept]
        return Fault("everything at once (with the server)", began, min(back[:-1]), kills, stops=True)

    async def everything_asleep(self, seconds: float | None = None) -> Fault:
        """The machine sleeps: nothing runs, and nothing has ended when it wakes."""
        kept = [*self._house.workers, self._house.api]
        with _asleep([self._house.server.pid, *(one.pid for one in kept)]):
            began = time.time()
            await asyncio.sleep(self._dice.uniform(1.0, LONGEST_SLEEP) if seconds is None else seconds)
        return Fault("everything asleep (with the server)", began, time.time(), kills=0, stops=True)

    async def asleep_in_a_page(self) -> Fault | None:
        """The provider has it; the worker that sent it sleeps until another has sent it too, and then wakes."""
        sent = await self._sent_and_held()
        if sent is None:
            return None
        sender, page = sent
        with _asleep([sender.pid]):
            began = time.time()
            with suppress(TimeoutError):
                async with asyncio.timeout(ARMED_FOR):
                    while sum(one.key == page.key for one in self._book.read()) < 2:  # noqa: ASYNC110 (another process)
                        await asyncio.sleep(0.05)
        return Fault("a worker asleep in the middle of a page", began, time.time(), kills=0)

    async def between_send_and_completion(self) -> Fault | None:
        """The provider has it, and its answer never comes: the worker that sent it is gone."""
        sent = await self._sent_and_held()
        return await self._kill("a worker between send and completion", [sent[0]]) if sent else None

    async def _sent_and_held(self) -> tuple[Kept, Receipt] | None:
        """The next message that the provider has and does not answer, and the worker that sent it."""
        seen = len(self._book.read())
        await self._book.hold(ARMED_FOR)
        try:
            async with asyncio.timeout(ARMED_FOR):
                while len(self._book.read()) == seen:  # noqa: ASYNC110 (another process writes it)
                    await asyncio.sleep(0.005)
        except TimeoutError:
            return None
        finally:
            await self._book.hold(0.0)
        page = self._book.receipts[seen]
        return next(((one, page) for one in self._house.workers if one.holds(page.peer)), None)

    async def between_acceptance_and_answer(self) -> Fault:
        """Temporal has taken the trigger; the API dies before it hears so."""
        self._house.back.trouble = Trouble.HOLD
        self._traffic.begin(self._traffic.unanswered)
        await asyncio.sleep(0.5)
        return await self._kill("the API between acceptance and answer", [self._house.api], after=self._pass_on)

    async def answer_lost(self) -> Fault:
        """The API has answered; the source never hears it, and the API is gone."""
        self._house.front.trouble = Trouble.HOLD
        self._traffic.begin(self._traffic.unanswered)
        await asyncio.sleep(0.5)
        return await self._kill("the API after its answer", [self._house.api], after=self._pass_on)

    async def sources_cut(self) -> Fault:
        return await self._cut("the way from the sources to the API", self._house.front)

    async def api_cut(self) -> Fault:
        return await self._cut("the API's way to Temporal", self._house.back)

    async def workers_cut(self) -> Fault:
        return await self._cut("the workers' way to Temporal", self._house.side, stops=True)

    async def _cut(self, what: str, way: Proxy, *, stops: bool = False) -> Fault:
        began, way.trouble = time.time(), Trouble.AWAY
        await asyncio.sleep(self._dice.uniform(*CUT_FOR))
        way.trouble = Trouble.NONE
        return Fault(what, began, time.time(), kills=0, stops=stops)

    def _pass_on(self) -> None:
        # What was held is not to be told after all: those connections end with the API's.
        self._house.front.drop()
        self._house.front.trouble = self._house.back.trouble = Trouble.NONE

    async def _kill(
        self, what: str, victims: list[Kept], *, stops: bool = False, after: Callable[[], None] | None = None
    ) -> Fault:
        began = time.time()
        kills = sum(victim.kill() for victim in victims)
        if after is not None:
            after()
        back = [await victim.serves() for victim in victims]
        # Where all workers were gone, the first that is back must page.
        return Fault(what, began, min(back) if stops else max(back), kills, stops)

    async def _twice(self, what: str, victim: Kept) -> Fault:
        began, kills = time.time(), int(victim.kill())
        await asyncio.sleep(0.05)
        await victim.alive()
        # A process takes a second or two until it serves: in the middle of that, or soon after.
        await asyncio.sleep(self._dice.uniform(0.0, 3.0))
        kills += int(victim.kill())
        return Fault(what, began, await victim.serves(), kills)


@contextmanager
def _asleep(pids: Sequence[int | None]) -> Iterator[None]:
    """SIGSTOP to all that live, and SIGCONT at the end."""
    stopped = [pid for pid in pids if pid is not None and _signalled(pid, signal.SIGSTOP)]
    try:
        yield
    finally:
        for pid in stopped:
            _signalled(pid, signal.SIGCONT)


def _signalled(pid: int, what: signal.Signals) -> bool:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return False
    return True
