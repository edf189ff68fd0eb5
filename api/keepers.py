"""Who keeps something and must be there: the entities of overrides and maintenance, and the heartbeats' workflows.

Each is asked about by its id, which needs no worker and no list that may lag.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from roust.domain.directory import Directory
from roust.domain.kept_maintenance import KeptMaintenance
from roust.domain.kept_overrides import KeptOverrides
from roust.domain.watch import Sighting, Trouble
from roust.runtime.entities import MAINTENANCE, MEMO, overrides_of
from workflows.heartbeat import heartbeat_id

AT_ONCE = 20
"""Of these questions under way together: the watchdog must not crowd Temporal."""


class Keepers:
    """Those that the configuration of the moment knows."""

    def __init__(self, client: Client, directory: Callable[[], Directory], maintenance: str = MAINTENANCE) -> None:
        self._client = client
        self._directory = directory
        self._maintenance = maintenance

    async def sightings(self, at: datetime) -> list[Sighting]:
        """Those that are missing, and those whose workflow task fails. Raises RPCError.

        Missing is an entity that was ended (nothing of ours ends one) while it kept something that is not
        over yet, and a heartbeat that was heard once and is waited for no more. One that never ran is not.
        """
        directory = self._directory()
        limit = asyncio.Semaphore(AT_ONCE)

        async def look(workflow_id: str) -> Sighting | None:
            async with limit:
                return await self._look(workflow_id, at)

        names = [
            self._maintenance,
            *map(overrides_of, directory.schedules),
            *map(heartbeat_id, directory.heartbeats),
        ]
        return [found for found in await asyncio.gather(*map(look, names)) if found is not None]

    async def _look(self, workflow_id: str, at: datetime) -> Sighting | None:
        try:
            latest = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        if latest.status is WorkflowExecutionStatus.RUNNING:
            return failing(latest, workflow_id)
        lost = await self._lost(latest, workflow_id, at)
        since = latest.close_time or at
        return Sighting(Trouble.MISSING, workflow_id, since, lost) if lost else None

    async def _lost(self, ended: WorkflowExecution, workflow_id: str, at: datetime) -> str:
        """What is missed for it, in words; nothing: it kept nothing that still counts."""
        if workflow_id == self._maintenance:
            kept = await ended.memo_value(MEMO, KeptMaintenance(), type_hint=KeptMaintenance)
            return "maintenance made day to day is not in force" if kept.in_force(at) else ""
        if workflow_id.startswith("heartbeat/"):
            return "nobody waits for it until it is heard again"
        made = await ended.memo_value(MEMO, KeptOverrides(), type_hint=KeptOverrides)
        return "overrides made day to day are not in force" if made.in_force(at) else ""


def failing(execution: WorkflowExecutionDescription, subject: str) -> Sighting | None:
    """A sighting of `execution`, named `subject`, if its workflow task has failed and is tried again."""
    task = execution.raw_description.pending_workflow_task
    if task.attempt <= 1:
        return None
    return Sighting(Trouble.FAILING, subject, task.original_scheduled_time.ToDatetime(UTC))
