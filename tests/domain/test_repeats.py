"""Rules 9, 11 and 16: the same dedup key again, while the alert is open."""

from collections.abc import Callable

import pytest

from roust.domain import verbs
from tests.fakes.world import World, fates, step

TWO = [step("ada"), step("ben", wait="10m")]
RULES = {"ada": [(0, ["push"]), (60, ["call"])], "ben": [(0, ["push"])]}
LOW = {"ada": [(0, ["mail"]), (200, ["mail"])], "ben": [(0, ["mail"])]}

louder: Callable[[World], None] = lambda w: w.trigger(priority="P1", urgency="high")  # noqa: E731
again: Callable[[World], None] = lambda w: w.trigger(priority="P4", urgency="low")  # noqa: E731


def a_mild_world(**parts):  # type: ignore[no-untyped-def]
    mild = {"steps": TWO, "urgency": "low", "priority": "P4", "rules": RULES, "low_rules": LOW, "repeats": 1}
    return World(**(mild | parts))


def test_a_repeat_pages_nobody_and_is_counted() -> None:
    w = World(steps=TWO).run(86_000, [(n, lambda w: w.trigger(summary=f"text {w.now}")) for n in (0, 10, 310, 310)])
    assert w.pages == [(0, "ada"), (300, "ben"), (900, "margaret")]
    assert w.others == []
    assert (w.story.alert.count, w.story.alert.summary) == (5, "text 2026-03-02 12:05:10+00:00")


def test_a_repeat_that_stands_for_many_counts_them_all() -> None:
    w = World(steps=TWO).run(100, [(10, lambda w: w.trigger(count=4_000)), (20, lambda w: w.trigger(count=6_000))])
    assert w.story.alert.count == 10_001
    assert len(w.story.timeline.entries) == 4


def test_ten_thousand_repeats_leave_a_small_alert_that_can_be_acknowledged() -> None:
    w = World(steps=TWO)
    storm = [(1 + n / 100, lambda w: w.trigger(summary="x" * 200, request=f"{w.now}")) for n in range(10_000)]
    w.run(200, [*storm, (150, lambda w: w.acknowledge("ada"))])
    assert (w.state, w.story.alert.count, w.pages) == ("acknowledged", 10_001, [(0, "ada")])
    assert len(w.story.model_dump_json()) < 20_000


def test_the_trigger_of_the_start_that_comes_once_more_as_a_signal_counts_once() -> None:
    w = World(steps=TWO).run(100, [(1, lambda w: w.trigger(request="first"))])
    assert (w.story.alert.count, w.pages) == (1, [(0, "ada")])


def test_a_repeat_keeps_the_worse_priority() -> None:
    w = World(steps=TWO, priority="P2").run(100, [(1, lambda w: w.trigger(priority="P4", urgency="low"))])
    assert (w.story.alert.priority, w.story.alert.urgency) == ("P2", "high")
    w.run(200, [(150, lambda w: w.trigger(priority="P1"))])
    assert w.story.alert.priority == "P1"
    assert (w.pages, w.others) == ([(0, "ada")], [])


# -- a repeat that raises urgency to high --------------------------------------------------------------


def test_a_raise_while_climbing_begins_the_current_step_anew_under_high_rules() -> None:
    w = a_mild_world().run(2399, [(400, louder)])
    assert [(p.after, p.user, p.contact, p.pass_, p.step) for p in w.sent] == [
        (0, "ada", "mail", 1, 1),
        (200, "ada", "mail", 1, 1),
        (300, "ben", "mail", 1, 2),
        (400, "ben", "push", 1, 2),
        (1000, "ada", "push", 2, 1),
        (1060, "ada", "call", 2, 1),
        (1300, "ben", "push", 2, 2),
        (1900, "margaret", "mail", 2, 0),
    ]
    assert len({p.key for p in w.sent}) == len(w.sent)


def test_a_raise_stops_what_the_low_rules_had_pending() -> None:
    w = a_mild_world().run(350, [(100, louder)])
    assert w.pages_by == [(0, "ada", "mail"), (100, "ada", "push"), (160, "ada", "call")]


def test_a_raise_before_the_first_page_pages_by_the_high_rules_alone() -> None:
    w = a_mild_world().run(299, [(0, louder)])
    assert w.pages_by == [(0, "ada", "push"), (60, "ada", "call")]


def test_a_raise_while_a_page_is_under_way_pages_by_the_high_rules_too() -> None:
    w = a_mild_world(takes=3).run(299, [(1, louder)])
    assert w.pages_by == [(0, "ada", "mail"), (1, "ada", "push"), (61, "ada", "call")]


def test_a_second_loud_repeat_begins_nothing_anew() -> None:
    w = a_mild_world().run(299, [(100, louder), (110, louder), (120, louder)])
    assert w.pages_by == [(0, "ada", "mail"), (100, "ada", "push"), (160, "ada", "call")]


