"""A real Temporal server for the whole session, started when the first test asks for it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from hypothesis import settings
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from roust.runtime.embedded import temporal_program
from tests import witnesses
from workflows.messages import SEARCH_ATTRIBUTES

# How long an example takes says how busy the machine is.
settings.register_profile("patient", parent=settings(), deadline=None)
settings.load_profile("patient")


@asynccontextmanager
async def a_temporal_server() -> AsyncIterator[str]:
    """The address of a real dev server, in memory."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_program(),
        dev_server_log_level="error",
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    )
    async with environment:
        yield environment.client.service_client.config.target_host


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server() -> AsyncIterator[str]:
    """One for all tests."""
    async with a_temporal_server() as address:
        yield address


@pytest.fixture
async def client(temporal_server: str) -> Client:
    return await Client.connect(temporal_server, data_converter=pydantic_data_converter)


@pytest.fixture(autouse=True)
def judged_at_its_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the test looks for: no fake of its own took a message twice."""
    with witnesses.a_test():
        yield
        if request.node.get_closest_marker("breach") is None:
            witnesses.judge()
