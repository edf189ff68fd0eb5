"""More connections than file descriptors: the API lives, says so once in a while, and takes events again."""

import asyncio
import os
import resource
import sys
from pathlib import Path

import httpx2

from roust.runtime.embedded import EmbeddedServer
from roust.runtime.namespace import prepare_namespace
from roust.runtime.ports import claim
from tests.system.conftest import SEARCH_KEY
from tests.system.processes import until
from workflows.messages import SEARCH_ATTRIBUTES

FEW = 64


async def test_connections_without_end_neither_end_the_api_nor_fill_its_log(config: Path, tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "temporal", search_attributes=SEARCH_ATTRIBUTES)
    client = await server.start()
    await prepare_namespace(client, SEARCH_ATTRIBUTES)
    (port,) = claim("127.0.0.1", (0, "--port"))
    log = tmp_path / "api.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "roust", "api", "--config", str(config), "--port", str(port)),
            stderr=out,
            env={**os.environ, "TEMPORAL_ADDRESS": server.address, "ROUST_LOG_FORMAT": "json"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW)),
        )
    try:
        await until(lambda: _accepted(port))
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3 * FEW)]
        await until(lambda: _said(log) or None)
        # Some rounds of asyncio's second between two tries.
        assert await _accepted(port, within=3.0) is False
        for _, writer in held:
            writer.close()
        await until(lambda: _accepted(port))
        assert process.returncode is None
        assert _said(log) == 1
        assert log.stat().st_size < 100_000
    finally:
        process.terminate()
        await process.wait()
        await server.stop()


def _said(log: Path) -> int:
    return log.read_bytes().count(b"no file descriptors left")


async def _accepted(port: int, within: float = 10.0) -> bool:
    try:
        async with httpx2.AsyncClient(timeout=within, trust_env=False) as http:
            event = {"summary": "search is down"}
            answer = await http.post(
                f"http://127.0.0.1:{port}/v1/alerts", json=event, headers={"Authorization": f"Bearer {SEARCH_KEY}"}
            )
            return answer.status_code == 202
    except httpx2.TransportError:
        return False
