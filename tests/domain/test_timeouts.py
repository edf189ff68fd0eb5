"""Rule 9: acknowledged but not resolved, and what a source never resolves."""

from datetime import timedelta

import pytest

from tests.fakes.world import World, fates, step

TWO = [step("ada"), step("ben", wait="10m")]
NEVER = timedelta(0)


def a_world(**parts):  # type: ignore[no-untyped-def]
    return World(**({"steps": TWO, "acknowledge_timeout": "30m"} | parts))


def test_the_owner_is_told_at_five_sixths_and_a_new_cycle_begins_at_the_end() -> None:
    w = a_world().run(5000, [(100, lambda w: w.acknowledge("ada"))])
    assert w.rungs == [
        (0, "ada", 1, 1, 1),
        (1900, "ada", 2, 1, 1),
        (2200, "ben", 2, 1, 2),
        (2800, "margaret", 2, 1, 0),
    ]
    assert w.others == [(1600, "ada", "reminder")]
    assert (w.state, w.story.alert.owner, w.story.acknowledged_at) == ("exhausted", None, None)


def test_a_resolve_before_the_timeout_ends_it() -> None:
    w = a_world().run(5000, [(100, lambda w: w.acknowledge("ada")), (1599, lambda w: w.resolve())])
    assert (w.pages, w.others, w.over) == ([(0, "ada")], [(1599, "ada", "resolved")], True)


def test_the_owner_who_presses_again_begins_the_timeout_anew() -> None:
    w = a_world()
    w.run(3499, [(100, lambda w: w.acknowledge("ada", "one")), (1700, lambda w: w.acknowledge("ada", "two"))])
    assert w.pages == [(0, "ada")]
    assert w.others == [(1600, "ada", "reminder"), (3200, "ada", "reminder")]


def test_somebody_elses_press_does_not_begin_the_timeout_anew() -> None:
    w = a_world()
    w.run(1999, [(100, lambda w: w.acknowledge("ada", "one")), (1700, lambda w: w.acknowledge("ben", "two"))])
    assert w.pages == [(0, "ada"), (1900, "ada")]


def test_every_acknowledge_has_its_own_timeout() -> None:
    w = a_world().run(
        4099, [(100, lambda w: w.acknowledge("ada", "one")), (2300, lambda w: w.acknowledge("ben", "two"))]
    )
    assert w.rungs == [(0, "ada", 1, 1, 1), (1900, "ada", 2, 1, 1), (2200, "ben", 2, 1, 2)]
    assert w.others == [(1600, "ada", "reminder"), (3800, "ben", "reminder")]
    w.run(4200)
    assert w.rungs[3:] == [(4100, "ada", 3, 1, 1)]


def test_the_new_cycle_uses_keys_of_its_own() -> None:
    w = a_world().run(5000, [(100, lambda w: w.acknowledge("ada"))])
    assert len({p.key for p in w.sent}) == len(w.sent) == 5


def test_an_owner_who_was_never_paged_is_reminded_all_the_same() -> None:
    w = a_world().run(1700, [(0, lambda w: w.acknowledge("ben"))])
    assert (w.pages, w.others) == ([], [(1500, "ben", "reminder")])


def test_an_owner_is_reminded_by_the_contacts_that_reached_them() -> None:
    rules = {"ada": [(0, ["push", "mail"]), (60, ["text"])]}
    w = a_world(rules=rules, fate=fates(ada_mail="refused")).run(1700, [(100, lambda w: w.acknowledge("ada"))])
    assert [(p.after, p.contact) for p in w.sent if p.kind == "reminder"] == [(1600, "push"), (1600, "text")]


@pytest.mark.parametrize("first", [60, 600])
def test_an_owner_whose_rules_all_begin_later_is_reminded(first: int) -> None:
    rules = {"ben": [(first, ["mail"])]}
    w = a_world(rules=rules).run(1700, [(0, lambda w: w.acknowledge("ben"))])
    assert (w.pages, w.others) == ([], [(1500, "ben", "reminder")])


