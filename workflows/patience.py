"""Patience: a wait that keeps its timer while the instant it waits for stays the same."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow


class Patience:
    """Waits for an instant or for news, whichever is first.

    A page that comes back is news, but the step's end stays where it was: a new timer would cost an action and
    two events of each step's history.
    """

    def __init__(self) -> None:
        self._until: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    async def wait(self, until: datetime, left: timedelta, summary: str, news: Callable[[], bool]) -> None:
        """Return when there is `news`, or at `until`, which is `left` from now."""
        if self._timer is None or self._timer.done() or until != self._until:
            self.forget()
            self._until = until
            self._timer = asyncio.create_task(workflow.sleep(left, summary=summary))
        timer = self._timer
        await workflow.wait_condition(lambda: news() or timer.done())

    def forget(self) -> None:
        """No instant is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._until = None
