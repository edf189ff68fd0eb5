"""Holds: an alert is held for as long as maintenance says now, not as it said when the alert started.

Ended early, or its entry dropped from the file: what it held climbs. Prolonged: it is held on. Nothing is
lost without this: the alert's own timer, at the end that it knows, remains.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from temporalio.client import Client, WorkflowExecution

from api.door import RPC_TIMEOUT, NotThere, asked
from api.gateway import Unavailable
from api.listing import query
from api.maintenance_kept import MaintenanceInTemporal
from roust.domain.alert import AlertState
from roust.domain.directory import Directory
from roust.domain.maintenance import Maintenance, hold
from roust.runtime.clock import CLOCK
from workflows.messages import HOLD, LABELS, MEMO, Hold, Standing, alert_id

log = structlog.get_logger()

EVERY = 15.0
SAME = timedelta(seconds=1)


class Holds:
    """Looks every 15 s, and when maintenance was made or ended here.

    What shortens a hold is believed when seen twice: another process may have read a newer file.
    """

    def __init__(
        self,
        client: Client,
        directory: Callable[[], Directory],
        book: MaintenanceInTemporal,
        every: float = EVERY,
    ) -> None:
        self._client = client
        self._directory = directory
        self._book = book
        self._every = every
        self._seen: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.follow()
            # Whatever went wrong in one round, the next one looks again.
            except Exception as error:
                log.warning("held alerts were not looked at", why=str(error) or type(error).__name__)

    async def follow(self, ended: str | None = None) -> int:
        """Tell each held alert that should be held otherwise; how many begin to climb.

        `ended`: the id of maintenance that was ended just now, which needs no second look. Raises Unavailable.
        """
        now = CLOCK.now()
        planned = [*self._directory().maintenance, *(await self._book.kept()).in_force(now)]
        shorter: set[str] = set()
        released = 0
        async for execution in self._client.list_workflows(query(AlertState.HELD, None), rpc_timeout=RPC_TIMEOUT):
            told = await self._hold(execution, planned, now, ended)
            if told is None:
                continue
            shortens = told.until is None
            if shortens and ended is None and told.alert not in self._seen:
                shorter.add(told.alert)
                continue
            if await self._tell(execution, told):
                released += shortens
        if ended is None:
            self._seen = frozenset(shorter)
        return released

    async def _hold(
        self, execution: WorkflowExecution, planned: list[Maintenance], now: datetime, ended: str | None
    ) -> Hold | None:
        standing: Standing | None = await execution.memo_value(MEMO, None, type_hint=Standing)
        if standing is None or standing.next_due is None or standing.next_due <= now:
            return None
        if standing.service not in self._directory().services:
            # Another process has a file that knows it; else its own timer ends the hold.
            return None
        labels: dict[str, str] | None = await execution.memo_value(LABELS, None, type_hint=dict[str, str])
        if labels is None:
            # Whoever started it did not say by what it was held: its own timer ends that.
            return None
        found = hold(planned, standing.service, labels, now)
        alert = alert_id(execution.id, standing.first_run or execution.run_id)
        if found is None:
            why = (
                f"maintenance {ended} was ended early"
                if ended
                else "the maintenance was ended early, or is not planned any more"
            )
            return Hold(alert=alert, until=None, because=why)
        if abs(found.until - standing.next_due) < SAME:
            return None
        return Hold(alert=alert, until=found.until, because="; ".join(found.because)[:500])

    async def _tell(self, execution: WorkflowExecution, told: Hold) -> bool:
        handle = self._client.get_workflow_handle(execution.id)
        try:
            await asked(handle.signal(HOLD, told, rpc_timeout=RPC_TIMEOUT))
        except NotThere:
            return False
        except Unavailable as away:
            log.warning("a held alert was not told", alert=told.alert, why=str(away))
            return False
        log.info("hold changed", alert=told.alert, until=told.until and told.until.isoformat(), why=told.because)
        return True
