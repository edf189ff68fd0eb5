"""The entity that keeps overrides, in skipped time: published by memo, carried over, conflicts refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from api.gateway import Refused
from roust.domain.kept_overrides import KEPT_FOR, KeptOverrides
from roust.domain.overrides import Override
from roust.domain.zones import format_time
from roust.runtime.published import Published
from tests.workflows.book import HOUR, Book
from tests.workflows.conftest import working
from workflows import publication

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def book(env: WorkflowEnvironment) -> AsyncIterator[Book]:
    async with working(env.client):
        book = Book(env)
        yield book
        with suppress(RPCError):
            await env.client.get_workflow_handle(book.id).terminate("the test is over")


async def test_what_is_made_is_published_with_who_and_when_before_the_answer(
    env: WorkflowEnvironment, book: Book
) -> None:
    now = await env.get_current_time()
    assert await book.kept() == []
    made = await book.make("linus", now + HOUR, now + 2 * HOUR, reason="holidays")
    (kept,) = (await book.reader.now()).overrides
    assert kept == made
    assert (kept.made_by, kept.reason, kept.made_at is not None) == ("grace", "holidays", True)


async def test_two_that_overlap_and_name_the_same_user_are_refused_and_two_that_touch_are_not(
    env: WorkflowEnvironment, book: Book
) -> None:
    now = await env.get_current_time()
    first = await book.make("linus", now, now + 2 * HOUR)
    with pytest.raises(Refused, match=f"overlaps another override that names linus: .*{first.id}.*remove one of them"):
        await book.make("linus", now + HOUR, now + 3 * HOUR, kind="add")
    with pytest.raises(Refused, match="names linus"):
        await book.make("ada", now + HOUR, now + 3 * HOUR, kind="replace", replaces="linus")
    touching = await book.make("linus", now + 2 * HOUR, now + 3 * HOUR)
    other = await book.make("ada", now + HOUR, now + 3 * HOUR)
    assert await book.kept() == [first.id, touching.id, other.id]


async def test_what_has_not_begun_is_removed_and_what_has_begun_ends_now(env: WorkflowEnvironment, book: Book) -> None:
    now = await env.get_current_time()
    begun = await book.make("ada", now - HOUR, now + HOUR)
    coming = await book.make("linus", now + HOUR, now + 2 * HOUR)
    await book.remove(coming.id)
    ended = await book.remove(begun.id)
    assert await book.kept() == [begun.id]
    assert now - HOUR < ended.end("UTC") <= await env.get_current_time()
    with pytest.raises(Refused, match="it is over since"):
        await book.remove(begun.id)
    with pytest.raises(Refused, match="no such override"):
        await book.remove(coming.id)


async def test_one_that_is_over_is_dropped_after_thirty_days_and_not_before(
    env: WorkflowEnvironment, book: Book
) -> None:
    now = await env.get_current_time()
    short = await book.make("ada", now, now + HOUR)
    long = await book.make("linus", now, now + 48 * HOUR)
    await env.sleep(KEPT_FOR)
    assert await book.kept() == [short.id, long.id]
    await env.sleep(2 * HOUR)
    assert await book.kept() == [long.id]


async def test_everything_is_carried_over_when_a_run_has_had_its_writes(
    env: WorkflowEnvironment, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "WRITES_PER_RUN", 3)
    now = await env.get_current_time()
    made = [await book.make("ada", now + n * HOUR, now + (n + 1) * HOUR) for n in range(2)]
    first_run = await book.run()
    made += [await book.make("ada", now + n * HOUR, now + (n + 1) * HOUR) for n in range(2, 5)]
    assert await book.run() != first_run
    assert (await book.reader.now()).overrides == made
    with pytest.raises(Refused, match="overlaps"):
        await book.make("ada", now, now + HOUR)


async def test_what_was_asked_too_long_ago_is_not_done(env: WorkflowEnvironment, book: Book) -> None:
    now = await env.get_current_time()
    await book.make("ada", now, now + HOUR)
    stale = Override.model_validate(
        {"id": "late", "kind": "add", "user": "ben", "from": format_time(now), "to": format_time(now + HOUR)}
    )
    with pytest.raises(Refused, match="too long ago"):
        await book.ask_late(stale, now - HOUR)
    assert len(await book.kept()) == 1


async def test_a_reader_without_an_answer_goes_by_what_it_knew_and_says_so(
    env: WorkflowEnvironment, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = await env.get_current_time()
    reader = Published(env.client, book.id, KeptOverrides(), fresh=0.0, patience=30.0)
    made = await book.make("ada", now, now + HOUR)
    first = await reader.known()
    assert (first.state, first.doubt) == (KeptOverrides(overrides=[made]), "")

    async def fails(*words: object, **more: object) -> None:
        raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    monkeypatch.setattr(WorkflowHandle, "describe", fails)
    told = await reader.known()
    assert (told.state, told.at, told.doubt) == (first.state, first.at, "no answer (RPCError)")


async def test_a_reader_waits_no_longer_than_its_patience_and_all_share_one_question(
    env: WorkflowEnvironment, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    async def hangs(*words: object, **more: object) -> None:
        asked.append(1)
        await asyncio.Event().wait()

    monkeypatch.setattr(WorkflowHandle, "describe", hangs)
    reader = Published(env.client, book.id, KeptOverrides(), fresh=60.0, patience=0.05)
    told = await asyncio.gather(*(reader.known() for _ in range(20)))
    assert {(each.state, each.doubt) for each in told} == {(None, "no answer within 0.05 s")}
    assert await reader.known() == told[0]
    assert asked == [1]
