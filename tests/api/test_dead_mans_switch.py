"""The dead man's switch, against a real server that remembers who called."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from temporalio.client import Client

from activities.page import Pager
from api.dead_mans_switch import DeadMansSwitch
from api.operators import Operators
from api.polls import Polls
from api.watchdog import Watchdog
from roust.domain.directory import Directory
from roust.domain.watch import Trouble
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.config.files import GOOD, loaded, said
from tests.fakes.webhook_server import Reply, WebhookServer, a_webhook_server
from worker.main import build_worker

LOOPBACK = {"webhook": {"allow": ["127.0.0.0/8"]}}
SECRET = "/ping/4711-a-secret-of-ours"


@pytest.fixture
async def outside() -> AsyncIterator[WebhookServer]:
    async with a_webhook_server() as server:
        yield server


def a_switch(outside: WebhookServer, well: bool = True, **parts: Any) -> DeadMansSwitch:
    whole = {"dead_mans_switch": outside.url(SECRET), "channels": LOOPBACK} | parts
    directory = a_directory(**{name: part for name, part in whole.items() if part is not None})
    return DeadMansSwitch(lambda: directory, lambda: well)


async def test_all_is_well_is_told(outside: WebhookServer) -> None:
    assert await a_switch(outside).ping()
    assert [(one.method, one.path) for one in outside.requests] == [("GET", SECRET)]


async def test_trouble_is_told_by_silence(outside: WebhookServer) -> None:
    assert not await a_switch(outside, well=False).ping()
    assert not await a_switch(outside, dead_mans_switch=None).ping()
    assert outside.requests == []


@pytest.mark.parametrize("reply", [Reply(500), Reply(302, {"location": "http://127.0.0.1/elsewhere"}), Reply(404)])
async def test_a_ping_that_is_not_taken_is_logged_without_its_address(outside: WebhookServer, reply: Reply) -> None:
    outside.reply = reply
    structlog.reset_defaults()
    with capture_logs() as logged:
        assert not await a_switch(outside).ping()
    assert len(outside.requests) == 1
    assert [one["result"] for one in logged] == [f"HTTP {reply.status}"]
    assert SECRET not in str(logged)


async def test_a_private_address_that_the_operator_does_not_allow_is_not_asked(outside: WebhookServer) -> None:
    assert not await a_switch(outside, channels={}).ping()
    assert outside.requests == []


async def test_nobody_there_is_no_end_of_us(outside: WebhookServer) -> None:
    switch = a_switch(outside, dead_mans_switch="http://127.0.0.1:1/nobody")
    assert not await switch.ping()


async def test_all_is_well_only_after_a_look_that_found_nothing(client: Client, queue: str) -> None:
    directory: Directory = a_directory()
    passed = 0.0
    polls = Polls(client, task_queue=queue)
    watchdog = Watchdog(client, Operators(lambda: directory, {}), polls=polls, passing=lambda: passed)
    assert not watchdog.all_is_well(), "nobody has looked yet"
    verdict = await watchdog.look()
    assert verdict.believed == (), "seen once is not believed"
    assert not watchdog.all_is_well(), "and yet it is not well: no worker polls"
    async with build_worker(client, Pager(lambda: directory, {}, Links(["key"], "http://x")), task_queue=queue):
        for _ in range(200):
            if Trouble.NO_WORKER not in [trouble for trouble, _ in watchdog.seen]:
                break
            await watchdog.look()
        # Other tests' alerts may be in trouble on this server; the queue's worker is not.
        assert watchdog.all_is_well() == (not watchdog.seen)
        passed += 120
        assert not watchdog.all_is_well(), "an old look says nothing"


def test_its_address_and_the_heartbeats_are_checked(tmp_path: Any) -> None:
    more = (
        "dead_mans_switch: ftp://x\n"
        "heartbeats:\n"
        "  backup: {service: nobody, every: 25h}\n"
        "  short: {service: web, every: 1s}\n"
        "  silent: {service: other, every: 5m}\n"
    )
    text = GOOD.replace("services:\n", "services:\n  other: {escalation_policy: standard}\n") + more
    told = "\n".join(said(loaded(tmp_path, text)))
    assert "dead_mans_switch: must be a URL that begins with https:// or http://" in told
    assert "heartbeats.backup.service: no service named 'nobody'" in told
    assert "heartbeats.short.every: must be 10s to 366 days (got 1s)" in told
    assert "heartbeats.silent.service: nobody could send it: service other has no integration_keys" in told
