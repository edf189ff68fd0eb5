"""The keeper of maintenance in skipped time, as the API writes to it and whoever starts an alert reads it."""

import uuid
from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from api.entity import Entity
from roust.domain.kept_maintenance import Kept, KeptMaintenance, kept
from roust.domain.maintenance import Maintenance
from roust.domain.zones import format_time
from roust.runtime.made_maintenance import MadeMaintenance
from workflows.maintenance import END, MAKE, WORKFLOW, End, Make
from workflows.messages import TASK_QUEUE

HOUR = timedelta(hours=1)


class Keeper:
    """One of its own for each test."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.id = f"maintenance/{uuid.uuid4().hex}"
        self._writer = Entity(env.client, WORKFLOW, self.id, KeptMaintenance(), TASK_QUEUE, timedelta(seconds=30))
        self._reader = MadeMaintenance(env.client, self.id)

    async def make(self, hours: float, late: timedelta = HOUR, **parts: object) -> Kept:
        """From now on for so many hours; void unless it is taken before `late` from now."""
        now = await self.env.get_current_time()
        planned = Maintenance.model_validate(
            {"from": format_time(now), "to": format_time(now + hours * HOUR), "reason": "work", **parts}
        )
        one = kept(planned, uuid.uuid4().hex[:8], "ada", now)
        return await self._writer.ask(MAKE, lambda _: Make(one=one, expires=now + late), Kept)

    async def end(self, id_: str, by: str = "ben") -> Kept:
        now = await self.env.get_current_time()
        return await self._writer.ask(END, lambda _: End(id=id_, by=by, expires=now + HOUR), Kept)

    async def kept(self) -> list[Kept]:
        return (await self._reader.now()).entries

    async def run(self) -> str:
        return str((await self.env.client.get_workflow_handle(self.id).describe()).run_id)
