"""A time-skipping server, and a worker with the real page activity."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.notice import Notifier
from activities.page import Pager
from roust.domain.directory import Directory
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.scene import Scene
from worker.main import build_notices_worker, build_worker
from worker.rehearsal.stage import skipping_server
from workflows.messages import SEARCH_ATTRIBUTES


@asynccontextmanager
async def skipping_time() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping server that knows our search attributes."""
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=skipping_server()
    ) as environment:
        keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace="default", search_attributes=dict.fromkeys(SEARCH_ATTRIBUTES, keyword))
        )
        yield environment


def working(client: Client) -> Worker:
    """A worker for workflows that page nobody."""
    directory = a_directory()
    return build_worker(client, Pager(lambda: directory, {"email": RecordingChannel()}, Links(["key"], "http://x")))


@pytest_asyncio.fixture(loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """A clock of the test's own. Of an activity that ends after its workflow was terminated the server never
    learns, and skips no time any more."""
    async with skipping_time() as environment:
        yield environment


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


Staging = Callable[..., Awaitable[Scene]]


@pytest_asyncio.fixture(loop_scope="session")
async def scene(env: WorkflowEnvironment, channel: RecordingChannel) -> AsyncIterator[Staging]:
    """`await scene(directory parts…)`: a worker runs, and an alert has not started yet."""
    current: list[Directory] = [a_directory()]
    staged: list[Scene] = []
    channels = dict.fromkeys(("email", "webhook", "voice"), channel)
    pager = Pager(lambda: current[0], channels, Links(["key"], "http://x"))
    notifier = Notifier(lambda: current[0], channels)

    async def stage(**parts: object) -> Scene:
        current[0] = a_directory(**parts)
        staged.append(Scene(env, current[0], channel))
        return staged[-1]

    async with build_worker(env.client, pager), build_notices_worker(env.client, notifier):
        yield stage
        for scene in staged:
            await scene.leave()
