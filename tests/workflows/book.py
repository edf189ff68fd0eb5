"""The overrides of one schedule in skipped time: what the API writes and a page's reader sees."""

import uuid
from datetime import datetime, timedelta

from temporalio.testing import WorkflowEnvironment

from api.entity import Entity
from roust.domain.kept_overrides import KeptOverrides
from roust.domain.overrides import Override
from roust.domain.zones import format_time
from roust.runtime.published import Published
from workflows.messages import TASK_QUEUE
from workflows.overrides import MAKE, REMOVE, WORKFLOW, Make, Remove

HOUR = timedelta(hours=1)


class Book:
    """What the API and a page's reader see of one entity."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.id = f"overrides/{uuid.uuid4().hex}"
        self._writer = Entity(env.client, WORKFLOW, self.id, KeptOverrides(), TASK_QUEUE, timedelta(seconds=30))
        self.reader = Published(env.client, self.id, KeptOverrides())

    async def make(self, user: str, begins: datetime, ends: datetime, **parts: str) -> Override:
        given = {"kind": "cover", "user": user, "from": format_time(begins), "to": format_time(ends)}
        override = Override.model_validate({"id": uuid.uuid4().hex[:8], "made_by": "grace"} | given | parts)
        far = await self.env.get_current_time() + HOUR
        return await self._writer.ask(MAKE, lambda _: Make(override=override, expires=far), Override)

    async def ask_late(self, override: Override, expired: datetime) -> Override:
        return await self._writer.ask(MAKE, lambda _: Make(override=override, expires=expired), Override)

    async def remove(self, id_: str) -> Override:
        far = await self.env.get_current_time() + HOUR
        return await self._writer.ask(REMOVE, lambda _: Remove(id=id_, by="ada", expires=far), Override)

    async def kept(self) -> list[str]:
        return [each.id for each in (await self.reader.now()).overrides]

    async def run(self) -> str:
        return str((await self.env.client.get_workflow_handle(self.id).describe()).run_id)
