"""The page activity tried again: what the heartbeat says was sent, and what another attempt makes of it."""

import asyncio
import dataclasses
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from roust.domain.notification import Result
from tests.activities.pages import (
    a_pager,
    a_request,
    ada_with,
    an_environment,
    became,
    run_page,
)
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel

THREE = {
    "push": {"ntfy": "https://ntfy.example.com/ada"},
    "mail": {"email": "ada@example.com"},
    "text": {"sms": "+447700900001"},
}
CHAIN = {"high": [{"contacts": ["push"]}, {"after": "2m", "contacts": ["text"]}]}


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


async def test_heartbeats_say_what_has_been_sent(channel: RecordingChannel) -> None:
    heartbeats: list[Any] = []
    await run_page(a_pager(channel), a_request("user:ada", "user:ben"), an_environment(heartbeats))
    assert [outcome.planned.user for outcome in heartbeats[0]] == ["ada"]


async def test_a_page_to_one_contact_costs_no_heartbeat(channel: RecordingChannel) -> None:
    heartbeats: list[Any] = []
    await run_page(a_pager(channel), a_request("user:ada"), an_environment(heartbeats))
    assert heartbeats == []
    assert channel.paged == [("ada", "mail")]


async def test_a_slow_send_keeps_beating(channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.page._BEAT", 0.01)
    channel.hang("ada", "mail")
    beats = asyncio.Semaphore(0)
    env = an_environment()
    env.on_heartbeat = lambda *_: beats.release()
    paging = asyncio.create_task(run_page(a_pager(channel), a_request("user:ada"), env))
    async with asyncio.timeout(5):
        for _ in range(3):
            await beats.acquire()
    channel.release()
    await paging


@pytest.mark.parametrize("decoded", [True, False])
async def test_a_retry_after_a_crash_skips_what_was_sent(channel: RecordingChannel, decoded: bool) -> None:
    pager = a_pager(channel)
    first = await run_page(pager, a_request("user:ada"))
    outcomes = first.outcomes if decoded else [o.model_dump(mode="json") for o in first.outcomes]
    again = await run_page(pager, a_request("user:ada", "user:ben"), an_environment(remembered=[outcomes]))
    assert channel.paged == [("ada", "mail"), ("ben", "mail")]
    assert again.outcomes[0] == first.outcomes[0]
    assert became(again) == [("ada", "mail", "sent"), ("ben", "mail", "sent")]


async def test_what_this_process_has_sent_is_not_sent_again_when_no_heartbeat_got_through(
    channel: RecordingChannel,
) -> None:
    pager = a_pager(channel)
    first = await run_page(pager, a_request("user:ada"))
    again = await run_page(pager, a_request("user:ada"), a_second_attempt())
    assert channel.paged == [("ada", "mail")]
    assert again == first


@pytest.mark.breach("another process cannot know of the first")
async def test_what_another_process_may_have_sent_is_sent_again(channel: RecordingChannel) -> None:
    await run_page(a_pager(channel), a_request("user:ada"))
    await run_page(a_pager(channel), a_request("user:ada"), a_second_attempt())
    assert channel.paged == [("ada", "mail"), ("ada", "mail")]


async def test_what_failed_is_tried_again_by_a_second_attempt(channel: RecordingChannel) -> None:
    pager = a_pager(channel)
    channel.fail("ada", "mail")
    await run_page(pager, a_request("user:ada"))
    await run_page(pager, a_request("user:ada"), a_second_attempt())
    assert channel.attempted == [("ada", "mail"), ("ada", "mail")]


def a_second_attempt() -> ActivityEnvironment:
    env = an_environment()
    env.info = dataclasses.replace(env.info, attempt=2)
    return env


@pytest.mark.breach("what was sent is not in the heartbeat that it goes on from")
async def test_a_retry_goes_on_bringing_forward(channel: RecordingChannel) -> None:
    channel.refuse("ada", "push")
    pager = a_pager(channel, ada_with(THREE, CHAIN))
    first = await run_page(pager, a_request("user:ada"))
    refused_only = [o for o in first.outcomes if o.result is Result.REFUSED]
    again = await run_page(pager, a_request("user:ada"), an_environment(remembered=[refused_only]))
    assert became(again) == [("ada", "push", "refused"), ("ada", "text", "sent")]
    assert channel.attempted.count(("ada", "push")) == 1


async def test_a_heartbeat_of_another_release_does_not_stop_the_page(channel: RecordingChannel) -> None:
    await run_page(a_pager(channel), a_request("user:ada"), an_environment(remembered=[{"version": 9}]))
    assert channel.paged == [("ada", "mail")]


async def test_nothing_to_send_is_no_trouble(channel: RecordingChannel) -> None:
    result = await run_page(a_pager(channel, a_directory()), a_request())
    assert (result.outcomes, result.problems, result.resolved) == ([], [], [])
