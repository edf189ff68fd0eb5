"""Providers and networks that fail for long: the climb goes on, the timeline says why, and it never ends in silence."""

from itertools import pairwise

import pytest

from roust.domain.timeline import Entry
from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEOPLE = ("ada", "ben", "margaret")
CONTACTS = {"mail": {"email": "x@example.com"}, "hook": {"webhook": "https://hooks.example.com/x"}}
RULES = {"high": [{"contacts": ["mail"]}, {"after": "1m", "contacts": ["hook"]}]}
USERS = {name: {"contacts": CONTACTS, "notification_rules": RULES} for name in PEOPLE}
STEPS = {"steps": [{"notify": [{"user": "ada"}], "wait": "5m"}, {"notify": [{"user": "ben"}], "wait": "5m"}]}
HOURS = 2 * 3600 + 130


async def staged(scene: Staging) -> Scene:
    s: Scene = await scene(users=USERS, escalation_policies={"payments": STEPS})
    return s


def away(s: Scene) -> None:
    for name in PEOPLE:
        for contact in CONTACTS:
            s.channel.fail(name, contact)


async def hours_pass(s: Scene) -> None:
    """Bit by bit: the server that skips time answers only when all that happens meanwhile has happened."""
    for seconds in (*range(600, HOURS, 600), HOURS):
        await s.until(seconds)


async def failures(s: Scene, user: str) -> list[Entry]:
    timeline = (await s.view()).timeline
    return [entry for entry in timeline if entry.user == user and entry.result == "try_again"]


async def test_while_nobody_can_be_reached_every_step_is_walked_in_its_time(scene: Staging) -> None:
    s = await staged(scene)
    away(s)
    await s.start()
    await s.until(650)
    first = {user: s.after(next(m for m in s.channel.messages if m.user == user)) for user in PEOPLE}
    assert first == {"ada": 0, "ben": 300, "margaret": 600}
    assert s.pages == []


async def test_the_timeline_tells_each_contact_that_fails_once_with_how_often_and_the_reason(scene: Staging) -> None:
    s = await staged(scene)
    away(s)
    await s.start()
    await s.until(290)
    entries = await failures(s, "ada")
    tried = [m.contact for m in s.channel.messages]
    assert [(entry.text, entry.contact, entry.said) for entry in entries] == [
        (f"ada by {name}: failed {tried.count(name)} times, will be tried again.", name, "connection reset by peer")
        for name in dict.fromkeys(entry.contact for entry in entries)
    ]
    assert {entry.contact for entry in entries} == set(CONTACTS)


async def test_hours_without_anybody_reached_leave_it_open_and_margaret_is_paged_within_five_minutes_of_the_return(
    scene: Staging,
) -> None:
    s = await staged(scene)
    away(s)
    await s.start()
    await hours_pass(s)
    view = await s.view()
    assert (view.state, s.pages) == ("exhausted", [])
    assert view.next_due is not None
    assert len(view.timeline) < 200
    since = (await s.standing()).unreached_since
    assert since is not None
    assert round((since - s.began).total_seconds()) == 600
    s.channel.recover()
    await s.until(HOURS + 600)
    assert sorted((user, contact) for _, user, contact in s.pages) == [("margaret", "hook"), ("margaret", "mail")]
    assert s.pages[0][0] <= HOURS + 300
    assert (await s.view()).state == "exhausted"
    assert (await s.standing()).unreached_since is None
    assert s.others == []


async def test_ten_minutes_away_and_whoever_is_due_is_paged_within_half_a_minute_of_the_return(scene: Staging) -> None:
    s = await scene(
        users=USERS,
        escalation_policies={"payments": {"steps": [step | {"wait": "9m"} for step in STEPS["steps"]]}},
    )
    away(s)
    await s.start()
    await s.until(600)
    s.channel.recover()
    await s.until(1000)
    after = [(seconds - 601, user, contact) for seconds, user, contact in s.pages]
    assert sorted((user, contact) for _, user, contact in after) == [("ben", "hook"), ("ben", "mail")]
    assert all(0 <= seconds <= 30 for seconds, _, _ in after)
    assert len({m.key for m in s.channel.taken}) == 2


async def test_whoever_answers_while_everything_fails_ends_the_attempts(scene: Staging) -> None:
    s = await staged(scene)
    away(s)
    await s.start()
    await s.until(100)
    await s.acknowledge("ada")
    tried = len(s.channel.messages)
    s.channel.recover()
    await hours_pass(s)
    assert (len(s.channel.messages), s.pages) == (tried, [])


async def test_refused_everywhere_and_for_good_it_goes_on_to_the_last_resort_and_stays_with_them(
    scene: Staging,
) -> None:
    s = await staged(scene)
    for name in PEOPLE:
        for contact in CONTACTS:
            s.channel.refuse(name, contact)
    await s.start()
    await hours_pass(s)
    view = await s.view()
    assert (view.state, s.pages) == ("exhausted", [])
    assert view.next_due is not None
    tries = [s.after(m) for m in s.channel.messages if m.user == "margaret" and m.contact == "mail"]
    assert len(tries) >= HOURS // 300 - 3
    # Counted from the last one's answer, which a busy machine may give seconds later.
    assert max(later - before for before, later in pairwise(tries)) < 310
    refused = {entry.said for entry in view.timeline if entry.result == "refused"}
    assert refused == {"no such address"}
