"""The page activity under a real Temporal server: what its heartbeats are worth when a worker goes."""

import uuid
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from roust.domain.notification import PageRequest, PageResult
from tests.activities.pages import a_pager, a_request, became
from tests.fakes.recording_channel import RecordingChannel


@workflow.defn(name="OnePage")
class OnePage:
    """Asks for one page, as calls.page does; `answered` calls it off."""

    def __init__(self) -> None:
        self._answered = False

    @workflow.run
    async def run(self, request: PageRequest) -> PageResult:
        page = workflow.start_activity(
            "page",
            request,
            result_type=PageResult,
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(seconds=3),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100)),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        await workflow.wait_condition(lambda: self._answered or page.done())
        page.cancel()
        return await page

    @workflow.signal(name="answered")
    def answered(self) -> None:
        self._answered = True


@pytest.fixture
def queue() -> str:
    return f"pages-{uuid.uuid4().hex[:8]}"


def a_worker(client: Client, queue: str, channel: RecordingChannel) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=[OnePage],
        activities=[a_pager(channel).page],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_heartbeat_throttle_interval=timedelta(milliseconds=500),
        graceful_shutdown_timeout=timedelta(milliseconds=100),
    )


async def test_a_worker_that_goes_in_the_middle_leaves_nobody_paged_twice(
    client: Client, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.page._GRACE", 0.1)
    channel = RecordingChannel()
    channel.hang("ben", "mail")
    async with a_worker(client, queue, channel):
        handle = await client.start_workflow(
            "OnePage", a_request("user:ada", "user:ben"), id=queue, task_queue=queue, result_type=PageResult
        )
        await channel.until("ada", "mail")
    async with a_worker(client, queue, channel):
        result = await handle.result()
    assert sorted(became(result)) == [("ada", "mail", "sent"), ("ben", "mail", "try_again")]
    assert sorted(channel.attempted) == [("ada", "mail"), ("ben", "mail")]


async def test_an_answer_in_the_middle_tells_what_went_out(client: Client, queue: str) -> None:
    channel = RecordingChannel()
    channel.hang("ben", "mail")
    async with a_worker(client, queue, channel):
        handle = await client.start_workflow(
            "OnePage", a_request("user:ada", "user:ben"), id=queue, task_queue=queue, result_type=PageResult
        )
        await channel.until("ada", "mail")
        await handle.signal("answered")
        result = await handle.result()
    assert sorted(became(result)) == [("ada", "mail", "sent"), ("ben", "mail", "try_again")]
