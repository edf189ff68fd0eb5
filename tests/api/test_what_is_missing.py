"""What the watchdog misses besides alerts: dead workers, other configurations, entities; on a real server."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.current import CurrentChannels, CurrentLinks
from activities.notice import Notifier
from activities.page import Pager
from api.beating import beat
from api.keepers import Keepers
from api.operators import Operators
from api.polls import Polls
from api.watchdog import Watchdog
from roust.domain.directory import Directory
from roust.domain.kept_maintenance import Kept, KeptMaintenance
from roust.domain.kept_overrides import KeptOverrides
from roust.domain.overrides import Override, OverrideKind
from roust.domain.watch import Sighting, Trouble
from roust.runtime.attendance import API, WORKER, Present, attend, attendance
from roust.runtime.clock import Clock
from roust.runtime.entities import MEMO, overrides_of
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until
from worker.main import build_notices_worker, build_worker
from worker.working import Working
from workflows.heartbeat import WORKFLOW as HEARTBEAT
from workflows.heartbeat import Heart, heartbeat_id
from workflows.messages import notices_queue

MINE, OTHER = "a" * 64, "b" * 64
SILENT = timedelta(seconds=3)
"""Longer than any showing of these tests lasts."""


@workflow.defn(name=HEARTBEAT)
class BrokenHeartbeat:
    """A heartbeat of a release with a mistake in it."""

    @workflow.run
    async def run(self, given: Heart) -> None:
        raise RuntimeError("a mistake in a release")


@asynccontextmanager
async def attending(
    client: Client,
    queue: str,
    role: str = WORKER,
    digest: str = MINE,
    clock: Clock | None = None,
    works: Callable[[], bool] = lambda: True,
) -> AsyncIterator[None]:
    """A process that shows itself, and dies at the end."""
    showing = attend(client, role, lambda: digest, queue=queue, every=0.2, clock=clock or Clock(), works=works)
    shown = asyncio.create_task(showing)
    await until(lambda: _listed(client, queue, digest))
    yield
    shown.cancel()
    await asyncio.gather(shown, return_exceptions=True)


async def _listed(client: Client, queue: str, digest: str) -> bool:
    return any(digest.startswith(one.digest) for one in await attendance(client, queue))


def of(found: list[Sighting], *troubles: Trouble) -> list[tuple[Trouble, str]]:
    return [s.key for s in found if s.trouble in troubles]


@pytest.fixture
def attendance_queue() -> str:
    return f"attendance-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def polls(client: Client, queue: str, attendance_queue: str) -> Polls:
    return Polls(client, lambda: MINE, task_queue=queue, attendance_queue=attendance_queue)


@pytest.fixture
def directory() -> Directory:
    """A heartbeat and a schedule of names that no other test has."""
    name = f"checkout-{uuid.uuid4().hex[:8]}"
    layer = {"users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}
    return a_directory(
        heartbeats={f"backup-{name}": {"service": "checkout", "every": "10s"}},
        schedules={f"rota-{name}": {"time_zone": "Europe/Berlin", "layers": [layer]}},
    )


@pytest.fixture
def maintenance() -> str:
    return f"maintenance-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def keepers(client: Client, directory: Directory, maintenance: str) -> Keepers:
    return Keepers(client, lambda: directory, maintenance)


async def test_a_worker_that_dies_is_missed_within_seconds(
    client: Client, queue: str, attendance_queue: str, polls: Polls, directory: Directory
) -> None:
    pager = Pager(lambda: directory, {}, CurrentLinks(lambda: directory))
    async with build_worker(client, pager, task_queue=queue):
        async with attending(client, attendance_queue):
            assert of(await polls.sightings(datetime.now(UTC)), Trouble.NO_WORKER) == []
        soon, later = (datetime.now(UTC) + timedelta(seconds=seconds) for seconds in (20, 26))
        assert of(await polls.sightings(soon), Trouble.NO_WORKER) == []
        # Its polls of the task queue stay listed for longer than that.
        assert of(await polls.sightings(later), Trouble.NO_WORKER) == [(Trouble.NO_WORKER, f"task queue {queue}")]


async def test_an_api_that_lives_is_no_worker(
    client: Client, queue: str, polls: Polls, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    worker = now

    async def shown(*_: object) -> list[Present]:
        return [Present(WORKER, "one:1", MINE[:12], worker), Present(API, "two:1", MINE[:12], now)]

    monkeypatch.setattr("api.polls.attendance", shown)
    pager = Pager(lambda: directory, {}, CurrentLinks(lambda: directory))
    async with build_worker(client, pager, task_queue=queue):

        async def polled() -> bool:
            return not of(await polls.sightings(now), Trouble.NO_WORKER)

        await until(polled)
        worker = now - timedelta(seconds=26)
        assert of(await polls.sightings(now), Trouble.NO_WORKER)


async def test_nobody_at_the_notices_is_a_trouble_of_its_own(
    client: Client, queue: str, polls: Polls, directory: Directory
) -> None:
    pager = Pager(lambda: directory, {}, CurrentLinks(lambda: directory))
    async with build_worker(client, pager, task_queue=queue):

        async def polled() -> bool:
            return not of(await polls.sightings(datetime.now(UTC)), Trouble.NO_WORKER)

        await until(polled)
        found = of(await polls.sightings(datetime.now(UTC)), Trouble.NO_NOTICES)
        assert found == [(Trouble.NO_NOTICES, f"task queue {notices_queue(queue)}")]
        notifier = Notifier(lambda: directory, CurrentChannels(lambda: directory))
        async with build_notices_worker(client, notifier, task_queue=queue):

            async def all_polled() -> bool:
                return not of(await polls.sightings(datetime.now(UTC)), Trouble.NO_WORKER, Trouble.NO_NOTICES)

            await until(all_polled)


async def test_configurations_that_differ_are_degraded_and_page_nobody(
    client: Client, attendance_queue: str, polls: Polls, directory: Directory
) -> None:
    mail = RecordingChannel()
    watchdog = Watchdog(client, Operators(lambda: directory, {"email": mail}), polls=polls)
    async with attending(client, attendance_queue, WORKER, MINE):
        await watchdog.look()
        await watchdog.look()
        assert str(Trouble.DIFFER) not in " ".join(watchdog.degraded())
    # The same process, after a reload: what it was before counts no more.
    async with attending(client, attendance_queue, WORKER, OTHER):
        await watchdog.look()
        await watchdog.look()
        assert "configuration digests differ: 1 process" in watchdog.degraded()
    async with attending(client, attendance_queue, WORKER, MINE):

        async def back() -> bool:
            await watchdog.look()
            return not any("differ" in line for line in watchdog.degraded())

        await until(back)
    assert not any(str(Trouble.DIFFER) in m.alert.summary for m in mail.taken)


@pytest.mark.parametrize(("wrong", "said"), [(1, "3600 s ahead of"), (-1, "3600 s behind")])
async def test_a_process_whose_clock_is_not_temporals_is_named_and_lives(
    client: Client, attendance_queue: str, polls: Polls, directory: Directory, wrong: int, said: str
) -> None:
    mail, clock = RecordingChannel(), Clock(lambda: datetime.now(UTC) + wrong * timedelta(hours=1))
    watchdog = Watchdog(client, Operators(lambda: directory, {"email": mail}), polls=polls, now=clock.now)
    async with attending(client, attendance_queue, API, MINE, clock):

        async def believed() -> bool:
            return Trouble.CLOCK in [s.trouble for s in (await watchdog.look()).believed]

        await until(believed)
        assert "clocks differ: 1 process" in watchdog.degraded()
        (one,) = await attendance(client, attendance_queue)
        assert (one.name, one.lives(clock.now())) == (f"{socket.gethostname()}:{os.getpid()}", True)
    assert any(f"that of api {one.name} is {said} Temporal's" in m.alert.description for m in mail.taken)


async def test_a_worker_that_lives_and_polls_no_more_is_missed_as_soon_as_one_that_dies(
    client: Client,
    queue: str,
    attendance_queue: str,
    directory: Directory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    working, broken, ended = Working(), asyncio.Event(), asyncio.Event()
    pager = Pager(lambda: directory, {}, CurrentLinks(lambda: directory))
    worker = build_worker(client, pager, task_queue=queue, working=working)
    real = worker._bridge_worker.poll_activity_task

    async def poll() -> object:
        """Fails; and then never says that it is over, so that the worker's end never comes."""
        if not broken.is_set():
            await broken.wait()
            raise RuntimeError("no more polls")
        await ended.wait()
        return await real()

    monkeypatch.setattr(worker._bridge_worker, "poll_activity_task", poll)
    running = asyncio.create_task(worker.run())
    working.begin(worker)
    async with (
        attending(client, attendance_queue, works=working.works),
        attending(client, attendance_queue, API, OTHER),
    ):

        async def silent_for() -> timedelta:
            at = {one.role: one.at for one in await attendance(client, attendance_queue)}
            return at[API] - at[WORKER]

        assert await silent_for() < SILENT
        broken.set()

        async def silent() -> bool:
            return await silent_for() > SILENT

        await until(silent)
        assert not running.done(), "it lives"
    ended.set()
    assert isinstance((await asyncio.gather(running, return_exceptions=True))[0], RuntimeError)


