"""The embedded Temporal server, the real one: it serves, comes back, is used by one at a time, and stops."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from roust.domain.errors import RoustError
from roust.runtime import embedded
from roust.runtime.connection import Unreachable, connect, connection_settings
from roust.runtime.embedded import EmbeddedServer
from roust.runtime.namespace import NamespaceNotReady, keep_closed_alerts, prepare_namespace
from roust.runtime.ports import PortTaken, listener
from roust.runtime.state import StateInUse
from tests.waiting import until


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("roust") / "state"


@pytest.fixture
async def server(state: Path) -> AsyncIterator[tuple[EmbeddedServer, Client]]:
    server = EmbeddedServer(state, search_attributes=["RoustState"])
    client = await server.start()
    yield server, client
    await server.stop()


async def until_it_answers(client: Client, workflow: str) -> str | None:
    """The type of `workflow`, as soon as the server answers again; within 20 s."""
    async with asyncio.timeout(20):
        while True:
            with suppress(RPCError):
                return (await client.get_workflow_handle(workflow).describe()).workflow_type
            await asyncio.sleep(0.05)


async def test_a_killed_server_comes_back_with_everything_and_stops_when_told(server) -> None:
    embedded_server, client = server
    await client.start_workflow("Parked", id="parked", task_queue="nobody")
    watching = asyncio.create_task(embedded_server.supervise())
    first = embedded_server.pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: embedded_server.pid != first)
    assert await until_it_answers(client, "parked") == "Parked"
    watching.cancel()
    second = embedded_server.pid
    await embedded_server.stop()
    assert not lives(second)


async def test_search_attributes_are_registered_once_and_retention_is_thirty_days(server) -> None:
    _, client = server
    await prepare_namespace(client, ["RoustState", "RoustOwner"])
    await prepare_namespace(client, ["RoustState", "RoustOwner"])
    await keep_closed_alerts(client)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


async def test_a_namespace_that_does_not_exist_is_named_with_the_command_that_makes_it(server) -> None:
    embedded_server, _ = server
    client = await connect({"target_host": embedded_server.address, "namespace": "nowhere"})
    with pytest.raises(NamespaceNotReady, match=r"temporal operator namespace create .* nowhere"):
        await prepare_namespace(client, ["RoustState"])


async def test_a_second_server_on_the_same_state_is_refused(server, state: Path) -> None:
    with pytest.raises(StateInUse, match=f"process {os.getpid()}"):
        await EmbeddedServer(state).start()


def lives(pid: int) -> bool:
    """Whether the process runs; one that nobody reaped yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


OWNER = """
import asyncio, json, sys
from pathlib import Path
from roust.runtime.embedded import EmbeddedServer

async def main():
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(json.dumps(server.pid), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_server_left_behind_by_a_killed_process_is_stopped_by_the_next(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    left_behind = json.loads(await owner.stdout.readline())
    owner.kill()
    await owner.wait()
    assert lives(left_behind)
    server = EmbeddedServer(tmp_path)
    await server.start()
    try:
        assert not lives(left_behind)
    finally:
        await server.stop()


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with listener("127.0.0.1", 0, "--port") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"{port}.*--temporal-port"):
            await EmbeddedServer(tmp_path, port=port).start()
    # And the directory is free again.
    server = EmbeddedServer(tmp_path)
    await server.start()
    await server.stop()


async def test_a_missing_server_program_names_its_cure(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(embedded.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RoustError, match=r"pip install 'roust\[local\]'"):
        await EmbeddedServer(tmp_path).start()


async def test_a_server_that_ends_at_once_says_where_its_words_are(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "bin").mkdir()
    shutil.copy(shutil.which("false") or "/bin/false", tmp_path / "bin" / "temporal")
    monkeypatch.setattr(embedded.sysconfig, "get_path", lambda _: str(tmp_path / "bin"))
    with pytest.raises(RoustError, match=r"ended at once \(status 1\).*temporal\.log"):
        await EmbeddedServer(tmp_path).start()


async def test_an_unreachable_temporal_is_one_sentence_with_its_cure() -> None:
    with listener("127.0.0.1", 0, "--port") as sock:
        address = f"127.0.0.1:{sock.getsockname()[1]}"
    with pytest.raises(Unreachable, match=f"{address} .namespace alerts.*TEMPORAL_ADDRESS.*roust up"):
        await connect({"target_host": address, "namespace": "alerts"}, within=0.5)


def test_the_connection_is_read_from_temporal_s_own_variables(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example.com:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "alerts")
    config = connection_settings()
    assert (config["target_host"], config["namespace"]) == ("temporal.example.com:7233", "alerts")
