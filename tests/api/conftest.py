"""A real Temporal server for the whole session, and what a test needs to talk to it."""

import uuid
from collections.abc import AsyncIterator

import httpx2
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.page import Pager
from api.answering import CONFIRM_WITHIN
from api.lane import Pace
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.runtime.links import Links
from tests.api.remembering import RememberingGateway
from tests.api.serving import an_app, asked_in_process
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from worker.main import build_worker


@pytest.fixture
def directory() -> Directory:
    """Its service has a name of its own, so that no test meets another's alerts."""
    mine = f"checkout-{uuid.uuid4().hex[:8]}"
    return a_directory(
        default_service=mine,
        services={
            mine: {
                "escalation_policy": "payments",
                "integration_keys": ["key-of-checkout"],
                "runbook": "https://runbooks.example.com/checkout",
            }
        },
    )


@pytest.fixture
def service(directory: Directory) -> str:
    assert directory.default_service is not None
    return directory.default_service


@pytest.fixture
def queue() -> str:
    return f"roust-{uuid.uuid4().hex[:8]}"


@pytest.fixture
async def gateway(
    client: Client, directory: Directory, queue: str, request: pytest.FixtureRequest
) -> AsyncIterator[RememberingGateway]:
    """The gateway to the real server, with windows of a fifth of a second; what it answered is judged at the end.

    Where a worker runs, its word is waited for as long as a busy machine takes: "not yet confirmed" is
    for the tests without one.
    """
    within = 30.0 if "worker" in request.fixturenames else CONFIRM_WITHIN
    pace = Pace(window=0.2)
    gateway = RememberingGateway(client, lambda: directory, task_queue=queue, pace=pace, confirm_within=within)
    yield gateway
    await gateway.aclose()
    if request.node.get_closest_marker("breach") is None and not await gateway.stands():
        # Whoever worked for the test may be gone.
        async with build_worker(client, a_pager(directory, RecordingChannel()), task_queue=queue):
            await gateway.judge()


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


@pytest.fixture
async def a_worker(client: Client, queue: str, directory: Directory, channel: RecordingChannel) -> Worker:
    """The real worker, paging into `channel`; it does not run yet: `async with a_worker:`."""
    return build_worker(client, a_pager(directory, channel), task_queue=queue)


def a_pager(directory: Directory, channel: RecordingChannel) -> Pager:
    return Pager(lambda: directory, {"email": channel}, Links(["a-key-for-tests-only"], directory.url))


@pytest.fixture
async def worker(a_worker: Worker) -> AsyncIterator[Worker]:
    """A worker that runs."""
    async with a_worker:
        yield a_worker


@pytest.fixture
async def http(gateway: RememberingGateway, directory: Directory) -> AsyncIterator[httpx2.AsyncClient]:
    """The application over the real gateway; whoever asks brings a token of `serving.TOKENS`."""
    async with asked_in_process(an_app(gateway, directory)) as client:
        client.event_hooks["response"].append(gateway.overhear)
        yield client


@pytest.fixture
async def alert(gateway: TemporalGateway, service: str) -> str:
    """The id of an open alert of priority 1."""
    accepted = await gateway.trigger(Event(summary="checkout is down", dedup_key="disk", severity="critical"), service)
    assert accepted.id is not None
    return accepted.id
