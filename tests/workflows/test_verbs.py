"""Escalate, reassign, snooze, note, update: what responders do besides acknowledge and resolve."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from roust.domain.policy import EscalationPolicy, Target
from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene
from workflows.messages import (
    ESCALATE,
    NOTE,
    REASSIGN,
    SNOOZE,
    UPDATE,
    Done,
    Escalate,
    Note,
    PostUpdate,
    Reassign,
    Snooze,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER = EscalationPolicy.model_validate({"steps": [{"notify": [{"user": "ben"}], "wait": "1m"}]})


async def ask(s: Scene, verb: str, it: object) -> Done:
    answer: Done = await s.handle.execute_update(verb, it, result_type=Done)
    return answer


async def refused(s: Scene, verb: str, it: object) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await ask(s, verb, it)
    return str(failed.value.cause)


async def test_escalate_begins_the_next_step_at_once_and_only_from_the_step_they_saw(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    alert = (await s.view()).id
    assert (await ask(s, ESCALATE, Escalate(alert=alert, by="ada", step=1))).state == "triggered"
    await s.until(90)
    assert [(user, contact) for _, user, contact in s.pages] == [("ada", "mail"), ("ben", "mail")]
    assert s.pages[1][0] in range(60, 64)
    assert "stale" in await refused(s, ESCALATE, Escalate(alert=alert, by="ada", step=1))
    assert "nobody further" in await refused(s, ESCALATE, Escalate(alert=alert, by="ada", step=2))
    await s.until(600)
    assert len(s.pages) == 2


async def test_an_owner_who_cannot_mend_it_escalates_and_it_is_triggered_again(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    await s.acknowledge("ada")
    alert = (await s.view()).id
    await ask(s, ESCALATE, Escalate(alert=alert, by="ada", step=1))
    await s.until(120)
    view = await s.view()
    assert (view.state, view.owner, view.step) == ("triggered", None, 2)
    assert [user for _, user, _ in s.pages] == ["ada", "ben"]


async def test_reassigned_to_a_user_pages_them_for_the_longest_wait_then_climbs_from_step_1(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    await s.acknowledge("ada")
    alert = (await s.view()).id
    await ask(s, REASSIGN, Reassign(alert=alert, by="ada", user="margaret"))
    await s.until(1300)
    assert [user for _, user, _ in s.pages] == ["ada", "margaret", "ada", "ben"]
    at = [after for after, _, _ in s.pages]
    assert (at[2] - at[1], at[3] - at[2]) == (600, 300)
    keys = {m.key for m in s.channel.taken}
    assert len(keys) == 4


async def test_reassigned_to_a_policy_pins_that_one(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    alert = (await s.view()).id
    other = Reassign(alert=alert, by="ada", policy_name="other", policy=OTHER, last_resort=[Target(user="ada")])
    await ask(s, REASSIGN, other)
    await s.until(600)
    assert [user for _, user, _ in s.pages] == ["ada", "ben", "ada"]
    view = await s.view()
    assert (view.policy, view.state, view.cycle) == ("other", "exhausted", 2)


async def test_a_snooze_pages_nobody_until_its_end_then_climbs_anew(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    alert = (await s.view()).id
    assert (await ask(s, SNOOZE, Snooze(alert=alert, by="ada", length=timedelta(hours=1)))).state == "snoozed"
    await s.until(3500)
    assert [user for _, user, _ in s.pages] == ["ada"]
    await s.until(3900)
    assert [user for _, user, _ in s.pages] == ["ada", "ada"]
    assert s.channel.taken[1].cycle == 2


async def test_impossible_snoozes_are_refused_with_the_reason(scene: Staging) -> None:
    s = await (await scene()).start()
    alert = (await s.view()).id
    assert "1m to 30d" in await refused(s, SNOOZE, Snooze(alert=alert, by="ada", length=timedelta(seconds=1)))
    assert "30d" in await refused(s, SNOOZE, Snooze(alert=alert, by="ada", length=timedelta(days=3650)))


async def test_a_note_stands_in_the_timeline_and_changes_nothing(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    alert = (await s.view()).id
    await ask(s, NOTE, Note(alert=alert, by="ada", text="the disk is full of logs"))
    await s.until(310)
    view = await s.view()
    assert [(e.user, e.text) for e in view.timeline if e.kind == "note"] == [("ada", "the disk is full of logs")]
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail")]


async def test_an_update_stands_in_the_timeline_with_its_promise_and_pages_nobody(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    alert = (await s.view()).id
    promised = s.began + timedelta(minutes=30)
    await ask(s, UPDATE, PostUpdate(alert=alert, by="ada", text="We look into it.", next=promised))
    view = await s.view()
    assert [(e.user, e.text) for e in view.timeline if e.kind == "update"] == [("ada", "We look into it.")]
    assert view.news_due == promised
    assert s.pages == [(0, "ada", "mail")]
    await ask(s, UPDATE, PostUpdate(alert=alert, by="ben", text="Found it."))
    assert (await s.view()).news_due is None


async def test_impossible_updates_are_refused_with_the_reason(scene: Staging) -> None:
    s = await (await scene()).start()
    alert = (await s.view()).id
    assert "is empty" in await refused(s, UPDATE, PostUpdate(alert=alert, by="ada", text=" "))
    past = PostUpdate(alert=alert, by="ada", text="x", next=s.began - timedelta(minutes=5))
    assert "1m to 1w from now" in await refused(s, UPDATE, past)
    assert "another alert" in await refused(s, UPDATE, PostUpdate(alert="other", by="ada", text="x"))
    assert [e for e in (await s.view()).timeline if e.kind == "update"] == []


async def test_verbs_for_another_alert_are_refused(scene: Staging) -> None:
    s = await (await scene()).start()
    assert "another alert" in await refused(s, NOTE, Note(alert="other", by="ada", text="x"))
    assert "another alert" in await refused(s, REASSIGN, Reassign(alert="other", by="ada", user="ben"))
