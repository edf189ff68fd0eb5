"""An alert that a newer release began, on the real server: an older worker leaves it alone."""

import uuid

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus

from activities.page import Pager
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until
from tests.workflows.scene import an_input
from worker.main import build_worker
from workflows.messages import WORKFLOW, workflow_id


async def test_an_alert_that_asks_for_what_this_release_does_not_know_is_left_to_a_newer_worker(client: Client) -> None:
    """Run by older rules, it could never be taken over: no worker of the newer release could replay it."""
    queue, directory, channel = uuid.uuid4().hex, a_directory(), RecordingChannel()
    given = an_input(directory, key=queue).model_dump(mode="json") | {"climbs_otherwise": True}
    pager = Pager(lambda: directory, {"email": channel}, Links(["k"], "http://x"))
    handle = await client.start_workflow(WORKFLOW, given, id=workflow_id("checkout", queue), task_queue=queue)

    async def refused() -> bool:
        events = (await handle.fetch_history()).events
        return any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for event in events)

    async with build_worker(client, pager, task_queue=queue):
        await until(refused)
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert channel.messages == []
    await handle.terminate()
