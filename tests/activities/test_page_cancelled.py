"""Somebody answered while a page was on its way: what goes out, what does not, and what is known of it."""

import asyncio

import pytest
from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from roust.domain.notification import PageResult
from tests.activities.pages import a_pager, a_request, ada_with, an_environment, became, run_page
from tests.fakes.recording_channel import RecordingChannel

TWO = {"push": {"ntfy": "https://ntfy.example.com/ada"}, "mail": {"email": "ada@example.com"}}
PUSH_FIRST = {"high": [{"contacts": ["push"]}, {"after": "2m", "contacts": ["mail"]}]}


async def a_page_in_hand(channel: RecordingChannel, env: ActivityEnvironment) -> "asyncio.Task[PageResult]":
    channel.hang("ada", "push")
    pager = a_pager(channel, ada_with(TWO, PUSH_FIRST))
    paging = asyncio.create_task(run_page(pager, a_request("user:ada"), env))
    await channel.arrived.wait()
    return paging


async def test_what_a_provider_has_may_finish_after_the_answer() -> None:
    channel, env = RecordingChannel(), an_environment()
    paging = await a_page_in_hand(channel, env)
    env.cancel()
    channel.release()
    assert became(await paging) == [("ada", "push", "sent")]


async def test_nothing_new_is_begun_after_the_answer() -> None:
    channel, env = RecordingChannel(), an_environment()
    channel.refuse("ada", "push")
    paging = await a_page_in_hand(channel, env)
    env.cancel()
    await asyncio.sleep(0)
    channel.release()
    result = await paging
    assert became(result) == [("ada", "push", "refused")]
    assert channel.attempted == [("ada", "push")]
    assert [p.contact for p in result.planned] == ["mail"]


async def test_what_takes_too_long_after_the_answer_is_cut_off_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.page._GRACE", 0.05)
    channel, env = RecordingChannel(), an_environment()
    paging = await a_page_in_hand(channel, env)
    env.cancel()
    result = await paging
    assert became(result) == [("ada", "push", "try_again")]
    assert "may have gone out" in result.outcomes[0].said


async def test_a_worker_that_shuts_down_lets_the_sends_finish() -> None:
    channel, env = RecordingChannel(), an_environment()
    channel.refuse("ada", "push")
    paging = await a_page_in_hand(channel, env)
    env.worker_shutdown()
    channel.release()
    assert became(await paging) == [("ada", "push", "refused"), ("ada", "mail", "sent")]


async def test_a_worker_that_must_go_leaves_the_rest_to_the_next() -> None:
    channel, heartbeats = RecordingChannel(), []  # type: ignore[var-annotated]
    env = an_environment(heartbeats)
    channel.refuse("ada", "push")
    paging = await a_page_in_hand(channel, env)
    env.cancel(ActivityCancellationDetails(worker_shutdown=True))
    await asyncio.sleep(0)
    channel.release()
    with pytest.raises(asyncio.CancelledError):
        await paging
    again = await run_page(
        a_pager(channel, ada_with(TWO, PUSH_FIRST)),
        a_request("user:ada"),
        an_environment(remembered=[heartbeats[-1]]),
    )
    assert became(again) == [("ada", "push", "refused"), ("ada", "mail", "sent")]
    assert channel.attempted == [("ada", "push"), ("ada", "mail")]
