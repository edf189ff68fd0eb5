"""The gateway to a real Temporal that remembers what it answered; at the end that is judged as a drill is."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx2

from api.gateway import Accepted, AcknowledgedAll, BeyondRetention, NoSuchAlert, NotConfirmed
from api.temporal_gateway import TemporalGateway
from drill import record
from roust.domain.alert import Answer, Event
from tests import witnesses
from tests.judged import ANSWERED, OPENED_AGAIN, Broken, hold, kinds
from workflows.messages import AlertView, Standing


class RememberingGateway(TemporalGateway):
    """`judge` asks, by a gateway of its own, where everything that was accepted stands."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.accepted: dict[str, record.Accepted] = {}
        self._open: dict[tuple[str | None, str], record.Accepted] = {}
        self._answered: set[tuple[str, str]] = set()
        self.overheard: set[tuple[str, str]] = set()

    async def trigger(self, event: Event, key_service: str | None) -> Accepted:
        sent = time.time()
        told = await super().trigger(event, key_service)
        if told.id is not None:
            self._triggered(told, sent)
        return told

    def _triggered(self, told: Accepted, sent: float) -> None:
        assert told.id is not None
        place = told.service, told.dedup_key
        before = self._open.get(place)
        if before is not None and told.status == "repeated" and not before.words:
            before.ids.add(told.id)
        known = self.accepted.get(told.id)
        if known is None:
            known = record.Accepted(told.id, told.dedup_key, sent, time.time(), {told.id})
            self.accepted[told.id] = self._open[place] = known
        elif any(word.verb == "resolve" for word in known.words):
            # It met the resolve before the end, and went on.
            known.reopened = True

    async def acknowledge(self, alert: str, by: str, via: str) -> Answer:
        return await self._remember("acknowledge", alert, by, super().acknowledge(alert, by, via))

    async def resolve(self, alert: str, by: str, via: str) -> Answer:
        return await self._remember("resolve", alert, by, super().resolve(alert, by, via))

    async def _remember(self, verb: str, alert: str, by: str, asked: Any) -> Answer:
        sent = time.time()
        try:
            answer: Answer = await asked
        except NotConfirmed:
            self._said(verb, alert, by, sent, 202)
            raise
        if answer.accepted:
            self._said(verb, alert, by, sent, 200, first=answer.first)
        return answer

    async def acknowledge_each(self, alerts: Sequence[str], by: str, via: str) -> AcknowledgedAll:
        return self._each(await super().acknowledge_each(alerts, by, via), by)

    async def acknowledge_service(self, service: str, by: str, via: str) -> AcknowledgedAll:
        return self._each(await super().acknowledge_service(service, by, via), by)

    def _each(self, answer: AcknowledgedAll, by: str) -> AcknowledgedAll:
        for alert in answer.acknowledged:
            self._said("acknowledge", alert, by, time.time(), 202)
        return answer

    def _said(self, verb: str, alert: str, by: str, sent: float, status: int, first: bool = False) -> None:
        known = self.accepted.get(alert)
        self._answered.add((verb, alert))
        # One on record that came after the resolve binds nobody: it is refused when a worker looks.
        if known is not None and not any(word.verb == "resolve" for word in known.words):
            known.words.append(record.Word(verb, by, sent, time.time(), status, first))

    async def overhear(self, response: httpx2.Response) -> None:
        """Whatever is answered 2xx over HTTP must have been answered so by this gateway."""
        if response.request.method != "POST" or not response.is_success:
            return
        if response.request.url.path == "/v1/alerts":
            await response.aread()
            self.overheard.add(("trigger", response.json()["id"]))
        elif word := re.fullmatch(r"/v1/alerts/([^/]+)/(acknowledge|resolve)", response.request.url.path):
            self.overheard.add((word[2], word[1]))

    async def stands(self) -> bool:
        """Whether all is well by what Temporal has on record, which may lag: then `judge` knows."""
        try:
            await self._judge(self._reading.standing)
        except Broken:
            return False
        return True

    async def judge(self) -> None:
        """Raises Broken. A worker must run."""
        await self._judge(self._reading.view)

    async def _judge(self, read: Callable[[str], Awaitable[AlertView | Standing]]) -> None:
        if made_up := self.overheard - self._answered - {("trigger", alert) for alert in (*self.accepted, None)}:
            raise Broken(f"answered 2xx over HTTP, and by no gateway: {made_up}")
        for one in self.accepted.values():
            try:
                found = await read(one.id)
            except (NoSuchAlert, BeyondRetention):
                one.final = None
                continue
            one.final = found.model_dump(include={"state", "next_due", "owner", "resolved_by"})
            one.reopened |= isinstance(found, AlertView) and bool(kinds(found.timeline) & OPENED_AGAIN)
        hold(record.Record(record.Policy([], 0, {}, []), [*self.accepted.values()], witnesses.receipts()), ANSWERED)
