"""One heartbeat in skipped time: silence starts an alert, the next beat resolves it."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.page import Pager
from roust.domain.directory import Directory
from roust.domain.timeline import Kind
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


Watching = Callable[..., Awaitable[Watched]]


@pytest_asyncio.fixture(loop_scope="session")
async def watched(env: WorkflowEnvironment, channel: RecordingChannel) -> AsyncIterator[Watched]:
    name = f"backup-{uuid.uuid4().hex[:8]}"
    parts: dict[str, Any] = {"heartbeats": {name: {"service": "checkout", "every": "5m", "priority": "P1"}}}
    one = Watched(env, name, [a_directory(**parts)], channel)
    pager = Pager(lambda: one.directories[-1], {"email": channel}, Links(["key"], "http://x"))
    heartbeats = Heartbeats(env.client, lambda: one.directories[-1], one.queue)
    activities = [pager.page, heartbeats.missed, heartbeats.back]
    async with build_worker(env.client, pager, task_queue=one.queue, activities=activities):
        yield one
        await one.ends()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_heartbeat_in_time_starts_nothing(watched: Watched) -> None:
    for _ in range(4):
        await watched.beat()
        await watched.after(minutes=4, seconds=50)
    assert await watched.alert() is None
    assert watched.channel.messages == []


@pytest.mark.asyncio(loop_scope="session")
async def test_silence_starts_an_alert_once_and_the_next_beat_resolves_it(watched: Watched) -> None:
    await watched.beat()
    await watched.after(minutes=5, seconds=2)
    alert = await watched.alert()
    assert alert is not None
    assert alert.summary == f"{watched.name} has not been heard from for 5m"
    assert (alert.count, alert.priority) == (1, "P1")
    await watched.after(minutes=60)
    alert = await watched.alert()
    assert alert is not None
    assert alert.count == 1, "one silence, one trigger"
    await watched.beat()
    await watched.after(seconds=2)
    alert = await watched.alert()
    assert alert is not None
    assert alert.state == "resolved"
    assert [entry.text for entry in alert.timeline if entry.kind is Kind.RESOLVED] != []
    # And the next silence is a new outage.
    await watched.after(minutes=5, seconds=2)
    again = await watched.alert()
    assert again is not None
    assert again.state != "resolved"
    assert again.id != alert.id


@pytest.mark.asyncio(loop_scope="session")
async def test_a_new_length_counts_from_the_beat_that_brings_it(watched: Watched) -> None:
    await watched.beat()
    await watched.beat(every=timedelta(minutes=20))
    await watched.after(minutes=19)
    assert await watched.alert() is None
    await watched.after(minutes=1, seconds=2)
    assert await watched.alert() is not None


@pytest.mark.asyncio(loop_scope="session")
async def test_a_heartbeat_that_the_configuration_no_longer_knows_ends_in_peace(watched: Watched) -> None:
    await watched.beat()
    watched.directories.append(a_directory())
    await watched.after(minutes=5, seconds=2)
    described = await watched.env.client.get_workflow_handle(heartbeat_id(watched.name)).describe()
    assert described.status is not None
    assert described.status.name == "COMPLETED"
    assert await watched.alert() is None
    assert watched.channel.messages == []
