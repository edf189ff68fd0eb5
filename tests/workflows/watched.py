"""One heartbeat in skipped time, and the alert that its silence starts."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.page import Pager
from roust.domain.directory import Directory
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from worker.heartbeats import Heartbeats
from worker.main import build_worker
from workflows.heartbeat import BEAT, WORKFLOW, Beat, Heart, heartbeat_id
from workflows.messages import VIEW, AlertView, workflow_id

EVERY = timedelta(minutes=5)


@dataclass
class Watched:
    """A heartbeat of a name of its own, and the alert that its silence starts."""

    env: WorkflowEnvironment
    name: str
    directories: list[Directory]
    channel: RecordingChannel

    async def beat(self, every: timedelta = EVERY) -> None:
        await self.env.client.start_workflow(
            WORKFLOW,
            Heart(name=self.name, every=every),
            id=heartbeat_id(self.name),
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=BEAT,
            start_signal_args=[Beat(every=every)],
        )

    @property
    def queue(self) -> str:
        return f"heartbeats-{self.name}"

    async def after(self, **time: float) -> None:
        await self.env.sleep(timedelta(**time))

    async def alert(self) -> AlertView | None:
        handle = self.env.client.get_workflow_handle(workflow_id("checkout", f"heartbeat/{self.name}"))
        try:
            view: AlertView = await handle.query(VIEW, result_type=AlertView)
        except RPCError:
            return None
        return view

    async def ends(self) -> None:
        for workflow in (heartbeat_id(self.name), workflow_id("checkout", f"heartbeat/{self.name}")):
            with suppress(RPCError):
                await self.env.client.get_workflow_handle(workflow).terminate()


@asynccontextmanager
async def a_heartbeat(env: WorkflowEnvironment, channel: RecordingChannel) -> AsyncIterator[Watched]:
    """With a worker of its own."""
    name = f"backup-{uuid.uuid4().hex[:8]}"
    parts: dict[str, Any] = {"heartbeats": {name: {"service": "checkout", "every": "5m", "priority": "P1"}}}
    one = Watched(env, name, [a_directory(**parts)], channel)
    pager = Pager(lambda: one.directories[-1], {"email": channel}, Links(["key"], "http://x"))
    heartbeats = Heartbeats(env.client, lambda: one.directories[-1], one.queue)
    activities = [pager.page, heartbeats.missed, heartbeats.back]
    async with build_worker(env.client, pager, task_queue=one.queue, activities=activities):
        yield one
        await one.ends()
