"""One heartbeat in skipped time: silence starts an alert, the next beat resolves it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from roust.domain.timeline import Kind
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.watched import Watched, a_heartbeat
from workflows.heartbeat import heartbeat_id


@pytest_asyncio.fixture(loop_scope="session")
async def watched(env: WorkflowEnvironment, channel: RecordingChannel) -> AsyncIterator[Watched]:
    async with a_heartbeat(env, channel) as one:
        yield one


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
