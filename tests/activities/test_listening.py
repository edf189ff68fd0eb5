"""What was left lying listens before it goes out: somebody may have answered while no worker ran."""

import asyncio
import dataclasses
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollActivityTaskQueueRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import listening
from activities.listening import FRESH, LAIN, Listening
from roust.domain.notification import Outcome
from roust.runtime.clock import Clock, steady
from tests.activities.pages import a_pager, a_request, ada_with, an_environment, became, run_page
from tests.builders import NOON
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until


async def listens(attempt: int = 1, lain: timedelta = timedelta(0), age: float = 0.0) -> bool:
    """Whether a page of that attempt, after so long in the queue, listens on a worker of that age."""
    env, beats = an_environment(), []
    env.info = dataclasses.replace(
        env.info, attempt=attempt, started_time=env.info.current_attempt_scheduled_time + lain
    )
    clock = iter([0.0, age])
    one = Listening(lambda: next(clock))

    async def run() -> None:
        await one.before(NOON, lambda: beats.append(1))

    await env.run(run)
    return len(beats) == 2


@pytest.mark.parametrize(
    ("attempt", "lain", "age", "expected"),
    [
        (1, timedelta(0), 0.0, False),
        (1, LAIN, 0.0, True),
        (1, LAIN - timedelta(milliseconds=1), 0.0, False),
        (1, timedelta(hours=1), FRESH, False),
        (2, timedelta(0), FRESH, True),
    ],
)
async def test_another_attempt_listens_and_what_lay_there_when_the_worker_came(
    attempt: int, lain: timedelta, age: float, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_APART", 0.0)
    assert await listens(attempt, lain, age) is expected


async def test_what_is_called_off_while_it_listens_is_not_sent() -> None:
    channel, beats = RecordingChannel(), []  # type: ignore[var-annotated]
    env = an_environment(beats)
    env.info = dataclasses.replace(env.info, attempt=2)
    paging = asyncio.create_task(run_page(a_pager(channel), a_request("user:ada"), env))
    while not beats:  # noqa: ASYNC110 - a heartbeat wakes nobody here
        await asyncio.sleep(0)
    env.cancel()
    assert became(await paging) == []
    assert channel.messages == []


async def test_listening_forgets_nothing_of_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_APART", 0.0)
    channel = RecordingChannel()
    first: list[list[Outcome]] = []
    result = await run_page(a_pager(channel), a_request("user:ada", "user:ben"), an_environment(first))
    beats: list[list[Outcome]] = []
    env = an_environment(beats, remembered=[result.outcomes])
    env.info = dataclasses.replace(env.info, attempt=2)
    again = await run_page(a_pager(channel), a_request("user:ada", "user:ben"), env)
    assert beats[0] == result.outcomes
    assert became(again) == became(result)
    assert len(channel.messages) == 2


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        (timedelta(seconds=4), True, True),
        (timedelta(seconds=2), True, False),
        (timedelta(hours=1), False, False),
    ],
)
async def test_what_was_given_to_a_worker_that_then_slept_listens_when_it_wakes(
    given: timedelta, known: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(lambda: NOON)
    if known:
        clock.hear(NOON, steady())
    monkeypatch.setattr(listening, "CLOCK", clock)
    monkeypatch.setattr(listening, "_APART", 0.0)
    beats: list[list[Outcome]] = []
    env = an_environment(beats)
    env.info = dataclasses.replace(
        env.info,
        started_time=NOON - given,
        current_attempt_scheduled_time=NOON - given,
        heartbeat_timeout=timedelta(seconds=3),
    )
    result = await run_page(a_pager(RecordingChannel()), a_request("user:ada"), env)
    assert (len(beats) == 2, became(result)) == (expected, [("ada", "mail", "sent")])


@pytest.mark.parametrize("beats_first", [False, True])
async def test_a_worker_that_slept_between_two_contacts_does_not_use_the_second_once_another_has_it(
    beats_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, passed, beaten = RecordingChannel(), [0.0], asyncio.Event()
    channel.refuse("ada", "push")
    channel.hang("ada", "push")
    monkeypatch.setattr("activities.ledger.steady", lambda: passed[0])
    # As it wakes, a heartbeat may go out before all else.
    monkeypatch.setattr("activities.page._BEAT", 0.01 if beats_first else 60.0)
    env = an_environment()
    env.info = dataclasses.replace(env.info, heartbeat_timeout=timedelta(seconds=3))
    env.on_heartbeat = lambda *_: beaten.set()
    contacts = {"push": {"ntfy": "https://ntfy.example.com/ada"}, "mail": {"email": "ada@example.com"}}
    directory = ada_with(contacts, {"high": [{"contacts": ["push"]}]})
    paging = asyncio.create_task(run_page(a_pager(channel, directory), a_request("user:ada"), env))
    await channel.arrived.wait()
    beaten.clear()
    passed[0] = 4.0
    if beats_first:
        await beaten.wait()
    channel.release()
    async with asyncio.timeout(10):
        await beaten.wait()
    # More turns than the next contact takes, and far fewer than a second.
    for _ in range(100):
        await asyncio.sleep(0)
    # The answer to that heartbeat.
    env.cancel()
    assert "mail" not in [contact for _, contact, _ in became(await paging)]
    assert channel.attempted == [("ada", "push")]


async def late(by: timedelta, unheard: list[bool], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """How often Temporal was asked, and told that we live, before a page that is late `by` so much was sent."""
    clock, asked, beats = Clock(lambda: NOON), [0], []  # type: ignore[var-annotated]
    clock.hear(NOON + by, steady())

    async def ask() -> bool:
        asked[0] += 1
        return unheard[min(asked[0], len(unheard)) - 1]

    monkeypatch.setattr(listening, "CLOCK", clock)
    monkeypatch.setattr(listening, "_APART", 0.0)
    monkeypatch.setattr(listening, "unheard", ask)
    result = await run_page(a_pager(RecordingChannel()), a_request("user:ada"), an_environment(beats))
    assert became(result) == [("ada", "mail", "sent")]
    return asked[0], len(beats)


async def test_a_late_page_goes_out_when_its_alert_has_looked_at_all_that_came_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await late(timedelta(seconds=3), [False], monkeypatch) == (1, 0)
    # Asked once whether to listen; then until it is quiet, and once more for the word itself.
    assert await late(timedelta(seconds=3), [True, True, True, False], monkeypatch) == (5, 4)


async def test_a_page_in_its_time_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await late(timedelta(seconds=1), [True], monkeypatch) == (0, 0)


async def test_an_alert_that_cannot_go_on_does_not_keep_its_page_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST", 0.0)
    assert (await late(timedelta(seconds=3), [True], monkeypatch))[1] == 2


@workflow.defn(name="pages")
class Pages:
    """Asks for one page; `answer` calls it off."""

    def __init__(self) -> None:
        self.answered = False

    @workflow.run
    async def run(self, queue: str) -> None:
        page = workflow.start_activity(
            "nothing", activity_id="page", schedule_to_close_timeout=timedelta(minutes=1), task_queue=queue
        )
        await workflow.wait_condition(lambda: self.answered)
        page.cancel()
        await workflow.sleep(60)

    @workflow.signal
    def answer(self) -> None:
        self.answered = True


async def test_what_a_workflow_has_not_looked_at_and_what_it_has_called_off_is_seen_from_outside(
    client: Client,
) -> None:
    queue = uuid.uuid4().hex
    handle = await client.start_workflow("pages", f"{queue}-pages", id=f"waits-{queue}", task_queue=queue)
    run = handle.result_run_id or ""

    async def waits() -> bool:
        return await listening.waits(client, handle.id, run, "page")

    assert await waits()
    async with Worker(client, task_queue=queue, workflows=[Pages], workflow_runner=UnsandboxedWorkflowRunner()):
        taken = TaskQueue(name=f"{queue}-pages")
        await client.workflow_service.poll_activity_task_queue(
            PollActivityTaskQueueRequest(namespace=client.namespace, task_queue=taken, identity="whoever has the page")
        )
        await until(lambda: quiet(waits))
        await handle.signal("answer")
        await until(lambda: called_off(handle))
        assert await waits()
    await handle.terminate()
    assert not await waits()


async def quiet(waits: Callable[[], Awaitable[bool]]) -> bool:
    return not await waits()


async def called_off(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the workflow has looked at everything, and its one activity is to be cancelled."""
    told = (await handle.describe()).raw_description
    states = [one.state for one in told.pending_activities]
    wanted = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
    return states == [wanted] and not told.HasField("pending_workflow_task")