def test_a_raise_of_an_exhausted_alert_begins_a_new_cycle() -> None:
    w = a_mild_world(repeats=0).run(2400, [(1000, louder)])
    assert w.rungs == [
        (0, "ada", 1, 1, 1),
        (200, "ada", 1, 1, 1),
        (300, "ben", 1, 1, 2),
        (900, "margaret", 1, 1, 0),
        (1000, "ada", 2, 1, 1),
        (1060, "ada", 2, 1, 1),
        (1300, "ben", 2, 1, 2),
        (1900, "margaret", 2, 1, 0),
    ]
    assert w.others == []


def test_a_raise_of_an_acknowledged_alert_reminds_its_owner_once() -> None:
    w = a_mild_world().run(3000, [(100, lambda w: w.acknowledge("ada")), (200, louder), (300, louder)])
    assert w.pages_by == [(0, "ada", "mail")]
    assert w.others == [(200, "ada", "reminder")]
    assert w.state == "acknowledged"


def test_a_raise_of_a_suppressed_alert_begins_to_climb_by_the_high_rules() -> None:
    w = a_mild_world(action="suppress").run(299, [(100, louder)])
    assert w.rungs == [(100, "ada", 1, 1, 1), (160, "ada", 1, 1, 1)]


def test_a_suppressed_repeat_is_counted_and_makes_nobodys_contact_ring() -> None:
    hush = lambda w: w.trigger(action="suppress")  # noqa: E731
    w = a_mild_world(repeats=0).run(20_000, [(100, hush), (1000, hush), (10_000, hush)])
    assert w.pages == [(0, "ada"), (200, "ada"), (300, "ben"), (900, "margaret")]
    assert (w.others, w.story.alert.count, w.story.alert.urgency) == ([], 4, "low")


def test_a_raise_walks_all_the_passes() -> None:
    w = World(steps=[step("ada")], urgency="low", priority="P4", repeats=2).run(3600, [(100, louder)])
    assert w.rungs == [
        (0, "ada", 1, 1, 1),
        (100, "ada", 1, 1, 1),
        (400, "ada", 1, 2, 1),
        (700, "ada", 1, 3, 1),
        (1000, "margaret", 1, 3, 0),
    ]


def test_a_raise_pages_by_a_fallback_contact_again_under_a_key_of_its_own() -> None:
    w = World(
        steps=[step("ada")],
        urgency="low",
        priority="P4",
        contacts={"ada": ["old"]},
        fate=fates(ada_mail="refused"),
    ).run(200, [(100, louder)])
    assert w.pages_by == [(0, "ada", "old"), (100, "ada", "old")]
    assert len({p.key for p in w.sent}) == 2


# -- hourly reminders ----------------------------------------------------------------------------------


def test_repeats_remind_the_owner_at_most_hourly() -> None:
    repeats = [(at, again) for at in range(0, 15_000, 500)]
    w = World(steps=TWO).run(15_000, [(100, lambda w: w.acknowledge("ada")), *repeats])
    assert w.pages == [(0, "ada")]
    assert w.others == [(4000, "ada", "reminder"), (8000, "ada", "reminder"), (12_000, "ada", "reminder")]


def test_a_repeat_within_the_hour_of_the_acknowledge_reminds_nobody() -> None:
    w = World(steps=TWO).run(9000, [(100, lambda w: w.acknowledge("ada")), (3699, again)])
    assert (w.pages, w.others) == ([(0, "ada")], [])


def test_an_acknowledge_of_a_later_cycle_has_an_hour_of_its_own() -> None:
    events = [(100, lambda w: w.acknowledge("ada", "one")), (6000, lambda w: w.acknowledge("ben", "two"))]
    w = World(steps=TWO, acknowledge_timeout="30m").run(7000, [*events, (6600, again)])
    # Ada was reminded over an hour ago, but Ben has had it for ten minutes when the repeat comes.
    assert w.others == [(1600, "ada", "reminder")]


def test_no_two_reminders_share_a_key() -> None:
    repeats = [(at, again) for at in range(0, 15_000, 500)]
    w = World(steps=TWO).run(15_000, [(100, lambda w: w.acknowledge("ada")), *repeats])
    assert len({p.key for p in w.sent}) == len(w.sent) == 4


@pytest.mark.parametrize("first", ["raise", "escalate"])
def test_a_raise_that_comes_together_with_an_escalate_does_not_undo_it(first: str) -> None:
    def escalate(w: World) -> None:
        verbs.escalate(w.story, "ada", w.now)

    both = [(100, louder), (100, escalate)] if first == "raise" else [(100, escalate), (100, louder)]
    w = a_mild_world().run(690, both)
    assert [(p.after, p.user, p.contact, p.step) for p in w.sent] == [(0, "ada", "mail", 1), (100, "ben", "push", 2)]


def test_a_raise_at_the_very_end_of_the_last_step_begins_it_anew() -> None:
    w = World(steps=[step("ada", wait="2m")], urgency="low", priority="P4")
    w.run(600, [(120, lambda w: w.trigger(request="worse", priority="P1", urgency="high"))])
    assert w.pages == [(0, "ada"), (120, "ada"), (240, "margaret")]
