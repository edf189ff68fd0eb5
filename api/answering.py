"""Answering an alert: the word is sent as a signal, durable with no worker; then its outcome is asked for."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

from temporalio.client import Client

from api.door import RPC_TIMEOUT, NotThere, asked
from api.gateway import NotConfirmed, Unavailable
from api.lanes import Lanes
from api.reading import Found, Reading
from workflows.messages import ACKNOWLEDGE, RESOLVE, Acknowledge, Answer, Resolve

SENT_WITHIN = 6.0
"""Seconds until Temporal must have taken the word."""
CONFIRM_WITHIN = 2.0
"""Seconds until "recorded, not yet confirmed" is the honest answer."""
FIRST_LOOK, LAST_LOOK = 0.01, 0.32
"""Seconds between looks at the memo: doubled from the first to the last."""


class Answering:
    """Acknowledge and resolve one alert, by its id. All raises as `Gateway.acknowledge` does."""

    def __init__(self, client: Client, reading: Reading, lanes: Lanes, within: float = CONFIRM_WITHIN) -> None:
        self._client = client
        self._reading = reading
        self._lanes = lanes
        self._within = within

    async def acknowledge(self, alert: str, by: str, via: str) -> Answer:
        word = Acknowledge(request=str(uuid.uuid4()), alert=alert, by=by, via=via)
        return await self._answer(alert, word.request, lambda found: self._signal(found, ACKNOWLEDGE, word))

    async def resolve(self, alert: str, by: str, via: str) -> Answer:
        word = Resolve(request=str(uuid.uuid4()), alert=alert, by=by, via=via)

        async def send(found: Found) -> None:
            await self._lanes.to(found.ref.workflow_id).resolve(lambda: self._signal(found, RESOLVE, word))

        return await self._answer(alert, word.request, send)

    async def _answer(self, alert: str, request: str, send: Callable[[Found], Awaitable[None]]) -> Answer:
        try:
            async with asyncio.timeout(SENT_WITHIN):
                found = await self._reading.find(alert)
                if found.open:
                    await send(found)
        except NotThere:
            return await self._reading.over(await self._reading.find(alert))
        except TimeoutError as late:
            raise Unavailable("Temporal did not answer in time; try again") from late
        if not found.open:
            return await self._reading.over(found)
        try:
            async with asyncio.timeout(self._within):
                return await self._outcome(alert, request)
        except (TimeoutError, Unavailable) as unknown:
            # The signal is durable whatever becomes of this question.
            raise NotConfirmed("recorded; no worker has confirmed it yet") from unknown

    async def _signal(self, found: Found, name: str, word: Acknowledge | Resolve) -> None:
        # Without a run id: the alert may have gone on to its next run since. It refuses a word for another.
        handle = self._client.get_workflow_handle(found.ref.workflow_id)
        await asked(handle.signal(name, word, rpc_timeout=RPC_TIMEOUT))

    async def _outcome(self, alert: str, request: str) -> Answer:
        pause = FIRST_LOOK
        while True:
            found = await self._reading.find(alert)
            answer = found.standing.answers.get(request)
            if answer is not None:
                return answer
            if not found.open:
                return await self._reading.over(found)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_LOOK)