def test_a_reminder_that_fails_is_tried_again() -> None:
    w = a_world(steps=[step("ada")])
    send = w.fate
    from roust.domain.notification import Result

    w.fate = lambda p, after: Result.TRY_AGAIN if 1600 <= after < 1612 else send(p, after)
    w.run(1899, [(100, lambda w: w.acknowledge("ada"))])
    assert w.others == [(1615, "ada", "reminder")]


def test_a_timeout_that_fell_due_while_nothing_ran_pages_at_once_and_reminds_nobody() -> None:
    w = a_world().asleep(200, 7200).run(7499, [(100, lambda w: w.acknowledge("ada"))])
    assert w.rungs == [(0, "ada", 1, 1, 1), (7200, "ada", 2, 1, 1)]
    assert w.others == []


def test_a_reminder_that_fell_due_while_nothing_ran_is_sent_on_waking() -> None:
    w = a_world().asleep(200, 1700).run(1899, [(100, lambda w: w.acknowledge("ada"))])
    assert (w.pages, w.others) == ([(0, "ada")], [(1700, "ada", "reminder")])


def test_without_a_timeout_an_acknowledged_alert_stays_quiet() -> None:
    w = World(steps=TWO).run(86_000, [(100, lambda w: w.acknowledge("ada"))])
    assert (w.pages, w.others, w.state) == ([(0, "ada")], [], "acknowledged")


# -- auto_resolve -------------------------------------------------------------------------------------


def test_an_acknowledged_alert_without_any_event_is_resolved_by_timeout_and_its_owner_told() -> None:
    w = World(steps=TWO).run(200_000, [(100, lambda w: w.acknowledge("ada"))])
    assert w.pages == [(0, "ada")]
    assert w.others == [(86_500, "ada", "resolved")]
    assert (w.state, w.story.resolved_by, w.over) == ("resolved", "timeout", True)


def test_an_exhausted_alert_without_any_event_is_resolved_by_timeout_and_those_paged_are_told() -> None:
    w = World(steps=TWO).run(200_000)
    assert w.pages == [(0, "ada"), (300, "ben"), (900, "margaret")]
    assert w.others == [(87_300, user, "resolved") for user in ("ada", "ben", "margaret")]
    assert (w.story.resolved_by, w.over) == ("timeout", True)


def test_an_owner_who_was_never_paged_hears_of_the_end_by_timeout() -> None:
    w = World(steps=TWO).run(200_000, [(0, lambda w: w.acknowledge("ben"))])
    assert (w.pages, w.others) == ([], [(86_400, "ben", "resolved")])


def test_every_event_puts_the_end_off() -> None:
    events = [(at, lambda w: w.trigger()) for at in (10_000, 80_000)]
    w = World(steps=TWO).run(166_399, [(100, lambda w: w.acknowledge("ada")), *events])
    assert w.state == "acknowledged"
    w.run(166_400)
    assert (w.state, w.story.resolved_by) == ("resolved", "timeout")


def test_an_alert_that_climbs_is_not_resolved_by_timeout() -> None:
    w = World(steps=[step("ada", wait="2h")], repeats=2, auto_resolve=timedelta(minutes=30)).run(21_599)
    assert w.pages == [(0, "ada"), (7200, "ada"), (14_400, "ada")]
    assert (w.others, w.state) == ([], "triggered")


def test_a_suppressed_alert_ends_in_silence() -> None:
    w = World(steps=TWO, action="suppress").run(86_400)
    assert (w.sent, w.state, w.over) == ([], "resolved", True)


def test_auto_resolve_of_zero_never_ends_it() -> None:
    w = World(steps=TWO, auto_resolve=NEVER).run(10 * 86_400, [(100, lambda w: w.acknowledge("ada"))])
    assert (w.state, w.until) == ("acknowledged", None)
    assert w.others == []


def test_the_timeout_of_the_acknowledge_comes_before_the_end_by_timeout() -> None:
    w = a_world(auto_resolve=timedelta(hours=1)).run(2800 + 3599, [(100, lambda w: w.acknowledge("ada"))])
    assert [p.after for p in w.sent if p.kind == "page"] == [0, 1900, 2200, 2800]
    assert w.state == "exhausted"
    w.run(2800 + 3600)
    assert w.state == "resolved"
