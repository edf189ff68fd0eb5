"""Rehearsals show who besides the responders would hear of it, and when."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from roust.domain.timeline import Kind
from tests.builders import a_directory
from tests.rehearsal.conftest import a_script
from worker.rehearsal.difference import differences
from worker.rehearsal.outcome import as_data
from worker.rehearsal.play import Played, play
from worker.rehearsal.stage import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

GROUPS = {
    "executives": {
        "members": [{"user": "margaret"}, {"email": "board@example.com"}],
        "moments": ["triggered", "acknowledged", "resolved", "update"],
    },
    "hotline": {"members": [{"slack": "C0OUTAGES"}], "after": "5m", "min_priority": "P2"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def on_stage() -> AsyncIterator[Stage]:
    async with stage(a_directory(stakeholder_groups=GROUPS)) as on:
        yield on


def noticed(played: Played) -> list[tuple[int, str, str]]:
    data = as_data("a-file", played, played.begins, True)
    return [(told["after"], told["group"], told["event"]) for told in data["notices"]]


async def test_notices_are_shown_by_group_and_moment(on_stage: Stage) -> None:
    events: list[dict[str, Any]] = [
        {"after": "6m", "acknowledge": {"by": "ada"}},
        {"after": "8m", "update": {"by": "ada", "text": "A restore runs.", "next": "5m"}},
        {"after": "20m", "resolve": None},
    ]
    script = a_script(events=events, **{"for": "30m"})
    played = await play(script, on_stage)
    assert noticed(played) == [
        (0, "executives", "triggered"),
        (300, "hotline", "triggered"),
        (360, "executives", "acknowledged"),
        (480, "executives", "update"),
        (1200, "executives", "resolved"),
        (1200, "hotline", "resolved"),
    ]
    reminded = [(e.at - played.begins).total_seconds() for e in played.timeline if e.kind is Kind.REMINDED and e.why]
    assert [round(seconds) for seconds in reminded[:1]] == [780]


async def test_a_notice_that_was_expected_otherwise_is_a_difference(on_stage: Stage) -> None:
    expected = [
        {"after": "0s", "group": "executives", "event": "triggered"},
        {"after": "1m", "group": "hotline", "event": "triggered"},
        {"after": "3m", "group": "executives", "event": "exhausted"},
    ]
    script = a_script(expect={"notices": expected}, **{"for": "10m"})
    assert differences(script.expect, await play(script, on_stage)) == [
        "expected 1m notice to hotline: triggered: came at 5m",
        "expected 3m notice to executives: exhausted: did not happen",
    ]


async def test_a_low_priority_tells_nobody_until_it_is_raised(on_stage: Stage) -> None:
    events = [{"after": "10m", "trigger": {"priority": "P1"}}]
    script = a_script(alert={"priority": "P3"}, events=events, expect={"notices": []}, **{"for": "12m"})
    played = await play(script, on_stage)
    assert noticed(played) == [(600, "executives", "triggered")]
    assert differences(script.expect, played) == ["10m notice to executives: triggered: not expected"]