async def _ended(client: Client, workflow_type: str, workflow_id: str, kept: object) -> None:
    handle = await client.start_workflow(
        workflow_type, kept, id=workflow_id, task_queue=f"nobody-{uuid.uuid4().hex[:8]}", memo={MEMO: kept}
    )
    await handle.terminate()


def an_override(end: datetime) -> Override:
    begin = end - timedelta(hours=8)
    return Override.model_validate(
        {
            "kind": OverrideKind.COVER,
            "user": "ben",
            "from": begin.isoformat(timespec="seconds"),
            "to": end.isoformat(timespec="seconds"),
            "id": "0a1b2c3d",
            "made_by": "ada",
        }
    )


async def test_overrides_whose_keeper_was_ended_are_missed_while_they_would_count(
    client: Client, keepers: Keepers, directory: Directory
) -> None:
    now = datetime.now(UTC)
    (schedule,) = directory.schedules
    name = overrides_of(schedule)
    assert await keepers.sightings(now) == [], "one that never ran is not missed"
    await _ended(client, "Overrides", name, KeptOverrides(overrides=[an_override(now + timedelta(hours=2))]))
    assert of(await keepers.sightings(now), Trouble.MISSING) == [(Trouble.MISSING, name)]
    assert await keepers.sightings(now + timedelta(hours=3)) == [], "what it kept is over"
    handle = await client.start_workflow("Overrides", KeptOverrides(), id=name, task_queue="nobody")
    assert await keepers.sightings(now) == [], "somebody has made one anew"
    await handle.terminate()
    assert await keepers.sightings(now) == [], "it kept nothing"


