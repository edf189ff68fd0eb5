"""A worker keeps some alerts at hand: whatever happens to another finds it as it was."""

import uuid

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.page import Pager
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.scene import Scene
from worker.main import build_worker

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_alert_that_was_put_away_is_answered_and_the_others_climb_on(
    env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.main.KEPT", 1)
    directory, channel = a_directory(), RecordingChannel()
    pager = Pager(lambda: directory, {"email": channel}, Links(["key"], "http://x"))
    scenes = [Scene(env, directory, channel, key=uuid.uuid4().hex) for _ in range(3)]
    worker = build_worker(env.client, pager)
    assert worker.config()["max_cached_workflows"] == 1
    async with worker:
        for scene in scenes:
            await scene.start()
            await scene.until(10)
        await scenes[0].acknowledge("ada")
        await scenes[0].until(400)
        owners = [(await scene.view()).owner for scene in scenes]
        paged = {scene.key: [m.user for m in channel.taken if m.alert.dedup_key == scene.key] for scene in scenes}
        for scene in scenes:
            await scene.handle.terminate("the test is over")
    assert owners == ["ada", None, None]
    assert list(paged.values()) == [["ada"], ["ada", "ben"], ["ada", "ben"]]
    assert channel.messages == channel.taken
