"""The keeper of maintenance made day to day: published by memo, on record until 30 days after, carried over."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from api.gateway import Refused
from roust.domain.kept_maintenance import KEPT_FOR
from tests.workflows.conftest import working
from tests.workflows.keeper import HOUR, Keeper
from workflows import publication

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def keeper(env: WorkflowEnvironment) -> AsyncIterator[Keeper]:
    async with working(env.client):
        keeper = Keeper(env)
        yield keeper
        with suppress(RPCError):
            await env.client.get_workflow_handle(keeper.id).terminate("the test is over")


async def test_what_is_made_is_published_with_who_when_and_why_before_the_answer(keeper: Keeper) -> None:
    assert await keeper.kept() == []
    made = await keeper.make(1, reason="database upgrade", services=["checkout"])
    assert await keeper.kept() == [made]
    assert (made.made_by, made.reason, made.services) == ("ada", "database upgrade", ["checkout"])
    assert made.over_at is not None
    assert timedelta(minutes=59) < made.over_at - made.made_at <= HOUR


async def test_what_is_ended_stays_on_record_with_who_ended_it_and_ends_once(keeper: Keeper) -> None:
    made = await keeper.make(1)
    ended = await keeper.end(made.id)
    assert (ended.ended_by, ended.to) == ("ben", made.to)
    assert await keeper.kept() == [ended]
    with pytest.raises(Refused, match="it is over since"):
        await keeper.end(made.id)
    with pytest.raises(Refused, match="no such maintenance"):
        await keeper.end("another")


async def test_it_is_dropped_thirty_days_after_its_end_and_what_recurs_is_not(
    env: WorkflowEnvironment, keeper: Keeper
) -> None:
    short, long, weekly = await keeper.make(1), await keeper.make(48), await keeper.make(1, every="1w")
    await env.sleep(KEPT_FOR)
    assert await keeper.kept() == [short, long, weekly]
    await env.sleep(2 * HOUR)
    assert await keeper.kept() == [long, weekly]


async def test_what_was_asked_too_long_ago_is_not_done(keeper: Keeper) -> None:
    await keeper.make(1)
    with pytest.raises(Refused, match="too long ago"):
        await keeper.make(1, late=-HOUR)
    assert len(await keeper.kept()) == 1


async def test_everything_is_carried_over_when_a_run_has_had_its_writes(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "WRITES_PER_RUN", 3)
    made = [await keeper.make(1) for _ in range(2)]
    first_run = await keeper.run()
    made += [await keeper.make(1, time_zone="Europe/Berlin", every="1mo", match=['a="b"']) for _ in range(2)]
    assert await keeper.run() != first_run
    assert await keeper.kept() == made
    await keeper.end(made[0].id)
