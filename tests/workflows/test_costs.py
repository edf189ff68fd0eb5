"""What an alert costs in events and actions is what the documentation says."""

import re
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.history.v1 import HistoryEvent

from tests.workflows.conftest import Staging
from tests.workflows.costs import actions
from tests.workflows.scene import Scene, an_input
from workflows.messages import ACKNOWLEDGE, MEMO, TASK_QUEUE, WORKFLOW, Acknowledge
from workflows.opening import search_attributes, standing, static_summary

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOCS = Path(__file__).parents[2] / "docs" / "performance.md"
STEPS = [{"notify": [{"user": user}], "wait": "5m"} for user in ("ada", "ben", "margaret")]
THREE_BY_THREE = {"escalation_policies": {"payments": {"steps": STEPS, "repeats": 2}}}
RULES = [{"contacts": ["mail"]}, {"after": "1m", "contacts": ["text"]}, {"after": "2m", "contacts": ["call"]}]
CONTACTS = {"mail": {"email": "a@example.com"}, "text": {"email": "b@example.com"}, "call": {"email": "c@example.com"}}
WITH_RULES = {
    **THREE_BY_THREE,
    "users": {
        user: {"contacts": CONTACTS, "notification_rules": {"high": RULES, "low": RULES}}
        for user in ("ada", "ben", "margaret")
    },
}
QUIET = {"services": {"checkout": {"escalation_policy": "payments", "integration_keys": ["k" * 20], "settle": "10m"}}}
LOW = {"priority": "P4", "urgency": "low"}
Act = Callable[[Scene], Awaitable[None]]


async def begin(scene: Scene, **trigger: Any) -> None:
    """Start it as the gateway does."""
    given = an_input(scene.directory, key=scene.key, **trigger)
    given = given.model_copy(update={"settle": scene.directory.services["checkout"].settle or given.settle})
    now = standing(given)
    scene.started = await scene.env.client.start_workflow(
        WORKFLOW,
        given,
        id=scene.workflow,
        task_queue=TASK_QUEUE,
        memo={MEMO: now},
        search_attributes=search_attributes(now),
        static_summary=static_summary(given),
    )
    scene.began = (await scene.handle.describe()).start_time


def at(seconds: float, *words: str) -> Act:
    async def act(scene: Scene) -> None:
        await scene.until(seconds)
        for word in words:
            if word == "acknowledge":
                request = Acknowledge(request=uuid.uuid4().hex, alert=None, by="ada")
                await scene.handle.signal(ACKNOWLEDGE, request)
            elif word == "resolve":
                await scene.resolve()
                await scene.handle.result()
            else:
                await scene.trigger()

    return act


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act]]] = {
    "answered while step 1 waits": (THREE_BY_THREE, {}, [at(60, "acknowledge"), at(120)]),
    "the same, then resolved": (THREE_BY_THREE, {}, [at(60, "acknowledge"), at(120, "resolve")]),
    "answered at step 2": (THREE_BY_THREE, {}, [at(400, "acknowledge"), at(420)]),
    "exhausted after 3 x 3 steps": (THREE_BY_THREE, {}, [at(3000)]),
    "answered at once, three personal rules": (WITH_RULES, {}, [at(30, "acknowledge"), at(60)]),
    "exhausted after 3 x 3 steps, three personal rules": (WITH_RULES, {}, [at(3000)]),
    "low urgency, healed while it settled": (QUIET, LOW, [at(60, "resolve")]),
    "one more repeat, told by a signal": (THREE_BY_THREE, {}, [at(60, "repeat"), at(70, "acknowledge"), at(120)]),
}


async def events_of(scene: Scene) -> list[HistoryEvent]:
    return list((await scene.handle.fetch_history()).events)


def documented(shape: str) -> str:
    row = re.search(rf"^\| {re.escape(shape)} \|.*\|$", DOCS.read_text(), re.MULTILINE)
    return row[0] if row else "no row"


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_alert_costs_what_the_documentation_says(scene: Staging, shape: str) -> None:
    directory, trigger, acts = SHAPES[shape]
    staged = await scene(**directory)
    await begin(staged, **trigger)
    for act in acts:
        await act(staged)
    events = await events_of(staged)
    found = actions(events)
    columns = [found[kind] for kind in ("page", "timer", "memo", "search attributes", "signal")]
    row = " | ".join(map(str, [shape, len(events), found.total(), *columns]))
    assert documented(shape) == f"| {row} |"


async def test_a_page_that_comes_back_costs_no_second_timer(scene: Staging) -> None:
    staged = await scene(**THREE_BY_THREE)
    await begin(staged)
    await staged.until(3000)
    found = actions(await events_of(staged))
    # Nine steps and the last resort: a page and a timer each, and nothing else but what readers are shown.
    assert (found["page"], found["timer"]) == (10, 10)
