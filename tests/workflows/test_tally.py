"""The tally of a closed alert stands in its memo, whatever was under way at the end."""

import pytest
from temporalio.api.enums.v1 import EventType

from roust.domain.tally import Ended, Paged
from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene
from workflows.messages import MEMO, Standing

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def standing(s: Scene) -> Standing:
    found: Standing = await (await s.handle.describe()).memo_value(MEMO, type_hint=Standing)
    return found


async def memos(s: Scene) -> int:
    history = await s.handle.fetch_history()
    kind = EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED
    return sum(event.event_type == kind for event in history.events)


async def test_it_is_there_when_the_alert_is_over_and_not_before(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(400)
    await s.acknowledge("ben")
    await s.until(500)
    assert (await standing(s)).tally is None
    await s.resolve()
    await s.handle.result()
    told = (await standing(s)).tally
    assert told is not None
    assert {user: each.pages for user, each in told.people.items()} == {"ada": 1, "ben": 1}
    assert (told.acknowledged_by, told.acted, told.exhausted, told.ended) == ("ben", True, False, Ended.PERSON)
    assert told.to_acknowledge is not None
    assert 400 <= told.to_acknowledge < 405


async def test_it_costs_no_event_of_its_own(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    before = await memos(s)
    await s.resolve()
    await s.handle.result()
    assert await memos(s) == before + 1


async def test_a_night_is_by_the_clock_of_whoever_was_paged(scene: Staging) -> None:
    # One of these two is asleep, whatever the hour of the test: their clocks are twelve hours apart.
    def user(name: str, zone: str) -> dict[str, object]:
        return {"time_zone": zone, "contacts": {"mail": {"email": f"{name}@example.com"}}}

    zones = {f"u{hour}": user(f"u{hour}", f"Etc/GMT{-hour:+d}" if hour else "Etc/GMT") for hour in range(-12, 12)}
    everybody = [{"notify": [{"user": name} for name in zones], "wait": "5m"}]
    margaret = {"margaret": user("margaret", "UTC")}
    s = await scene(users=zones | margaret, teams={}, escalation_policies={"payments": {"steps": everybody}})
    await s.start()
    await s.until(60)
    await s.resolve()
    await s.handle.result()
    told = (await standing(s)).tally
    assert told is not None
    assert set(told.people) == set(zones)
    # From 22 to 7 are nine hours of twenty-four.
    assert sum(each.nights for each in told.people.values()) == 9
    assert all(each in (Paged(pages=1), Paged(pages=1, nights=1)) for each in told.people.values())
