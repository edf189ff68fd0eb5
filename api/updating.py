"""The verbs that only make sense with an answer: Temporal updates, refused or done by a worker within seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError

from api.door import NotThere, asked
from api.gateway import NoWorker, Refused
from api.reading import Found, Reading
from roust.runtime.clock import CLOCK
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

T = TypeVar("T")

ANSWERED_WITHIN = timedelta(seconds=3)
"""Without a worker Temporal would keep the question for ever."""
EXPIRES_AFTER = timedelta(seconds=10)
"""After so long, by Temporal's clock, the alert refuses what was asked. The rest beyond the answer is for what we know
of that clock."""

_VERB: dict[type[Ask], str] = {
    Escalate: ESCALATE,
    Reassign: REASSIGN,
    Snooze: SNOOZE,
    Note: NOTE,
    PostUpdate: UPDATE,
}


class Late(Refused):
    """Refused for having been asked too long ago, and yet somebody waits for the answer: `at` is the hour there."""

    def __init__(self, reason: str, at: datetime) -> None:
        super().__init__(reason)
        self.at = at


def refusal(cause: ApplicationError) -> Refused:
    """What an update's refusal means."""
    return (
        Late(cause.message, datetime.fromisoformat(str(cause.details[0]))) if cause.details else Refused(cause.message)
    )


async def asked_in_time(ask: Callable[[datetime], Awaitable[T]]) -> T:
    """What `ask` gives, with the instant after which it must not be done any more; asked again where our clock was
    behind. Raises what it raises."""
    try:
        return await ask(CLOCK.now() + EXPIRES_AFTER)
    except Late as late:
        return await ask(late.at + EXPIRES_AFTER)


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
            return await asked_in_time(lambda expires: self._asked(found, ask(expires)))
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
                raise refusal(cause) from None
            if (await self._reading.find(found.id)).open:
                raise
            raise NotThere("it ended before it could answer") from failed
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as late:
            seconds = EXPIRES_AFTER.total_seconds()
            raise NoWorker(f"no worker answers: not done, and {seconds:g} s from now it never will be") from late
        return done

    async def _over(self, found: Found) -> Refused:
        return Refused((await self._reading.over(found)).reason, over=True)
