"""What was accepted while no worker ran, on the real server: nothing is swallowed, nobody is paged twice."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage
from temporalio.api.update.v1 import UpdateRef, WaitPolicy
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.page import Pager
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.scene import a_trigger, an_input
from worker.main import build_worker
from workflows.alert import AlertWorkflow
from workflows.messages import (
    ACKNOWLEDGE,
    NOTE,
    RESOLVE,
    TRIGGER,
    VIEW,
    WORKFLOW,
    Acknowledge,
    AlertInput,
    AlertView,
    Done,
    Note,
    Resolve,
    workflow_id,
)

Handle = WorkflowHandle[object, object]


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


async def seen(handle: Handle, condition: Callable[[AlertView], bool]) -> AlertView:
    """The alert, once `condition` holds."""
    async with asyncio.timeout(60):
        while True:
            try:
                view: AlertView = await handle.query(VIEW, result_type=AlertView)
                if condition(view):
                    return view
            except RPCError as busy:
                # The worker has only just begun to poll.
                if "no poller" not in str(busy).lower() and "timeout" not in str(busy).lower():
                    raise
            await asyncio.sleep(0.02)


async def accepted(client: Client, queue: str, given: AlertInput, **signal: object) -> Handle:
    key = workflow_id(given.service, given.dedup_key)
    return await client.start_workflow(WORKFLOW, given, id=key, task_queue=queue, **signal)  # type: ignore[call-overload,no-any-return]


async def test_trigger_resolve_trigger_accepted_while_no_worker_runs_is_open_and_paged_once(
    client: Client, channel: RecordingChannel
) -> None:
    queue, directory = uuid.uuid4().hex, a_directory()
    given = an_input(directory, key=queue)
    handle = await accepted(client, queue, given)
    await handle.signal(RESOLVE, Resolve(request="over", alert=None, by="source", via="source"))
    again = given.model_copy(update={"trigger": a_trigger(summary="again")})
    await accepted(client, queue, again, start_signal=TRIGGER, start_signal_args=[again.trigger])
    async with build_worker(
        client, Pager(lambda: directory, {"email": channel}, Links(["k"], "http://x")), task_queue=queue
    ):
        view = await seen(handle, lambda view: any(entry.kind == "paged" for entry in view.timeline))
        assert (view.state, view.summary, view.cycle) == ("triggered", "again", 1)
        assert [(m.kind.value, m.user) for m in channel.messages] == [("page", "ada")]
        await handle.terminate()


async def test_an_acknowledge_accepted_while_no_worker_runs_pages_nobody(
    client: Client, channel: RecordingChannel
) -> None:
    queue, directory = uuid.uuid4().hex, a_directory()
    handle = await accepted(client, queue, an_input(directory, key=queue))
    await handle.signal(ACKNOWLEDGE, Acknowledge(request="mine", alert=None, by="ben"))
    async with build_worker(
        client, Pager(lambda: directory, {"email": channel}, Links(["k"], "http://x")), task_queue=queue
    ):
        view = await seen(handle, lambda view: view.state == "acknowledged")
        assert view.owner == "ben"
        await handle.signal(RESOLVE, Resolve(request="over", alert=None, by="source", via="source"))
        await handle.result()
    assert channel.messages == []


async def admitted(handle: Handle, client: Client, update: str) -> None:
    """Wait until the server has the update, which no worker has answered yet."""
    reference = UpdateRef(workflow_execution=WorkflowExecution(workflow_id=handle.id), update_id=update)
    stage = WaitPolicy(
        lifecycle_stage=UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED
    )
    request = PollWorkflowExecutionUpdateRequest(namespace=client.namespace, update_ref=reference, wait_policy=stage)
    async with asyncio.timeout(10):
        while True:
            try:
                await client.workflow_service.poll_workflow_execution_update(request)
            except RPCError as early:
                if early.status is not RPCStatusCode.NOT_FOUND:
                    raise
                await asyncio.sleep(0.02)
            else:
                return


async def test_what_a_refused_verb_brought_along_is_done_at_once(client: Client, channel: RecordingChannel) -> None:
    """A signal and a verb that it makes impossible, in one task: the refusal must not swallow the signal's wake."""
    queue, directory = uuid.uuid4().hex, a_directory()
    pager = Pager(lambda: directory, {"email": channel}, Links(["k"], "http://x"))
    async with build_worker(client, pager, task_queue=queue):
        handle = await accepted(client, queue, an_input(directory, key=queue))
        alert = (await seen(handle, lambda view: any(entry.kind == "paged" for entry in view.timeline))).id
    await handle.signal(RESOLVE, Resolve(request="over", alert=None, by="source", via="source"))
    note = Note(alert=alert, by="ada", text="too late")
    asking = asyncio.create_task(handle.execute_update(NOTE, note, id="late", result_type=Done))
    await admitted(handle, client, "late")
    async with build_worker(client, pager, task_queue=queue):
        with pytest.raises(WorkflowUpdateFailedError):
            await asking
        async with asyncio.timeout(10):
            await handle.result()
    assert [(m.kind.value, m.user) for m in channel.messages] == [("page", "ada"), ("resolved", "ada")]


async def test_a_page_that_no_worker_has_taken_is_not_sent_once_somebody_has_acknowledged(
    client: Client, channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in the queue, so does the acknowledge: whichever the new worker takes first."""
    monkeypatch.setattr("activities.listening.LAIN", timedelta(0))
    queue, directory = uuid.uuid4().hex, a_directory()
    handle = await accepted(client, queue, an_input(directory, key=queue))
    async with Worker(client, task_queue=queue, workflows=[AlertWorkflow], workflow_runner=UnsandboxedWorkflowRunner()):
        async with asyncio.timeout(30):
            while not (await handle.describe()).raw_description.pending_activities:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    await handle.signal(ACKNOWLEDGE, Acknowledge(request="1", alert=None, by="ben"))
    pager = Pager(lambda: directory, {"email": channel}, Links(["key"], "http://x"))
    async with build_worker(client, pager, task_queue=queue):
        assert (await seen(handle, lambda view: view.state == "acknowledged")).owner == "ben"
        async with asyncio.timeout(30):
            while (await handle.describe()).raw_description.pending_activities:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert channel.messages == []
        await handle.terminate()
