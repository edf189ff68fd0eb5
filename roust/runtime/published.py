"""Reading what an entity publishes: by describe and memo, without a worker, and never waiting for long."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from roust.runtime.clock import CLOCK
from roust.runtime.entities import MEMO

log = structlog.get_logger()

FRESH = 0.5
"""Seconds for which what was read is read no more: one describe serves all who ask meanwhile."""
PATIENCE = 1.0
"""Seconds until whoever asks goes on with what was known before (a page must not wait for it)."""

State = TypeVar("State", bound=BaseModel)


@dataclass(frozen=True)
class Known(Generic[State]):
    """`state` as it stood at `at`; None when nothing was ever heard. `doubt`: why it may be out of date."""

    state: State | None
    at: datetime | None = None
    doubt: str = ""


class Published(Generic[State]):
    """The state of the entity `workflow_id`. `empty` is that of one that does not run: nothing is kept there.

    What `known` says is at most a second old, or carries a doubt: its age counts from when it was asked for.
    """

    def __init__(
        self, client: Client, workflow_id: str, empty: State, *, fresh: float = FRESH, patience: float = PATIENCE
    ) -> None:
        self._client = client
        self._id = workflow_id
        self._empty = empty
        self._fresh = fresh
        self._patience = patience
        self._known: Known[State] = Known(None)
        self._fresh_until = float("-inf")
        self._asking: asyncio.Task[Known[State]] | None = None

    async def known(self) -> Known[State]:
        """What is known within a second at most. Never raises: no answer is a doubt, with the last state."""
        now = asyncio.get_running_loop().time()
        if now < self._fresh_until:
            return self._known
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(now))
        # Shared: one page that is called off must not take the answer from the others.
        return await asyncio.shield(self._asking)

    def forget(self) -> None:
        """It has just been written to: the next look is a new one."""
        self._fresh_until, self._asking = float("-inf"), None

    async def now(self) -> State:
        """What is published this very moment. Raises what Temporal raises, RPCError or OSError and the like."""
        handle = self._client.get_workflow_handle(self._id)
        try:
            execution = await handle.describe(rpc_timeout=timedelta(seconds=self._patience))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return self._empty
            raise
        if execution.status is not WorkflowExecutionStatus.RUNNING:
            return self._empty
        published: State = await execution.memo_value(MEMO, self._empty, type_hint=type(self._empty))
        return published

    async def _ask(self, began: float) -> Known[State]:
        try:
            async with asyncio.timeout(self._patience):
                self._known = Known(await self.now(), CLOCK.now())
        # Whatever is wrong with the entity or with Temporal, whoever asks goes on (it may be a page).
        except Exception as error:
            late = isinstance(error, TimeoutError)
            doubt = f"no answer within {self._patience:g} s" if late else f"no answer ({type(error).__name__})"
            log.warning("an entity was not read", entity=self._id, reason=doubt)
            self._known = Known(self._known.state, self._known.at, doubt)
        self._fresh_until = began + self._fresh
        return self._known
