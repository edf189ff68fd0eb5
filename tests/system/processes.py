"""Real processes for the system tests: `roust …` as people start it, and Debian's Alertmanager."""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from tests import waiting, witnesses
from tests.system import answers

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-ada-for-tests"
EDITOR_TOKEN = "the-token-of-an-editor"


class RoustProcess:
    """One `roust …` process: what it says on stdout, and its end."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log
        self.said: list[str] = []

    async def says(self, pattern: str, within: float = 30.0) -> re.Match[str]:
        """The first line on stdout, from now on, in which `pattern` is found."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within):
            while line := (await self.process.stdout.readline()).decode():
                self.said.append(line)
                if found := re.search(pattern, line):
                    return found
        raise AssertionError(f"it ended without saying {pattern!r}; it said {self.said}\n{self.log.read_text()}")

    async def ends(self, within: float = 30.0) -> int:
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def interrupted(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return await self.ends()

    async def killed(self) -> None:
        """kill -9."""
        witnesses.a_process_was_killed("roust")
        self.process.kill()
        await self.process.wait()

    @property
    def errors(self) -> str:
        return self.log.read_text()


@asynccontextmanager
async def roust(*words: str, log: Path, **environment: str) -> AsyncIterator[RoustProcess]:
    """`roust {words}` in the checkout; whatever is left of it is stopped at the end."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "roust",
            *words,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
    running = RoustProcess(process, log)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            try:
                await running.ends()
            except TimeoutError:
                process.kill()


def _in_an_hour(now: datetime) -> str:
    return (now + timedelta(hours=1)).isoformat(timespec="seconds")


class NotNow(Exception):
    """503: the API cannot answer at the moment; a source or a person tries again."""


class Api:
    """The HTTP API of a running Roust, as sources and responders use it; what it answers is remembered (`answers`)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.AsyncClient(base_url=url, timeout=10.0, trust_env=False)

    async def trigger(self, key: str, summary: str, **parts: Any) -> str:
        """The alert's id, once it is accepted; tried again as sources do."""
        body, sent = {"summary": summary, "priority": "P1", **parts}, time.time()
        headers = {"Authorization": f"Bearer {key}"}
        answer = await self._http.post("/v1/alerts", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        answers.triggered(str(answer.json()["id"]), f"{key} {parts.get('dedup_key', summary)}", sent)
        return str(answer.json()["id"])

    async def acknowledge(self, alert: str) -> int:
        return await self._say("acknowledge", alert)

    async def cover(self, schedule: str, user: str) -> datetime:
        """`user` takes the whole schedule for an hour: when it was answered, by this machine's clock."""
        now = datetime.now(UTC)
        span = {"from": (now - timedelta(hours=1)).isoformat(timespec="seconds"), "to": _in_an_hour(now)}
        body = {"kind": "cover", "user": user, **span}
        answer = await self._http.post(f"/v1/schedules/{schedule}/overrides", json=body, headers=self._token)
        if answer.status_code == 503:
            raise NotNow
        # A worker that was too slow to answer may have made it after all: then it is there already.
        assert answer.status_code in (201, 409), answer.text
        return datetime.now(UTC)

    async def resolve(self, alert: str) -> int:
        return await self._say("resolve", alert)

    async def _say(self, verb: str, alert: str) -> int:
        sent = time.time()
        answer = await self._http.post(f"/v1/alerts/{alert}/{verb}", json={}, headers=self._token)
        if answer.is_success:
            answers.said(verb, alert, sent, answer.status_code, first=answer.json().get("first", False))
        return answer.status_code

    async def final(self, alert: str) -> dict[str, Any] | None:
        """What it says of the alert; None when it knows none. Raises TransportError when it is gone, NotNow."""
        answer = await self._http.get(f"/v1/alerts/{alert}", headers=self._token)
        if answer.status_code == 503:
            raise NotNow
        return dict(answer.json()) if answer.is_success else None

    async def maintain(self, **said: Any) -> str:
        """The id of maintenance that an editor makes."""
        answer = await self._http.post("/v1/maintenance", json=said, headers=self._editor)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def end_maintenance(self, made: str) -> int:
        """How many alerts begin to climb."""
        answer = await self._http.delete(f"/v1/maintenance/{made}", headers=self._editor)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["released"])

    async def listed(self, state: str, alert: str) -> bool:
        answer = await self._http.get(f"/v1/alerts?state={state}", headers=self._token)
        return alert in [each["id"] for each in answer.json()["alerts"]]

    async def view(self, alert: str) -> dict[str, Any]:
        answer = await self._http.get(f"/v1/alerts/{alert}", headers=self._token)
        if answer.status_code == 503:
            raise NotNow
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def open_alerts(self) -> list[str]:
        answer = await self._http.get("/v1/alerts?state=triggered", headers=self._token)
        assert answer.status_code == 200, answer.text
        return [alert["id"] for alert in answer.json()["alerts"]]

    async def has_paged(self, alert: str, user: str) -> bool:
        """Whether the timeline says so: a page that is on record is never sent again."""
        timeline = (await self.view(alert))["timeline"]
        return any(entry["kind"] == "paged" and entry["user"] == user for entry in timeline)

    async def state(self, alert: str) -> str:
        return str((await self.view(alert))["state"])

    @property
    def _editor(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {EDITOR_TOKEN}"}

    @property
    def _token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def up(config: Path, state: Path, log: Path) -> AsyncIterator[tuple[RoustProcess, Api]]:
    """`roust up` on free ports, once it serves."""
    ports = ("--port", "0", "--temporal-port", "0", "--ui-port", "0")
    async with roust("up", "--config", str(config), "--state", str(state), *ports, log=log) as process:
        url = (await process.says(r"API\s+(http://\S+)"))[1]
        async with asking(url) as api:
            yield process, api


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Api]:
    """The API at `url`. At the end all that was answered in this test is judged, by what it says now."""
    api = Api(url)
    yield api
    # A process that the test has ended says nothing any more.
    with suppress(httpx2.TransportError):
        await waiting.until(lambda: _judged(api), within=30.0)


async def _judged(api: Api) -> bool:
    with suppress(NotNow):
        await answers.judge(api.final)
        return True
    return False


async def until(true: Callable[[], Any], within: float = 60.0) -> Any:
    """What `true` gives, as soon as it is true; an API that cannot answer yet is not."""

    async def answered() -> Any:
        with suppress(httpx2.TransportError, NotNow):
            found = true()
            return await found if isinstance(found, Awaitable) else found
        return None

    return await waiting.until(answered, within, every=0.05)


class Alertmanager:
    """Debian's prometheus-alertmanager; `fire` and `over` are what Prometheus posts to it."""

    def __init__(self, port: int) -> None:
        self._http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10.0, trust_env=False)
        self._started: dict[str, str] = {}

    async def ready(self) -> bool:
        return (await self._http.get("/-/ready")).status_code == 200

    async def fire(self, name: str, **labels: str) -> None:
        self._started[name] = datetime.now(UTC).isoformat()
        await self._post(name, labels, {})

    async def over(self, name: str, **labels: str) -> None:
        await self._post(name, labels, {"endsAt": datetime.now(UTC).isoformat()})

    async def _post(self, name: str, labels: dict[str, str], parts: dict[str, str]) -> None:
        alert = {
            "labels": {"alertname": name, **labels},
            "annotations": {"summary": f"{name} fires"},
            "startsAt": self._started[name],
            **parts,
        }
        answer = await self._http.post("/api/v2/alerts", json=[alert])
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def alertmanager(config: dict[str, Any], directory: Path, port: int) -> AsyncIterator[Alertmanager]:
    """The daemon with `config`, without gossip, on loopback."""
    program = shutil.which("prometheus-alertmanager")
    assert program, "prometheus-alertmanager is not installed; .ci/run installs it"
    file = directory / "alertmanager.yml"
    # JSON is YAML.
    file.write_text(json.dumps(config))
    process = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={file}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        daemon = Alertmanager(port)
        await until(daemon.ready)
        yield daemon
    finally:
        process.terminate()
        await process.wait()
