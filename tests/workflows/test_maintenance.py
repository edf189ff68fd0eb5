"""Rule 17 on the real workflow: what is held pages nobody, and climbs at the end if still open."""

from datetime import timedelta

import pytest

from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene
from workflows.messages import HOLD, Hold

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR = timedelta(hours=1)
CLIMB = [(3600, "ada", "mail"), (3900, "ben", "mail"), (4500, "margaret", "mail")]


async def held(scene: Staging) -> Scene:
    """An alert that is held for an hour."""
    return await (await scene()).start(held_for=3600, held_because="database upgrade")


async def told(s: Scene, seconds: float | None, alert: str | None = None) -> None:
    until = None if seconds is None else s.began + timedelta(seconds=seconds)
    word = Hold(alert=alert or (await s.view()).id, until=until, because="ended early by ben")
    await s.handle.signal(HOLD, word)


async def kinds(s: Scene) -> list[str]:
    return [entry.kind.value for entry in (await s.view()).timeline]


async def test_a_held_alert_pages_nobody_before_the_end_and_then_climbs(scene: Staging) -> None:
    s = await held(scene)
    # Meant for another alert of the same key, which is over.
    await told(s, None, alert="another")
    await s.until(3500)
    view = await s.view()
    assert (view.state, s.pages) == ("held", [])
    assert view.next_due is not None
    assert abs(view.next_due - s.began - HOUR) < timedelta(seconds=1)
    assert view.timeline[-1].text.endswith(": maintenance.")
    assert view.timeline[-1].why == "database upgrade"
    await s.until(9000)
    assert (s.pages, s.others) == (CLIMB, [])


async def test_what_is_resolved_while_held_pages_nobody_and_tells_nobody(scene: Staging) -> None:
    s = await held(scene)
    await s.until(600)
    await s.resolve()
    assert (await s.handle.result())["resolved_by"] == "source"
    await s.until(9000)
    assert s.channel.messages == []


async def test_repeats_count_and_a_worse_one_is_held_too(scene: Staging) -> None:
    s = await held(scene)
    await s.trigger(priority="P1", urgency="high")
    await s.trigger(priority="P1", urgency="high")
    await s.until(3500)
    view = await s.view()
    assert (view.count, view.state, s.pages) == (3, "held", [])
    await s.until(4000)
    assert s.pages == CLIMB[:2]


async def test_an_acknowledge_while_held_pages_nobody(scene: Staging) -> None:
    s = await held(scene)
    await s.until(60)
    await s.acknowledge("ada")
    await s.until(9000)
    assert ((await s.view()).state, s.channel.messages) == ("acknowledged", [])


async def test_maintenance_that_ends_early_lets_it_climb_at_once(scene: Staging) -> None:
    s = await held(scene)
    await s.until(600)
    await told(s, None)
    await s.until(9000)
    assert [(user, contact) for _, user, contact in s.pages] == [who[1:] for who in CLIMB]
    assert s.pages[0][0] in range(600, 604)
    assert (await kinds(s))[:3] == ["triggered", "held", "resumed"]
    assert (await s.view()).timeline[2].why == "ended early by ben"


async def test_maintenance_that_is_prolonged_holds_it_on(scene: Staging) -> None:
    s = await held(scene)
    await s.until(600)
    await told(s, 7200)
    await told(s, 7200)
    await s.until(7100)
    assert s.pages == []
    assert (await kinds(s)) == ["triggered", "held", "held"]
    await s.until(7300)
    assert [(user, contact) for _, user, contact in s.pages] == [("ada", "mail")]
    assert s.pages[0][0] in range(7200, 7202)


async def test_a_hold_for_another_alert_or_one_that_climbs_changes_nothing(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    await told(s, 7200)
    await told(s, None)
    await told(s, None, alert="another")
    await s.until(400)
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail")]


async def test_what_is_acknowledged_while_held_and_not_resolved_in_time_is_held_again(scene: Staging) -> None:
    policy = {"steps": [{"notify": [{"user": "ada"}], "wait": "5m"}], "acknowledge_timeout": "10m"}
    s = await (await scene(escalation_policies={"payments": policy})).start(held_for=3600)
    await s.until(60)
    await s.acknowledge("ben")
    await s.until(3500)
    # That Ben is reminded at 5/6 of it is his own doing; nobody is paged inside the maintenance.
    assert s.pages == []
    assert (await s.view()).state == "held"
    await s.until(3700)
    assert s.pages == [(3600, "ada", "mail")]
