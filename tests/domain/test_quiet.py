"""Rules 16 and 17: as few pages as possible, and none too few: settle, suppress, hold, snooze."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes.world import World, step

TWO = [step("ada"), step("ben", wait="10m")]
HIGH, LOW = {"ada": [(0, ["push"])]}, {"ada": [(0, ["mail"])]}

louder: Callable[[World], None] = lambda w: w.trigger(priority="P1", urgency="high")  # noqa: E731
worse: Callable[[World], None] = lambda w: w.trigger(priority="P3", urgency="low")  # noqa: E731
milder: Callable[[World], None] = lambda w: w.trigger(priority="P5", urgency="low")  # noqa: E731
over: Callable[[World], None] = lambda w: w.resolve()  # noqa: E731


def mild(**parts):  # type: ignore[no-untyped-def]
    return World(**({"steps": TWO, "urgency": "low", "priority": "P4", "rules": HIGH, "low_rules": LOW} | parts))


def kinds(w: World) -> list[str]:
    return [entry.kind.value for entry in w.story.timeline.entries]


# -- settle ----------------------------------------------------------------------------------------------


def test_what_heals_while_it_settles_pages_nobody_and_tells_nobody() -> None:
    w = mild(settle="2m").run(9000, [(119, over)])
    assert (w.sent, w.state) == ([], "resolved")
    assert kinds(w) == ["triggered", "settling", "resolved"]


def test_what_lasts_longer_than_it_settles_pages_at_its_end() -> None:
    w = mild(settle="2m").run(500)
    assert w.pages_by == [(120, "ada", "mail"), (420, "ben", "mail")]


def test_high_urgency_never_settles() -> None:
    w = mild(settle="2m", urgency="high", priority="P1").run(100)
    assert w.pages_by == [(0, "ada", "push")]
    assert "settling" not in kinds(w)


def test_a_repeat_while_it_settles_neither_pages_nor_prolongs_it() -> None:
    w = mild(settle="2m").run(200, [(60, milder), (110, milder)])
    assert w.pages_by == [(120, "ada", "mail")]


def test_an_acknowledge_while_it_settles_pages_nobody() -> None:
    w = mild(settle="2m").run(9000, [(60, lambda w: w.acknowledge("ada"))])
    assert (w.sent, w.state) == ([], "acknowledged")


# -- a worse repeat, in every state ------------------------------------------------------------------------

ACK: Callable[[World], None] = lambda w: w.acknowledge("ada")  # noqa: E731
SNOOZE: Callable[[World], None] = lambda w: w.snooze("ada", "1h")  # noqa: E731


@pytest.mark.parametrize(
    ("parts", "before", "pages", "others", "state"),
    [
        ({"settle": "10m"}, [], [(100, "ada", "push")], [], "triggered"),
        ({}, [], [(0, "ada", "mail"), (100, "ada", "push")], [], "triggered"),
        ({}, [(50, SNOOZE)], [(0, "ada", "mail"), (100, "ada", "push")], [], "triggered"),
        ({"settle": "10m"}, [(50, SNOOZE)], [(100, "ada", "push")], [], "triggered"),
        ({}, [(50, ACK)], [(0, "ada", "mail")], [(100, "ada", "reminder")], "acknowledged"),
        ({"action": "suppress"}, [], [(100, "ada", "push")], [], "triggered"),
        ({"held": 1800}, [], [], [], "held"),
        (
            {"steps": [step("ada", wait="1m")]},
            [],
            [(0, "ada", "mail"), (60, "margaret", "mail"), (100, "ada", "push"), (160, "margaret", "mail")],
            [],
            "exhausted",
        ),
    ],
    ids=[
        "settling",
        "climbing",
        "snoozed",
        "snoozed while settling",
        "acknowledged",
        "suppressed",
        "held",
        "exhausted",
    ],
)
def test_a_repeat_that_raises_urgency_is_acted_on_in_every_state(
    parts: dict[str, object],
    before: list[tuple[float, Callable[[World], None]]],
    pages: list[tuple[float, str, str]],
    others: list[tuple[float, str, str]],
    state: str,
) -> None:
    w = mild(**parts).run(299, [*before, (100, louder)])
    assert (w.pages_by, w.others, w.state) == (pages, others, state)
    assert (w.story.alert.priority, w.story.alert.urgency) == ("P1", "high")
    assert kinds(w).count("raised") == 1


@pytest.mark.parametrize("before", [[], [(50, SNOOZE)], [(50, ACK)]], ids=["climbing", "snoozed", "acknowledged"])
def test_a_repeat_that_raises_the_priority_alone_is_kept_and_pages_nobody(
    before: list[tuple[float, Callable[[World], None]]],
) -> None:
    w = mild().run(299, [*before, (100, worse)])
    assert (w.pages_by, w.others) == ([(0, "ada", "mail")], [])
    assert w.story.alert.priority == "P3"


def test_a_held_alert_that_got_worse_climbs_by_the_high_rules_at_the_end_of_the_hold() -> None:
    w = mild(held=1800).run(2000, [(100, louder)])
    assert w.pages_by == [(1800, "ada", "push")]


def test_a_snooze_of_an_acknowledged_alert_that_gets_worse_has_no_owner_any_more() -> None:
    w = mild().run(299, [(20, ACK), (50, SNOOZE), (100, louder)])
    assert (w.state, w.story.alert.owner) == ("triggered", None)
    assert w.pages_by == [(0, "ada", "mail"), (100, "ada", "push")]


# -- suppressed ------------------------------------------------------------------------------------------


def test_what_is_suppressed_is_kept_with_its_reason_and_pages_nobody() -> None:
    w = mild(action="suppress", urgency="high", priority="P1").run(
        80_000, [(100, lambda w: w.trigger(action="suppress"))]
    )
    assert (w.sent, w.state, w.story.alert.count) == ([], "suppressed", 2)
    assert kinds(w) == ["triggered", "suppressed", "repeated"]


def test_what_is_suppressed_and_quiet_ends_by_itself_and_nobody_is_told() -> None:
    w = mild(action="suppress").run(90_000)
    assert (w.sent, w.state, w.story.resolved_by) == ([], "resolved", "timeout")


def test_the_first_event_that_pages_wakes_a_suppressed_alert() -> None:
    w = mild(action="suppress").run(500, [(100, milder)])
    assert w.pages_by == [(100, "ada", "mail"), (400, "ben", "mail")]


# -- grouped -----------------------------------------------------------------------------------------------


def part(member: str) -> Callable[[World], None]:
    return lambda w: w.trigger(members=[member], request=f"trigger {member} {w.now}")


def part_over(member: str) -> Callable[[World], None]:
    return lambda w: w.resolve(member=member, request=f"resolve {member} {w.now}")


def test_many_parts_of_one_group_are_one_page_and_end_with_the_last_of_them() -> None:
    events = [(n, part(f"db-{n}")) for n in range(1, 9)] + [(100 + n, part_over(f"db-{n}")) for n in range(1, 9)]
    w = World(steps=TWO, members=["db-0"]).run(150, events)
    assert (w.pages, w.others, w.state) == ([(0, "ada")], [], "triggered")
    assert w.story.timeline.entries[-1].text == "One of the group is over (source); 1 still happens."
    assert kinds(w)[-2:] == ["repeated", "part_over"]
    assert "9 events so far, 9 of the group still happen." in w.story.timeline.entries[-2].text
    w.run(200, [(150, part_over("db-0"))])
    assert (w.state, w.others) == ("resolved", [(150, "ada", "resolved")])


def test_a_part_that_fires_again_after_it_was_over_keeps_the_alert_open() -> None:
    w = World(steps=TWO, members=["a"]).run(100, [(10, part("b")), (20, part_over("a")), (30, part("a"))])
    w.run(200, [(110, part_over("b"))])
    assert (w.state, w.story.members) == ("triggered", ["a"])


def test_a_part_that_nobody_knew_ends_nothing() -> None:
    w = World(steps=TWO, members=["a"]).run(100, [(10, part_over("z"))])
    assert (w.state, w.story.members) == ("triggered", ["a"])


def test_a_persons_resolve_ends_the_whole_group() -> None:
    w = World(steps=TWO, members=["a", "b"]).run(100, [(10, lambda w: w.resolve("ada"))])
    assert (w.state, w.pages) == ("resolved", [(0, "ada")])


def test_a_group_goes_on_after_an_acknowledge_until_its_last_part_is_over() -> None:
    w = World(steps=TWO, members=["a", "b"]).run(100, [(5, ACK), (10, part_over("a")), (20, part_over("b"))])
    assert (w.state, w.pages, w.others) == ("resolved", [(0, "ada")], [(20, "ada", "resolved")])


# -- maintenance, for what begins to page in it ----------------------------------------------------------------


def in_maintenance(w: World) -> None:
    w.trigger(priority="P1", urgency="high", held_until=w.start + timedelta(seconds=3600))


def test_a_suppressed_alert_that_begins_to_page_in_maintenance_is_held_to_its_end() -> None:
    w = World(steps=TWO, action="suppress", rules=HIGH).run(3599, [(100, in_maintenance)])
    assert (w.sent, w.state) == ([], "held")
    assert kinds(w)[-1] == "held"
    assert w.run(3700).pages_by == [(3600, "ada", "push")]


def test_a_new_outbreak_in_maintenance_that_meets_the_resolve_is_held_too() -> None:
    w = World(steps=TWO, rules=HIGH, takes=5).run(3599, [(2, over), (3, in_maintenance)])
    assert [page.after for page in w.sent if page.kind == "page"] == [0]
    assert w.state == "held"
    assert [page[0] for page in w.run(3700).pages_by] == [0, 3600]


def test_what_climbs_when_maintenance_begins_goes_on() -> None:
    w = World(steps=TWO, rules=HIGH).run(400, [(100, in_maintenance)])
    assert w.pages_by == [(0, "ada", "push"), (300, "ben", "mail")]
