"""The example of an objective, run with real Prometheus and Alertmanager: the breach pages, the cause does not."""

import asyncio
import hashlib
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from roust.runtime.ports import claim
from tests.fakes.mail_server import MailServer
from tests.system.conftest import pages
from tests.system.processes import ROOT, TOKEN, Alertmanager, alertmanager, until, up

EXAMPLE = ROOT / "examples" / "slo"
KEY = "key-of-checkout-0123456789"


@dataclass
class Exporter:
    """A service's counters: a thousand requests a second, of which `failing` fail; its CPU is hot throughout."""

    port: int = 0
    failing: float = 0.0
    requests: float = 0.0
    errors: float = 0.0
    _last: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        now = time.monotonic()
        seconds, self._last = now - (self._last or now), now
        self.errors += 1000 * seconds * self.failing
        self.requests += 1000 * seconds * (1 - self.failing)
        body = (
            f'http_requests_total{{code="200"}} {self.requests}\n'
            f'http_requests_total{{code="500"}} {self.errors}\n'
            "cpu_usage_ratio 0.97\n"
        ).encode()
        head = (
            f"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def exporter() -> AsyncIterator[Exporter]:
    exporter = Exporter()
    server = await asyncio.start_server(exporter.serve, "127.0.0.1", 0)
    exporter.port = server.sockets[0].getsockname()[1]
    async with server:
        yield exporter


@pytest.fixture
def config(tmp_path: Path, mail: MailServer) -> Path:
    """The example's own, with this machine's mail server and a token to look with."""
    whole: dict[str, Any] = yaml.safe_load((EXAMPLE / "roust.yaml").read_text())
    whole |= {
        "url": "http://127.0.0.1:8420",
        "link_keys": ["a-key-for-the-system-tests-only-0123456789"],
        "channels": {"email": {"host": "127.0.0.1", "port": mail.port, "from": "roust@example.com"}},
        "tokens": [{"name": "t", "role": "viewer", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}],
    }
    whole["services"]["checkout"]["integration_keys"] = [KEY]
    file = tmp_path / "roust.yaml"
    file.write_text(yaml.safe_dump(whole, sort_keys=False))
    return file


def to_roust(url: str, key_file: Path) -> dict[str, Any]:
    """The example's alertmanager.yml, with nothing to wait for."""
    whole: dict[str, Any] = yaml.safe_load((EXAMPLE / "alertmanager.yml").read_text())
    whole["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    [hook] = whole["receivers"][0]["webhook_configs"]
    hook["url"] = f"{url}/in/alertmanager"
    hook["http_config"]["authorization"]["credentials_file"] = str(key_file)
    return whole


@asynccontextmanager
async def prometheus(folder: Path, exporter: Exporter, alertmanager_port: int) -> AsyncIterator[str]:
    """Debian's prometheus with the example's rules, every 200 ms. Where it listens."""
    whole: dict[str, Any] = yaml.safe_load((EXAMPLE / "prometheus.yml").read_text())
    whole["global"] = {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"}
    whole["rule_files"] = [str(EXAMPLE / "rules.yml")]
    whole["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager_port}"]
    whole["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{exporter.port}"]
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(whole))
    (port,) = claim("127.0.0.1", (0, "--port"))
    process = await asyncio.create_subprocess_exec(
        the("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


def the(program: str) -> str:
    found = shutil.which(program)
    assert found, f"{program} is not installed; .ci/run installs it"
    return found


async def test_only_the_breach_of_the_objective_pages_and_its_cause_is_kept_and_visible(
    config: Path, state: Path, log: Path, tmp_path: Path, mail: MailServer, exporter: Exporter
) -> None:
    key_file = tmp_path / "roust.key"
    key_file.write_text(KEY)
    (port,) = claim("127.0.0.1", (0, "--port"))
    async with (
        up(config, state, log) as (_, api),
        alertmanager(to_roust(api.url, key_file), tmp_path, port) as source,
        prometheus(tmp_path, exporter, port) as prometheus_url,
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as http,
    ):

        async def alerts(state: str) -> list[str]:
            answer = await http.get(f"{api.url}/v1/alerts?state={state}")
            return [alert["summary"] for alert in answer.json()["alerts"]] if answer.status_code == 200 else []

        async def ratio() -> bool:
            """Whether the objective is being measured by now."""
            question = {"query": "service:request_errors:ratio_rate5m"}
            answer = await http.get(f"{prometheus_url}/api/v1/query", params=question)
            # 503, in words, while Prometheus still starts.
            return answer.status_code == 200 and bool(answer.json()["data"]["result"])

        assert isinstance(source, Alertmanager)
        await until(ratio)
        assert await until(lambda: alerts("suppressed")) == ["checkout uses 97% of its CPU"]
        assert pages(mail) == []

        exporter.failing = 0.1
        await until(lambda: pages(mail))
        [(to, subject)] = pages(mail)
        assert to == "ada"
        # A long subject is folded: it begins on the header's second line.
        assert subject.strip().startswith("[P1] checkout: checkout burns its error budget: ")
        [breach] = await until(lambda: alerts("triggered"))
        assert breach in subject
        assert await alerts("suppressed") == ["checkout uses 97% of its CPU"]
    assert len(pages(mail)) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("promtool", "check", "rules", "rules.yml"),
        ("promtool", "test", "rules", "rules_test.yml"),
        ("promtool", "check", "config", "prometheus.yml"),
        ("amtool", "check-config", "alertmanager.yml"),
    ],
    ids=lambda words: words[-1],
)
def test_the_tools_of_prometheus_take_every_file(words: tuple[str, ...]) -> None:
    command = [the(words[0]), *words[1:]]
    done = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
