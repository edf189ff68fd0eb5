"""Stakeholders on the real workflow in skipped time: each moment once, at its instant, and nothing else."""

from typing import Any

import pytest

from tests.workflows.conftest import Staging
from workflows.messages import UPDATE, PostUpdate

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = ["triggered", "acknowledged", "exhausted", "resolved", "update"]


def a_group(**parts: Any) -> dict[str, Any]:
    """Executives: Margaret by mail and a bare address."""
    members = [{"user": "margaret"}, {"email": "board@example.com"}]
    return {"executives": {"members": members, **parts}}


def both(after: int, moment: str) -> list[tuple[int, str, str, str]]:
    return [(after, "executives", moment, "email-2"), (after, "executives", moment, "margaret")]


async def test_each_moment_is_told_once_whatever_the_cycles(scene: Staging) -> None:
    policy = {"payments": {"steps": [{"notify": [{"user": "ada"}], "wait": "5m"}], "acknowledge_timeout": "30m"}}
    s = await scene(stakeholder_groups=a_group(moments=ALL), escalation_policies=policy)
    await s.start()
    await s.until(60)
    await s.acknowledge("ada")
    await s.until(1900)
    await s.acknowledge("ada")
    await s.until(1960)
    await s.resolve()
    await s.handle.result()
    told = s.notices
    assert [(group, moment, who) for _, group, moment, who in told] == [
        (group, moment, who)
        for moment in ("triggered", "acknowledged", "resolved")
        for _, group, _, who in both(0, moment)
    ]
    assert [after // 60 for after, *_ in told] == [0, 0, 1, 1, 32, 32]


async def test_a_blip_that_is_over_before_the_group_s_time_is_told_to_nobody(scene: Staging) -> None:
    s = await scene(stakeholder_groups=a_group(after="5m", moments=ALL))
    await s.start()
    await s.until(290)
    await s.resolve()
    await s.handle.result()
    assert s.notices == []
    assert not [entry for entry in (await s.view()).timeline if entry.kind == "notice"]


async def test_what_outlives_the_group_s_time_is_told_as_it_stands_and_then_singly(scene: Staging) -> None:
    s = await scene(stakeholder_groups=a_group(after="5m", moments=["triggered", "acknowledged", "resolved"]))
    await s.start()
    await s.until(100)
    await s.acknowledge("ada")
    await s.until(310)
    assert s.notices == both(300, "standing")
    await s.until(400)
    await s.resolve()
    await s.handle.result()
    assert [moment for _, _, moment, _ in s.notices] == ["standing", "standing", "resolved", "resolved"]
    events = [entry.data["moment"] for entry in (await s.view()).timeline if entry.kind == "notice" and entry.data]
    assert events == ["acknowledged", "resolved"]


async def test_an_update_reaches_the_groups_that_asked(scene: Staging) -> None:
    groups = a_group(moments=["update"]) | {"quiet": {"members": [{"email": "quiet@example.com"}]}}
    s = await scene(stakeholder_groups=groups)
    await s.start()
    await s.until(100)
    alert = (await s.view()).id
    await s.handle.execute_update(UPDATE, PostUpdate(alert=alert, by="ada", text="the database is being restored"))
    await s.until(110)
    texts = [(n.group, n.update, n.update_by) for m in s.channel.taken for n in m.notices if n.moment == "update"]
    assert texts == [("executives", "the database is being restored", "Ada Lovelace")] * 2
    assert (await s.view()).timeline[-1].text == "Notice to executives: update 1: margaret by mail, email-2 told."


async def test_a_failing_member_alone_is_tried_again_and_changes_nothing_else(scene: Staging) -> None:
    s = await scene(stakeholder_groups=a_group())
    s.channel.fail("", "email-2", times=2)
    await s.start()
    await s.until(900)
    assert [(who, after) for after, _, _, who in s.notices] == [("margaret", 0), ("email-2", 40)]
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail"), (900, "margaret", "mail")]
    texts = [entry.text for entry in (await s.view()).timeline if entry.kind == "notice"]
    assert texts == [
        "Notice to executives: triggered: margaret by mail told; email-2 failed, will be tried again.",
        "Notice to executives: triggered: email-2 failed, will be tried again.",
        "Notice to executives: triggered: email-2 told.",
    ]
    history = (await s.handle.fetch_history()).to_json()
    assert "board@example.com" not in history


async def test_an_end_waits_for_its_notice_and_a_trigger_that_meets_it_is_paged(scene: Staging) -> None:
    s = await scene(stakeholder_groups=a_group())
    await s.start()
    await s.until(10)
    s.channel.fail("", "email-2")
    await s.resolve()
    await s.until(40)
    before = len(s.pages)
    await s.signal_with_start()
    await s.until(50)
    view = await s.view()
    assert (view.state, view.cycle) == ("triggered", 2)
    assert s.pages[before:] == [(41, "ada", "mail")]
    moments = [moment for _, _, moment, who in s.notices if who == "margaret"]
    assert moments == ["triggered", "resolved", "triggered"]
    keys = [m.key.split("/")[1] for m in s.channel.taken if m.kind == "notice" and m.user == "margaret"]
    assert keys == ["triggered", "resolved", "triggered-2"]


async def test_a_resolve_that_nobody_can_be_told_of_ends_the_alert_within_minutes(scene: Staging) -> None:
    s = await scene(stakeholder_groups=a_group())
    await s.start()
    await s.until(10)
    s.channel.fail("", "email-2")
    await s.resolve()
    await s.until(150)
    view = await s.handle.result()
    ended = (await s.handle.describe()).close_time
    assert ended is not None
    assert (ended - s.began).total_seconds() < 10 + 120
    assert view["timeline"][-1]["text"].endswith("email-2 failed, given up.")


async def test_a_moment_costs_one_activity_for_all_groups_and_nothing_where_nobody_is_concerned(
    scene: Staging,
) -> None:
    """The figures of docs/performance.md: run with `-s` to read them."""
    cost = {}
    for groups in (0, 1, 5):
        many = {f"group-{number}": a_group(moments=ALL)["executives"] for number in range(groups)}
        # Without any, there is one that this priority does not concern.
        s = await scene(stakeholder_groups=many or a_group())
        await s.start(priority="P1" if groups else "P2")
        await s.until(60)
        await s.acknowledge("ada")
        await s.until(600)
        await s.resolve()
        await s.handle.result()
        events = (await s.handle.fetch_history()).events
        activities = sum(event.HasField("activity_task_scheduled_event_attributes") for event in events)
        timers = sum(event.HasField("timer_started_event_attributes") for event in events)
        cost[groups] = (len(events), activities, timers)
        print(groups, "groups:", cost[groups])
    assert cost[1][1:] == cost[5][1:]
    assert cost[1][1] - cost[0][1] == 3
    # Whether two results meet in one task of the workflow is chance.
    assert max(cost[1][0], cost[5][0]) - cost[0][0] <= 3 * 9
