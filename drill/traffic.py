"""The traffic of a drill: sources that trigger and repeat until they are heard, people who answer until they are."""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx2

from drill.company import Company
from drill.record import ACCEPTED, Accepted, Policy, Record, Word

PAUSE = 0.3
"""Seconds between two attempts of whoever was not heard."""


class Traffic:
    """Alerts of every kind, one about every `every` seconds; what the API answers goes into the record.

    `storms`: how many stories in twenty are one, about.
    """

    def __init__(
        self, url: str, company: Company, record: Record, dice: random.Random, every: float, storms: int = 0
    ) -> None:
        self._http = httpx2.AsyncClient(base_url=url, timeout=8.0, trust_env=False)
        self._company, self._record, self._dice, self._every = company, record, dice, every
        self._number = itertools.count(1)
        self._stories: set[asyncio.Task[None]] = set()
        self._kinds: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.unanswered, 6),
            (self.acknowledged, 5),
            (self.acknowledged_by_two, 2),
            (self.resolved, 3),
            (self.repeated, 3),
            (self.triggered_again, 2),
            (self.storm, storms),
        ]

    async def run(self) -> None:
        """Begin stories until cancelled; those that began go on."""
        kinds, weights = zip(*self._kinds, strict=True)
        while True:
            self.begin(self._dice.choices(kinds, weights)[0])
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * self._every)

    def begin(self, kind: Callable[[], Awaitable[None]]) -> None:
        """One more story."""

        async def story() -> None:
            await kind()

        task = asyncio.create_task(story())
        self._stories.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._stories.discard(task)
        if not task.cancelled() and (error := task.exception()):
            raise error

    async def finished(self) -> None:
        """Until every story is told."""
        while self._stories:
            await asyncio.wait(self._stories)

    async def look(self) -> None:
        """Ask the API where every alert stands."""
        for alert in (*self._record.alerts, *self._record.moved):
            alert.final = await self._view(alert.id)

    async def close(self) -> None:
        await self._http.aclose()

    # -- stories --------------------------------------------------------------------------------------------

    async def unanswered(self) -> None:
        """Nobody comes."""
        await self._trigger(self._a_key())

    async def acknowledged(self) -> None:
        """Somebody answers, early or late."""
        alert = await self._trigger(self._a_key())
        await asyncio.sleep(self._dice.uniform(0.0, 25.0))
        await self.answer(alert, "acknowledge", "ada")

    async def acknowledged_by_two(self) -> None:
        """Two at once."""
        alert = await self._trigger(self._a_key())
        await asyncio.sleep(self._dice.uniform(0.0, 15.0))
        await asyncio.gather(self.answer(alert, "acknowledge", "ada"), self.answer(alert, "acknowledge", "grace"))

    async def resolved(self) -> None:
        """It is over, sometimes before anybody was paged."""
        alert = await self._trigger(self._a_key())
        await asyncio.sleep(self._dice.choice([0.0, self._dice.uniform(0.0, 25.0)]))
        await self.answer(alert, "resolve", "grace")

    async def repeated(self) -> None:
        """A monitor that does not let go."""
        key = self._a_key()
        alert = await self._trigger(key)
        for _ in range(self._dice.randrange(5, 20)):
            await asyncio.sleep(self._dice.uniform(0.2, 2.0))
            _, again = await self._told(key)
            alert.ids.add(again)
            alert.repeats += 1

    async def triggered_again(self) -> None:
        """Over, and the same again at once."""
        key = self._a_key()
        alert = await self._trigger(key)
        await asyncio.sleep(self._dice.uniform(0.0, 8.0))
        await self.answer(alert, "resolve", "grace")
        # It meets the run after its resolve, before its end, or when it is over.
        await asyncio.sleep(self._dice.choice([0.0, 0.02, 0.2, 1.0]))
        begun = time.time()
        answered, again = await self._told(key)
        if again == alert.id:
            alert.reopened = True
            return
        self._record.alerts.append(Accepted(again, key, begun, answered, {again}, after_resolve=True))

    async def storm(self) -> None:
        """Many alerts of one service at once, whose pages are merged; people answer for some of them."""
        key = f"storm-{next(self._number)}"
        alerts = await asyncio.gather(*(self._trigger(f"{key}-{one}") for one in range(self._dice.randrange(5, 15))))
        await asyncio.sleep(self._dice.uniform(0.0, 20.0))
        some = alerts[: self._dice.randrange(len(alerts) + 1)]
        await asyncio.gather(*(self.answer(alert, "acknowledge", "ada") for alert in some))

    # -- what is said ---------------------------------------------------------------------------------------

    def _a_key(self) -> str:
        return f"drill-{next(self._number)}"

    async def _trigger(self, key: str) -> Accepted:
        accepted = await self.trigger(key, self._key_of(key))
        self._record.alerts.append(accepted)
        return accepted

    async def trigger(self, key: str, integration_key: str) -> Accepted:
        """An alert that is not in the record yet; tried until it is accepted."""
        begun = time.time()
        answered, alert = await self._told(key, integration_key)
        return Accepted(alert, key, begun, answered, {alert})

    async def _told(self, key: str, integration_key: str = "") -> tuple[float, str]:
        """When the trigger was accepted, and as which alert; tried until it is."""
        body = {"summary": f"{key}: payments fail", "dedup_key": key, "priority": "P1"}
        answer = await self._until_accepted("/v1/alerts", body, integration_key or self._key_of(key))
        return time.time(), str(answer.json()["id"])

    def _key_of(self, dedup_key: str) -> str:
        *keys, stormy = self._company.keys
        return stormy if dedup_key.startswith("storm") else keys[int(dedup_key.rpartition("-")[2]) % len(keys)]

    async def answer(self, alert: Accepted, verb: str, by: str) -> None:
        sent = time.time()
        answer = await self._until_accepted(f"/v1/alerts/{alert.id}/{verb}", {}, self._company.tokens[by])
        if answer.status_code not in ACCEPTED:
            # Over already, by an attempt of ours whose answer was lost: that attempt was the word.
            assert answer.status_code == 409, answer.text
        first = bool(answer.json().get("first", False))
        alert.words.append(Word(verb, by, sent, time.time(), answer.status_code, first))

    async def _until_accepted(self, path: str, body: dict[str, Any], token: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            with suppress(httpx2.TransportError):
                answer = await self._http.post(path, json=body, headers=headers)
                if answer.status_code in ACCEPTED or answer.status_code == 409:
                    return answer
                assert answer.status_code in (502, 503, 504), f"{answer.status_code} {answer.text}"
            await asyncio.sleep(PAUSE)

    async def _view(self, alert: str) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self._company.tokens['ada']}"}
        while True:
            with suppress(httpx2.TransportError):
                answer = await self._http.get(f"/v1/alerts/{alert}", headers=headers)
                if answer.status_code == 200:
                    return dict(answer.json())
                if answer.status_code in (404, 410):
                    return None
            await asyncio.sleep(PAUSE)


def longest(policy: Policy) -> float:
    """Seconds from a trigger to the last resort."""
    return max(rung.due for rung in policy.rungs())
