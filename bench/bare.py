"""A bare Temporal workflow of an alert's shape: an activity, a timer, a signal, a second activity; nothing of ours."""

from datetime import timedelta

from pydantic import BaseModel
from temporalio import workflow

TYPE, ACKNOWLEDGE, OVER, SEND = "Bare", "acknowledge", "over", "send"


class Bare(BaseModel):
    """`wait`: seconds until the second step sends again, as an alert climbs that nobody answers."""

    name: str
    wait: float = 3600


class Sending(BaseModel):
    """What is handed over for `name`: the page of step 1, of step 2, or the word that it is over."""

    name: str
    what: str


@workflow.defn(name=TYPE)
class BareWorkflow:
    """Acknowledged, it waits without climbing; over, it tells so and ends."""

    def __init__(self) -> None:
        self._acknowledged = self._over = False

    @workflow.run
    async def run(self, given: Bare) -> str:
        # The timer runs from the start, whatever the send takes; as an alert's does.
        sending = workflow.start_activity(
            SEND, Sending(name=given.name, what="1"), start_to_close_timeout=timedelta(seconds=30)
        )
        if not await self._answered(given.wait):
            await self._send(given.name, "2")
            await self._answered(3600)
        if not self._over:
            await self._ended()
        await sending
        await self._send(given.name, "over")
        return "over"

    async def _answered(self, seconds: float) -> bool:
        try:
            await workflow.wait_condition(lambda: self._acknowledged or self._over, timeout=timedelta(seconds=seconds))
        except TimeoutError:
            return False
        return True

    async def _ended(self) -> None:
        await workflow.wait_condition(lambda: self._over, timeout=timedelta(hours=24))

    async def _send(self, name: str, what: str) -> None:
        await workflow.execute_activity(
            SEND, Sending(name=name, what=what), start_to_close_timeout=timedelta(seconds=30)
        )

    @workflow.signal(name=ACKNOWLEDGE)
    def acknowledge(self) -> None:
        self._acknowledged = True

    @workflow.signal(name=OVER)
    def over(self) -> None:
        self._over = True
