"""A bare Temporal workflow of an alert's shape: start, one activity, timer, signal, end; nothing of ours."""

from datetime import timedelta

from pydantic import BaseModel
from temporalio import workflow


class Bare(BaseModel):
    """`twice`: a second activity at the end, as an alert tells whom it paged that it is over."""

    name: str
    twice: bool = False


@workflow.defn(name="Bare")
class BareWorkflow:
    def __init__(self) -> None:
        self._over = False

    @workflow.run
    async def run(self, given: Bare) -> str:
        await self._send(given)
        try:
            await workflow.wait_condition(lambda: self._over, timeout=timedelta(hours=1))
        except TimeoutError:
            return "late"
        if given.twice:
            await self._send(given)
        return "over"

    async def _send(self, given: Bare) -> None:
        await workflow.execute_activity("send", given, start_to_close_timeout=timedelta(seconds=30))

    @workflow.signal(name="over")
    def over(self) -> None:
        self._over = True
