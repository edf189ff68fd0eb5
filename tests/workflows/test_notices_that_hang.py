"""A notice never delays a page: real seconds, a stakeholders' channel that answers nobody, and one slot for it."""

import uuid
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.notice import Notifier
from activities.page import Pager
from roust.domain.notification import Message
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.scene import an_input
from worker.main import build_notices_worker, build_worker
from workflows.messages import WORKFLOW, alert_id, workflow_id

pytestmark = pytest.mark.asyncio(loop_scope="session")

STEPS = [{"notify": [{"user": user}], "wait": "1s"} for user in ("ada", "ben", "ada")]


async def test_a_stakeholders_channel_that_hangs_changes_no_page_s_time(env: WorkflowEnvironment) -> None:
    queue, pages, notices = f"hang-{uuid.uuid4().hex[:8]}", RecordingChannel(), RecordingChannel()
    notices.hang("", "webhook-1")
    directory = a_directory(
        stakeholder_groups={"hotline": {"members": [{"webhook": "https://hotline.example.com/in"}]}},
        escalation_policies={"payments": {"steps": STEPS}},
    )
    channels = {"email": pages, "webhook": notices}
    pager = Pager(lambda: directory, channels, Links(["key"], "http://x"))
    notifier = Notifier(lambda: directory, channels)
    began: dict[str, datetime] = {}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(build_worker(env.client, pager, task_queue=queue))
        await stack.enter_async_context(build_notices_worker(env.client, notifier, task_queue=queue, at_once=1))
        handles = []
        for number in range(3):
            workflow = workflow_id("checkout", f"{queue}-{number}")
            handle = await env.client.start_workflow(
                WORKFLOW, an_input(directory, key=f"{queue}-{number}"), id=workflow, task_queue=queue
            )
            handles.append(handle)
            run = handle.first_execution_run_id or ""
            began[alert_id(workflow, run)] = (await handle.describe()).start_time
        await pages.until("margaret", "mail")
        for handle in handles:
            await handle.terminate("the test is over")
        # The first of them holds the only slot the whole time.
        assert (len(notices.messages), len(notices.taken)) == (1, 0)
        notices.release()
    late = [m.at - began[m.alert.id] - timedelta(seconds=n) for a in began for n, m in enumerate(_of(pages, a))]
    assert len(late) >= 10
    # The instants of the steps are exact where their pages were on time (rule 2).
    assert max(late) < timedelta(seconds=0.2)


def _of(channel: RecordingChannel, alert: str) -> list[Message]:
    return [m for m in channel.taken if m.alert.id == alert and m.kind == "page"]
