"""The verbs that only make sense with an answer: Temporal updates, refused or done by a worker within seconds."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError

from api.door import NotThere, asked
from api.gateway import NoWorker, Refused
from api.reading import Found, Reading
from workflows.messages import (
    ESCALATE,
    NOTE,
    REASSIGN,
    REFUSED,
    SNOOZE,
    UPDATE,
    Ask,
    Done,
    Escalate,
    Note,
    PostUpdate,
    Reassign,
    Snooze,
)

ANSWERED_WITHIN = timedelta(seconds=3)
"""Without a worker Temporal would keep the question for ever."""
EXPIRES_AFTER = timedelta(seconds=10)
"""After so long the alert refuses what was asked. The rest beyond the answer is for clocks that differ."""

_VERB: dict[type[Ask], str] = {
    Escalate: ESCALATE,
    Reassign: REASSIGN,
    Snooze: SNOOZE,
    Note: NOTE,
    PostUpdate: UPDATE,
}


class Updating:
    """Ask an alert to do something, by its id."""

    def __init__(self, client: Client, reading: Reading, within: timedelta = ANSWERED_WITHIN) -> None:
        self._client = client
        self._reading = reading
        self._within = within

    async def ask(self, alert: str, ask: Callable[[datetime], Ask]) -> Done:
        """What the alert did; `ask` makes the question that expires then. Raises as `Gateway.escalate`."""
        found = await self._reading.find(alert)
        if not found.open:
            raise await self._over(found)
        try:
            return await self._asked(found, ask(datetime.now(UTC) + EXPIRES_AFTER))
        except NotThere:
            raise await self._over(await self._reading.find(alert)) from None

    async def _asked(self, found: Found, it: Ask) -> Done:
        # Without a run id: the alert may have gone on to its next run since. It refuses what is for another.
        handle = self._client.get_workflow_handle(found.ref.workflow_id)
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                done: Done = await asked(
                    handle.execute_update(_VERB[type(it)], it, result_type=Done, rpc_timeout=self._within)
                )
        except WorkflowUpdateFailedError as failed:
            cause = failed.cause
            if isinstance(cause, ApplicationError) and cause.type == REFUSED:
                raise Refused(cause.message) from None
            if (await self._reading.find(found.id)).open:
                raise
            raise NotThere("it ended before it could answer") from failed
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as late:
            seconds = EXPIRES_AFTER.total_seconds()
            raise NoWorker(f"no worker answers: not done, and {seconds:g} s from now it never will be") from late
        return done

    async def _over(self, found: Found) -> Refused:
        return Refused((await self._reading.over(found)).reason, over=True)
