"""The watchdog, by breaking what it watches on a real Temporal server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from temporalio import workflow
from temporalio.client import Client, WorkflowExecution
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.current import CurrentLinks
from activities.page import Pager
from api.operators import Operators
from api.polls import Polls
from api.temporal_gateway import TemporalGateway
from api.watchdog import Watchdog
from roust.domain.alert import Event
from roust.domain.directory import Directory, User
from roust.domain.watch import Sighting, Trouble, Verdict
from tests.builders import NOON
from tests.fakes.recording_channel import RecordingChannel
from worker.main import build_worker
from workflows.messages import WORKFLOW, AlertInput

TROUBLE = "Roust itself is in trouble: "
WELL = "Roust itself is well again: "


@workflow.defn(name=WORKFLOW)
class BrokenAlert:
    """An alert of a release with a mistake in it: its task fails, again and again, in silence."""

    @workflow.run
    async def run(self, given: AlertInput) -> None:
        raise RuntimeError("a mistake in a release")


class Clock:
    """The hour, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mail() -> RecordingChannel:
    return RecordingChannel()


@pytest.fixture
def operators(directory: Directory, mail: RecordingChannel) -> Operators:
    return Operators(lambda: directory, {"email": mail})


@pytest.fixture
def watchdog(client: Client, operators: Operators, queue: str, clock: Clock) -> Watchdog:
    return Watchdog(client, operators, polls=Polls(client, task_queue=queue), now=clock)


