"""What was left lying listens before it goes out: somebody may have answered while no worker ran."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from activities import listening
from activities.listening import FRESH, LAIN, Listening
from roust.domain.notification import Outcome
from tests.activities.pages import a_pager, a_request, an_environment, became, run_page
from tests.fakes.recording_channel import RecordingChannel


async def listens(attempt: int = 1, lain: timedelta = timedelta(0), age: float = 0.0) -> bool:
    """Whether a page of that attempt, after so long in the queue, listens on a worker of that age."""
    env, beats = an_environment(), []
    env.info = dataclasses.replace(
        env.info, attempt=attempt, started_time=env.info.current_attempt_scheduled_time + lain
    )
    clock = iter([0.0, age])
    one = Listening(lambda: next(clock))

    async def run() -> None:
        await one.before(lambda: beats.append(1))

    await env.run(run)
    return len(beats) == 2


@pytest.mark.parametrize(
    ("attempt", "lain", "age", "expected"),
    [
        (1, timedelta(0), 0.0, False),
        (1, LAIN, 0.0, True),
        (1, LAIN - timedelta(milliseconds=1), 0.0, False),
        (1, timedelta(hours=1), FRESH, False),
        (2, timedelta(0), FRESH, True),
    ],
)
async def test_another_attempt_listens_and_what_lay_there_when_the_worker_came(
    attempt: int, lain: timedelta, age: float, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_APART", 0.0)
    assert await listens(attempt, lain, age) is expected


async def test_what_is_called_off_while_it_listens_is_not_sent() -> None:
    channel, beats = RecordingChannel(), []  # type: ignore[var-annotated]
    env = an_environment(beats)
    env.info = dataclasses.replace(env.info, attempt=2)
    paging = asyncio.create_task(run_page(a_pager(channel), a_request("user:ada"), env))
    while not beats:  # noqa: ASYNC110 - a heartbeat wakes nobody here
        await asyncio.sleep(0)
    env.cancel()
    assert became(await paging) == []
    assert channel.messages == []


async def test_listening_forgets_nothing_of_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_APART", 0.0)
    channel = RecordingChannel()
    first: list[list[Outcome]] = []
    result = await run_page(a_pager(channel), a_request("user:ada", "user:ben"), an_environment(first))
    beats: list[list[Outcome]] = []
    env = an_environment(beats, remembered=[result.outcomes])
    env.info = dataclasses.replace(env.info, attempt=2)
    again = await run_page(a_pager(channel), a_request("user:ada", "user:ben"), env)
    assert beats[0] == result.outcomes
    assert became(again) == became(result)
    assert len(channel.messages) == 2
