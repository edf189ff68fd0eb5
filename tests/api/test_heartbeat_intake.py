"""`/in/heartbeat/{name}`: whoever must be heard says so."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client

from api.listing import PAGING
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Priority
from roust.domain.directory import Directory
from roust.domain.heartbeat import Heartbeat
from tests.api.asking import KEY, OTHER_KEY, Held, asking, two_services
from tests.fakes.gateway import RecordingGateway
from worker.heartbeats import Heartbeats
from workflows.heartbeat import BEAT, Silence, heartbeat_id
from workflows.messages import workflow_id

HEARTBEATS = {"backup": {"service": "checkout", "every": "25h"}}


async def ask(method: str, path: str, key: str | None = KEY, gateway: RecordingGateway | None = None) -> Any:
    gateway = gateway or RecordingGateway()
    async with asking(gateway, Held(two_services(heartbeats=HEARTBEATS)), key=key) as client:
        return gateway, await client.request(method, path)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("path", "key"), [("/in/heartbeat/backup", KEY), (f"/in/heartbeat/backup/{KEY}", None)])
async def test_a_beat_is_told_with_the_longest_silence(method: str, path: str, key: str | None) -> None:
    gateway, answer = await ask(method, path, key)
    assert (answer.status_code, answer.json()) == (202, {"heartbeat": "backup", "every": "1d1h"})
    assert gateway.beats == [("backup", timedelta(hours=25))]


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/in/heartbeat/backup", None, 401),
        ("/in/heartbeat/backup/wrong", None, 401),
        ("/in/heartbeat/other", KEY, 404),
        ("/in/heartbeat/backup", OTHER_KEY, 404),
    ],
)
async def test_a_beat_needs_the_key_of_its_service(path: str, key: str | None, status: int) -> None:
    gateway, answer = await ask("POST", path, key)
    assert (answer.status_code, gateway.beats) == (status, [])


async def test_a_beat_that_could_not_be_recorded_is_not_taken() -> None:
    gateway, answer = await ask("POST", "/in/heartbeat/backup", gateway=RecordingGateway(all_away=True))
    assert (answer.status_code, gateway.beats) == (503, [])
    assert answer.headers["retry-after"]


async def test_a_head_request_is_no_beat() -> None:
    gateway, answer = await ask("HEAD", "/in/heartbeat/backup")
    assert (answer.status_code, gateway.beats) == (405, [])


async def test_a_beat_starts_its_workflow_and_the_next_joins_it(gateway: TemporalGateway, client: Client) -> None:
    # A queue without a worker: what is accepted is durable without one.
    name = f"backup-{id(gateway)}"
    for _ in range(2):
        await gateway.beat(name, timedelta(minutes=5))
    history = await client.get_workflow_handle(heartbeat_id(name)).fetch_history()
    heard = [e.workflow_execution_signaled_event_attributes.signal_name for e in history.events]
    assert heard.count(BEAT) == 2
    await client.get_workflow_handle(heartbeat_id(name)).terminate()


async def test_the_alert_of_a_silence_is_found_by_its_service_before_a_worker_has_seen_it(
    gateway: TemporalGateway, client: Client, directory: Directory, queue: str
) -> None:
    """As one that came in over HTTP: else nobody could acknowledge it with the others of its service."""
    [service] = directory.services
    watched = directory.model_copy(
        update={"heartbeats": {"backup": Heartbeat(service=service, every=timedelta(minutes=5), priority=Priority.P1)}}
    )
    silence = Silence(name="backup", last=datetime.now(UTC))
    assert await Heartbeats(client, lambda: watched, queue).missed(silence)
    async with asyncio.timeout(30):
        while not (listed := (await gateway.list(PAGING, service, 10, None)).alerts):  # noqa: ASYNC110 - lists lag
            await asyncio.sleep(0.05)
    [(alert, standing)] = listed
    assert (standing.priority, standing.service) == (Priority.P1, service)
    assert (await gateway.acknowledge_service(service, "ada", "api")).acknowledged == [alert]
    begun = await client.get_workflow_handle(workflow_id(service, "heartbeat/backup")).describe()
    assert begun.raw_description.workflow_execution_info.priority.fairness_key == service