async def test_maintenance_whose_keeper_was_ended_is_missed_while_it_would_count(
    client: Client, keepers: Keepers, maintenance: str
) -> None:
    now = datetime.now(UTC)
    one = Kept.model_validate(
        {
            "services": ["checkout"],
            "from": now.isoformat(timespec="seconds"),
            "to": (now + timedelta(hours=2)).isoformat(timespec="seconds"),
            "reason": "upgrade",
            "id": "0a1b2c3d",
            "made_by": "ada",
            "made_at": now,
            "over_at": now + timedelta(hours=2),
        }
    )
    await _ended(client, "Maintenance", maintenance, KeptMaintenance(entries=[one]))
    assert of(await keepers.sightings(now), Trouble.MISSING) == [(Trouble.MISSING, maintenance)]
    assert await keepers.sightings(now + timedelta(hours=3)) == []


async def test_a_heartbeat_that_is_waited_for_no_more_is_missed_until_it_is_heard(
    client: Client, keepers: Keepers, directory: Directory, queue: str
) -> None:
    (name,) = directory.heartbeats
    now = datetime.now(UTC)
    assert await keepers.sightings(now) == [], "nothing is watched before the first beat"
    await beat(client, queue, name, timedelta(seconds=10))
    assert await keepers.sightings(now) == []
    await client.get_workflow_handle(heartbeat_id(name)).terminate()
    assert of(await keepers.sightings(now), Trouble.MISSING) == [(Trouble.MISSING, heartbeat_id(name))]
    await beat(client, queue, name, timedelta(seconds=10))
    assert await keepers.sightings(now) == []


async def test_operators_hear_of_a_heartbeat_whose_task_fails_and_of_one_that_was_ended(
    client: Client, keepers: Keepers, directory: Directory, queue: str, polls: Polls
) -> None:
    mail, watched = RecordingChannel(), heartbeat_id(next(iter(directory.heartbeats)))
    watchdog = Watchdog(client, Operators(lambda: directory, {"email": mail}), polls=polls, keepers=keepers)

    async def until_believed(trouble: Trouble) -> None:
        async def believed() -> bool:
            return (trouble, watched) in [s.key for s in (await watchdog.look()).believed]

        await until(believed)

    broken = Worker(client, task_queue=queue, workflows=[BrokenHeartbeat], workflow_runner=UnsandboxedWorkflowRunner())
    async with broken:
        await beat(client, queue, next(iter(directory.heartbeats)), timedelta(seconds=10))
        await until_believed(Trouble.FAILING)
    assert any(watched in m.alert.description and "cannot go on" in m.alert.description for m in mail.taken)
    await client.get_workflow_handle(watched).terminate()
    await until_believed(Trouble.MISSING)
    assert any(
        "entity missing" in m.alert.summary and f"{watched}: nobody waits for it" in m.alert.description
        for m in mail.taken
    )
    assert any(line.startswith("entity missing: 1 workflow") for line in watchdog.degraded())
