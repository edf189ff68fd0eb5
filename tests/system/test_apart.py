"""`roust api` and `roust worker` apart, as in a real deployment."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from roust.runtime.embedded import EmbeddedServer
from roust.runtime.ports import claim
from tests.fakes.mail_server import MailServer
from tests.system.conftest import CHECKOUT_KEY, SEARCH_KEY, pages
from tests.system.processes import Api, asking, roust, until


@pytest.fixture
async def temporal(tmp_path: Path) -> AsyncIterator[str]:
    """A Temporal that lives on whatever becomes of Roust's processes."""
    server = EmbeddedServer(tmp_path / "temporal")
    await server.start()
    yield server.address
    await server.stop()


async def test_a_killed_worker_loses_nothing_and_an_acknowledge_without_one_holds(
    config: Path, tmp_path: Path, temporal: str, mail: MailServer
) -> None:
    api_port, metrics_port = claim("127.0.0.1", (0, "--port"), (0, "--metrics-port"))
    words = ("--config", str(config))
    worker = ("worker", *words, "--metrics-port", str(metrics_port))
    logs = [tmp_path / f"{name}.log" for name in ("api", "first", "second")]
    async with (
        roust("api", *words, "--port", str(api_port), log=logs[0], TEMPORAL_ADDRESS=temporal),
        asking(f"http://127.0.0.1:{api_port}") as api,
    ):
        async with roust(*worker, log=logs[1], TEMPORAL_ADDRESS=temporal) as first:
            first_alert = await until(lambda: api.trigger(SEARCH_KEY, "search is down"))
            await until(lambda: len(pages(mail)) == 1)
            # Known to be sent: a page that dies with its worker before that goes out twice, under one key.
            await until(lambda: _known_as_sent(api, first_alert))
            await first.killed()
        # Nobody works now: both words are kept.
        second_alert = await api.trigger(CHECKOUT_KEY, "checkout is down")
        assert await api.acknowledge(second_alert) == 202
        async with roust(*worker, log=logs[2], TEMPORAL_ADDRESS=temporal) as second:
            await until(lambda: len(pages(mail)) == 2)
            assert await until(lambda: _is(api, second_alert, "acknowledged"))
            assert await api.state(first_alert) == "triggered"
            await _metrics(metrics_port)
            assert await second.interrupted() == 0
    assert pages(mail) == [("ada", "[P1] search: search is down"), ("grace", "[P1] search: search is down")]
    assert "Traceback" not in logs[0].read_text() + logs[2].read_text()


async def _known_as_sent(api: Api, alert: str) -> bool:
    return any(entry.get("result") == "sent" for entry in (await api.view(alert))["timeline"])


async def _is(api: Api, alert: str, state: str) -> bool:
    return await api.state(alert) == state


async def _metrics(port: int) -> None:
    """The worker's own port: Temporal's figures and ours on one page, and whether it lives."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        assert (await http.get("/healthz")).status_code == 200
        text = (await http.get("/metrics")).text
    assert re.search(r"^temporal_num_pollers", text, re.MULTILINE)
    assert "process_cpu_seconds_total" in text


@pytest.mark.parametrize("command", ["api", "worker"])
async def test_a_temporal_that_is_not_there_is_one_sentence_and_exit_code_1(
    command: str, config: Path, log: Path
) -> None:
    (port,) = claim("127.0.0.1", (0, "--port"))
    listen = ("--port", "0") if command == "api" else ()
    address = f"127.0.0.1:{port}"
    async with roust(command, "--config", str(config), *listen, log=log, TEMPORAL_ADDRESS=address) as process:
        assert await process.ends() == 1
    assert f"roust: Temporal does not answer at {address}" in process.errors
    assert "TEMPORAL_ADDRESS" in process.errors
    assert "Traceback" not in process.errors


async def test_a_configuration_with_mistakes_names_them_all_and_starts_nothing(tmp_path: Path, log: Path) -> None:
    file = tmp_path / "roust.yaml"
    file.write_text(
        "users: {ada: {contacts: {mail: {email: nobody}}}}\nservices: {checkout: {escalation_policy: no}}\n"
    )
    state = tmp_path / "state"
    async with roust("up", "--config", str(file), "--state", str(state), log=log) as process:
        assert await process.ends() == 1
    assert len(re.findall(r"roust\.yaml:\d+:\d+: ", process.errors)) >= 2
    assert not state.exists()