@pytest.fixture
async def broken_worker(client: Client, queue: str) -> AsyncIterator[Worker]:
    worker = Worker(client, task_queue=queue, workflows=[BrokenAlert], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker:
        yield worker


def told(mail: RecordingChannel) -> list[tuple[str, str]]:
    """(kind, summary) of each message that was taken, in order."""
    return [(message.kind.value, message.alert.summary) for message in mail.taken]


async def an_open_alert(gateway: TemporalGateway, service: str) -> str:
    accepted = await gateway.trigger(Event(summary="checkout is down", dedup_key="disk"), service)
    assert accepted.id is not None
    return accepted.id


async def rounds_until(watchdog: Watchdog, true: Callable[[Verdict], bool]) -> Verdict:
    """Rounds until one is as wanted; at most 20 s."""
    async with asyncio.timeout(20):
        while not true(verdict := await watchdog.look()):  # noqa: ASYNC110 - nothing signals a round
            await asyncio.sleep(0.1)
    return verdict


async def test_no_worker_is_told_once_and_its_return_too(
    watchdog: Watchdog, mail: RecordingChannel, directory: Directory, client: Client, queue: str
) -> None:
    assert Trouble.NO_WORKER not in [s.trouble for s in (await watchdog.look()).believed]
    await watchdog.look()
    await watchdog.look()
    assert str(Trouble.NO_WORKER) in watchdog.degraded()
    assert REGISTRY.get_sample_value("roust_worker_polls") == 0
    # On a server that all tests share, another one's alert may be in trouble beside ours.
    assert len([1 for _, summary in told(mail) if "no worker polls" in summary]) == 1
    assert mail.taken[0].user == "margaret"
    assert mail.taken[0].answer_url is None
    pager = Pager(lambda: directory, {"email": mail}, CurrentLinks(lambda: directory))
    async with build_worker(client, pager, task_queue=queue):
        await rounds_until(watchdog, lambda verdict: any(s.trouble is Trouble.NO_WORKER for s in verdict.over))
    assert str(Trouble.NO_WORKER) not in watchdog.degraded()
    assert REGISTRY.get_sample_value("roust_worker_polls") == 1
    assert ("resolved", True) in [(kind, summary.startswith(f"{WELL}no worker polls")) for kind, summary in told(mail)]


async def test_a_worker_that_has_gone_is_missed_after_75_seconds(
    watchdog: Watchdog, directory: Directory, client: Client, queue: str, clock: Clock
) -> None:
    async with build_worker(client, Pager(lambda: directory, {}, CurrentLinks(lambda: directory)), task_queue=queue):
        await rounds_until(watchdog, lambda verdict: Trouble.NO_WORKER not in [s.trouble for s in verdict.believed])
    clock.ahead = timedelta(seconds=60)
    await watchdog.look()
    assert Trouble.NO_WORKER not in [s.trouble for s in (await watchdog.look()).believed]
    clock.ahead = timedelta(seconds=80)
    await watchdog.look()
    assert Trouble.NO_WORKER in [s.trouble for s in (await watchdog.look()).believed]


async def test_nobody_is_called_to_hear_that_all_is_well(directory: Directory) -> None:
    margaret = {"contacts": {"call": {"voice": "+447700900003"}, "mail": {"email": "margaret@example.com"}}}
    with_phone = directory.model_copy(update={"users": {"margaret": User.model_validate(margaret)}})
    call, mail = RecordingChannel(), RecordingChannel()
    operators = Operators(lambda: with_phone, {"voice": call, "email": mail})
    sighting = Sighting(Trouble.NO_WORKER, "task queue roust", datetime.now(UTC))
    await operators.tell(Verdict(tell=(sighting,)), datetime.now(UTC))
    await operators.tell(Verdict(over=(sighting,)), datetime.now(UTC))
    assert [kind for kind, _ in told(mail)] == ["page", "resolved"]
    assert [kind for kind, _ in told(call)] == ["page"]


async def test_an_alert_that_should_have_acted_a_minute_ago_is_told(
    watchdog: Watchdog, gateway: TemporalGateway, service: str, clock: Clock, mail: RecordingChannel
) -> None:
    alert = await an_open_alert(gateway, service)
    labels = {"state": "triggered", "service": service}
    await rounds_until(watchdog, lambda _: REGISTRY.get_sample_value("roust_open_alerts", labels) == 1)
    clock.ahead = timedelta(seconds=55)
    assert (Trouble.OVERDUE, alert) not in [s.key for s in (await watchdog.look()).believed]
    clock.ahead = timedelta(seconds=65)
    await rounds_until(watchdog, lambda verdict: (Trouble.OVERDUE, alert) in [s.key for s in verdict.believed])
    assert (REGISTRY.get_sample_value("roust_overdue_alerts") or 0) >= 1
    assert any(line.startswith("next action overdue: ") for line in watchdog.degraded())


async def test_an_alert_that_has_reached_nobody_for_five_minutes_is_told(
    watchdog: Watchdog,
    gateway: TemporalGateway,
    client: Client,
    directory: Directory,
    service: str,
    queue: str,
    mail: RecordingChannel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = RecordingChannel()
    for user in directory.users:
        nowhere.refuse(user, "mail")
    pager = Pager(lambda: directory, {"email": nowhere}, CurrentLinks(lambda: directory))
    async with build_worker(client, pager, task_queue=queue):
        alert = await an_open_alert(gateway, service)
        labels = {"state": "exhausted", "service": service}
        await rounds_until(watchdog, lambda _: REGISTRY.get_sample_value("roust_open_alerts", labels) == 1)
        await watchdog.look()
        assert (Trouble.UNREACHED, alert) not in [s.key for s in (await watchdog.look()).believed]
        # The clock cannot be moved on for it: workers would seem gone, and that is told instead.
        monkeypatch.setattr("roust.domain.watch.UNREACHED_AFTER", timedelta(0))
        await rounds_until(watchdog, lambda verdict: (Trouble.UNREACHED, alert) in [s.key for s in verdict.believed])
        assert not watchdog.all_is_well()
        assert (REGISTRY.get_sample_value("roust_unreached_alerts") or 0) >= 1
        pages = [m for m in mail.taken if "nobody reached" in m.alert.summary]
        assert len(pages) == 1
        assert f"{alert} has reached nobody" in pages[0].alert.description


async def test_an_alert_whose_workflow_task_fails_is_told_by_its_id(
    watchdog: Watchdog,
    gateway: TemporalGateway,
    service: str,
    clock: Clock,
    mail: RecordingChannel,
    broken_worker: Worker,
) -> None:
    alert = await an_open_alert(gateway, service)
    clock.ahead = timedelta(seconds=65)
    await rounds_until(watchdog, lambda verdict: (Trouble.FAILING, alert) in [s.key for s in verdict.believed])
    assert (REGISTRY.get_sample_value("roust_failing_workflows") or 0) >= 1
    pages = [m for m in mail.taken if "workflow task failing" in m.alert.summary]
    assert len(pages) == 1
    assert alert in pages[0].alert.description


async def test_an_alert_that_has_ended_is_in_no_trouble(
    watchdog: Watchdog,
    client: Client,
    gateway: TemporalGateway,
    service: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alert = await an_open_alert(gateway, service)
    clock.ahead = timedelta(seconds=65)
    await rounds_until(watchdog, lambda verdict: (Trouble.OVERDUE, alert) in [s.key for s in verdict.believed])
    found = [e async for e in client.list_workflows(f"RoustService = '{service}'")]
    await client.get_workflow_handle(found[0].id).terminate()

    async def lagging(*_: object, **__: object) -> AsyncIterator[WorkflowExecution]:
        yield found[0]

    # The list may still show it for a while.
    monkeypatch.setattr(client, "list_workflows", lagging)
    verdict = await watchdog.look()
    assert (Trouble.OVERDUE, alert) not in [s.key for s in verdict.believed]


async def test_a_telling_that_reached_nobody_is_tried_again_in_the_next_round(
    watchdog: Watchdog, mail: RecordingChannel
) -> None:
    mail.fail("margaret", "mail", ConnectionRefusedError("mail server down"), times=1)
    await watchdog.look()
    await watchdog.look()
    assert (len(mail.messages), mail.taken) == (1, [])
    await watchdog.look()
    assert any("no worker polls" in summary for _, summary in told(mail))
    count = len(mail.taken)
    await watchdog.look()
    assert len(mail.taken) == count


async def test_an_operator_is_reached_by_the_contact_that_works(directory: Directory, watchdog: Watchdog) -> None:
    refusing, taking = RecordingChannel(), RecordingChannel()
    refusing.refuse("margaret", "mail")
    two = directory.users["margaret"].model_validate(
        {"contacts": {"mail": {"email": "margaret@example.com"}, "hook": {"webhook": "https://example.com/m"}}}
    )
    both = directory.model_copy(update={"users": directory.users | {"margaret": two}})
    operators = Operators(lambda: both, {"email": refusing, "webhook": taking})
    await watchdog.look()
    verdict = await watchdog.look()
    assert await operators.tell(verdict, datetime.now(UTC))
    assert [m.contact for m in taking.taken] == ["hook"]


async def test_a_temporal_that_does_not_answer_is_told_and_is_over_when_it_does(
    operators: Operators, mail: RecordingChannel, queue: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    client = await Client.connect(address, lazy=True, data_converter=pydantic_data_converter)
    watchdog = Watchdog(client, operators, polls=Polls(client, task_queue=queue), patience=0.5)
    await watchdog.look()
    assert told(mail) == []
    await watchdog.look()
    await watchdog.look()
    assert told(mail) == [("page", f"{TROUBLE}temporal unreachable")]
    assert watchdog.degraded() == ["temporal unreachable"]
    assert REGISTRY.get_sample_value("roust_temporal_reachable") == 0


async def test_the_watchdog_goes_on_after_a_round_that_went_wrong(client: Client, queue: str) -> None:
    tellings: list[Verdict] = []

    class Failing:
        async def tell(self, verdict: Verdict, at: datetime) -> bool:
            tellings.append(verdict)
            raise ValueError("a mistake in the telling")

    passed = 0.0
    polls = Polls(client, task_queue=queue)
    running = asyncio.create_task(Watchdog(client, Failing(), polls=polls, every=0.01, passing=lambda: passed).run())
    async with asyncio.timeout(20):
        while len(tellings) < 2:
            # Two hours on, the same trouble is told anew: by rounds after the one that went wrong.
            passed += 7200
            await asyncio.sleep(0.05)
    assert not running.done()
    running.cancel()


class Calm(Watchdog):
    """Sees nothing wrong, whatever else goes on at the server that all tests share."""

    async def _sightings(self, at: datetime) -> list[Sighting]:
        return []


async def test_a_clock_that_is_set_changes_nothing_of_how_long_a_look_counts(
    client: Client, operators: Operators
) -> None:
    hour, passed = NOON, 0.0
    watchdog = Calm(client, operators, now=lambda: hour, passing=lambda: passed)
    await watchdog.look()
    hour, passed = NOON - timedelta(hours=1), 30.0
    assert watchdog.all_is_well()
    passed = 61.0
    assert not watchdog.all_is_well()
    await watchdog.look()
    assert watchdog.all_is_well()
