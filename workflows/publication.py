"""A publication: what an entity keeps, shown by memo at each change, so that readers need no worker.

An entity is a workflow that runs for ever: written by updates with validators (api/entity.py asks them),
read by describe (roust/runtime/published.py).
"""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.messages import REFUSED

with workflow.unsafe.imports_passed_through():
    from roust.runtime.entities import MEMO

WRITES_PER_RUN = 500
"""Then the entity continues as new: Temporal refuses the 2,001st update of a run."""

State = TypeVar("State", bound=BaseModel)


class Publication(Generic[State]):
    """`state`, as it is published. A run begins with the memo of the run before it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._writes = 0
        self._changed = False

    def publish(self, state: State) -> None:
        """From here on `state`; durable with the update in which it is called, and then read at once."""
        if state == self.state:
            return
        self.state = state
        self._writes += 1
        self._changed = True
        workflow.upsert_memo({MEMO: state})

    async def change(self, until: datetime | None = None) -> None:
        """Wait for the next change, or until `until`."""
        timeout = None if until is None else max(until - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(lambda: self._changed, timeout=timeout)
        except TimeoutError:
            return
        finally:
            self._changed = False

    @property
    def long_enough(self) -> bool:
        """Whether the run should go on as a new one."""
        return self._writes >= WRITES_PER_RUN or workflow.info().is_continue_as_new_suggested()

    async def go_on(self) -> None:
        """Continue as new, everything carried over, once nobody is being answered any more."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self.state)


def refuse(reason: str | None) -> None:
    """In a validator: refuse the update for `reason`, if there is one."""
    if reason is not None:
        raise ApplicationError(reason, type=REFUSED, non_retryable=True)


def refuse_late(expires: datetime | None) -> None:
    """In a validator: refuse what was asked while no worker answered. Whoever asked was told that it is not done.

    Temporal delivers an update whose caller has long given up. By the server's hour, never a rehearsal's; the refusal
    carries it: whoever has asked this moment and is refused has a clock that is behind.
    """
    if expires is not None and (now := workflow.now()) > expires:
        raise ApplicationError(
            "it was asked while no worker answered, too long ago", now.isoformat(), type=REFUSED, non_retryable=True
        )
