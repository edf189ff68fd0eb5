"""Writing to an entity: an update that a worker accepts or refuses within seconds; started with it where it is new."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from api.door import asked
from api.gateway import NoWorker
from api.updating import ANSWERED_WITHIN, EXPIRES_AFTER, asked_in_time, refusal
from roust.runtime.entities import MEMO
from workflows.messages import REFUSED

State = TypeVar("State", bound=BaseModel)
Result = TypeVar("Result", bound=BaseModel)


class Entity(Generic[State]):
    """The entity `workflow_id` of type `workflow`; `empty` is what a new one begins with."""

    def __init__(
        self,
        client: Client,
        workflow: str,
        workflow_id: str,
        empty: State,
        task_queue: str,
        within: timedelta = ANSWERED_WITHIN,
    ) -> None:
        self._client = client
        self._workflow = workflow
        self._id = workflow_id
        self._empty = empty
        self._queue = task_queue
        self._within = within

    async def ask(self, update: str, question: Callable[[datetime], BaseModel], result: type[Result]) -> Result:
        """What the entity answers; `question` makes the update's argument, void after the time that it is given.

        Raises Refused with the reason, NoWorker when nobody answers (then it is not done, and never will be),
        Unavailable.
        """
        return await asked_in_time(lambda expires: self._asked(update, question(expires), result))

    async def _asked(self, update: str, question: BaseModel, result: type[Result]) -> Result:
        start: WithStartWorkflowOperation[object, object] = WithStartWorkflowOperation(
            self._workflow,
            self._empty,
            id=self._id,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            memo={MEMO: self._empty},
            static_summary=self._id,
        )
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                answer: Result = await asked(
                    self._client.execute_update_with_start_workflow(
                        update,
                        question,
                        start_workflow_operation=start,
                        result_type=result,
                        rpc_timeout=self._within,
                    )
                )
        except WorkflowUpdateFailedError as failed:
            cause = failed.cause
            if isinstance(cause, ApplicationError) and cause.type == REFUSED:
                raise refusal(cause) from None
            raise
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as late:
            seconds = EXPIRES_AFTER.total_seconds()
            raise NoWorker(f"no worker answers: not done, and {seconds:g} s from now it never will be") from late
        return answer
