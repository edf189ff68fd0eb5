"""What counts as an action is what a Temporal server counts itself."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.page import Pager
from roust.domain.alert import AlertState
from roust.runtime.embedded import temporal_program
from roust.runtime.links import Links
from roust.runtime.namespace import prepare_namespace
from roust.runtime.ports import claim
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.system.processes import until
from tests.workflows.costs import actions
from tests.workflows.scene import an_input
from worker.main import build_worker
from workflows.messages import MEMO, SEARCH_ATTRIBUTES, TASK_QUEUE, WORKFLOW, Standing, workflow_id

NAMESPACE = "counted"
OURS = {
    "grpc_StartWorkflowExecution": "start",
    "command_ScheduleActivityTask": "page",
    "command_StartTimer": "timer",
    "command_ModifyWorkflowProperties": "memo",
    "command_UpsertWorkflowSearchAttributes": "search attributes",
}


@pytest.fixture
async def counting(tmp_path: Path) -> AsyncIterator[tuple[Client, str]]:
    """A dev server in memory that says what it counts: a client, and where it says so."""
    port, metrics = claim("127.0.0.1", (0, "--port"), (0, "--metrics-port"))
    words = ["--port", str(port), "--metrics-port", str(metrics), "--headless", "--namespace", NAMESPACE]
    process = await asyncio.create_subprocess_exec(
        temporal_program(), "server", "start-dev", *words, stdout=asyncio.subprocess.DEVNULL
    )

    async def connected() -> Client | None:
        try:
            address = f"127.0.0.1:{port}"
            return await Client.connect(address, namespace=NAMESPACE, data_converter=pydantic_data_converter)
        except RuntimeError:
            return None

    try:
        client = await until(connected)
        await prepare_namespace(client, SEARCH_ATTRIBUTES)
        yield client, f"http://127.0.0.1:{metrics}/metrics"
    finally:
        process.terminate()
        await process.wait()


async def counted(url: str) -> Counter[str]:
    async with httpx2.AsyncClient(trust_env=False) as http:
        text = (await http.get(url)).text
    found: Counter[str] = Counter()
    for kind, number in re.findall(rf'^action{{.*action_type="(\w+)".*namespace="{NAMESPACE}".*}} (\S+)$', text, re.M):
        found[kind] += int(float(number))
    return found


async def test_a_server_counts_the_actions_that_we_count(counting: tuple[Client, str]) -> None:
    client, metrics = counting
    directory = a_directory(
        escalation_policies={"payments": {"steps": [{"notify": [{"user": "ada"}], "wait": "1s"}], "repeats": 1}}
    )
    pager = Pager(lambda: directory, {"email": RecordingChannel()}, Links(["key"], "http://x"))
    before = await counted(metrics)
    async with build_worker(client, pager):
        name = workflow_id("checkout", "disk")
        alert = await client.start_workflow(WORKFLOW, an_input(directory), id=name, task_queue=TASK_QUEUE)

        async def exhausted() -> bool:
            standing = await (await alert.describe()).memo_value(MEMO, default=None, type_hint=Standing)
            return standing is not None and standing.state is AlertState.EXHAUSTED

        await until(exhausted)
    ours = actions((await alert.fetch_history()).events)

    async def grown() -> bool:
        after = await counted(metrics)
        return {OURS[kind]: after[kind] - before[kind] for kind in OURS} == {kind: ours[kind] for kind in OURS.values()}

    # The server's figures are collected now and then.
    await until(grown, within=15)
    assert (await counted(metrics))["grpc_RecordActivityTaskHeartbeat"] == 0
