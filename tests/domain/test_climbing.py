"""Rules 1 to 3: who is paged when, while nobody answers."""

from datetime import timedelta

import pytest

from tests.fakes.world import NOBODY, World, fates, step

TWO = [step("ada"), step("ben", wait="10m")]


def test_a_step_pages_all_its_targets_at_once() -> None:
    w = World(steps=[step("ada", "ben"), step("cleo")]).run(299)
    assert w.pages == [(0, "ada"), (0, "ben")]
    assert w.others == []


def test_a_user_reached_through_several_targets_of_one_step_is_paged_once() -> None:
    w = World(steps=[step("ada", "ben", "ada")]).run(299)
    assert w.pages == [(0, "ada"), (0, "ben")]
    assert w.others == []


def test_an_unanswered_alert_climbs_every_step_and_exhausts() -> None:
    w = World(steps=TWO).run(86_000)
    assert w.rungs == [(0, "ada", 1, 1, 1), (300, "ben", 1, 1, 2), (900, "margaret", 1, 1, 0)]
    assert w.others == []
    assert w.state == "exhausted"


def test_repeats_walk_the_chain_again_from_step_one() -> None:
    w = World(steps=TWO, repeats=2).run(86_000)
    assert w.rungs == [
        (0, "ada", 1, 1, 1),
        (300, "ben", 1, 1, 2),
        (900, "ada", 1, 2, 1),
        (1200, "ben", 1, 2, 2),
        (1800, "ada", 1, 3, 1),
        (2100, "ben", 1, 3, 2),
        (2700, "margaret", 1, 1 + 2, 0),
    ]
    assert w.others == []


def test_low_urgency_walks_one_pass() -> None:
    w = World(steps=TWO, repeats=2, urgency="low", priority="P3").run(86_000)
    assert w.pages == [(0, "ada"), (300, "ben"), (900, "margaret")]
    assert w.others == []
    assert w.state == "exhausted"


def test_the_alert_is_exhausted_at_the_end_of_the_last_wait_and_not_before() -> None:
    assert World(steps=TWO).run(899).state == "triggered"
    w = World(steps=TWO).run(900)
    assert w.state == "exhausted"
    assert w.pages[-1] == (900, "margaret")


@pytest.mark.parametrize("takes", [0.07, 1.5, 8.0])
def test_the_wait_runs_from_the_beginning_of_the_step_whatever_the_sends_take(takes: float) -> None:
    w = World(steps=TWO, repeats=1, takes=takes).run(86_000)
    assert w.pages == [(0, "ada"), (300, "ben"), (900, "ada"), (1200, "ben"), (1800, "margaret")]
    assert w.others == []


@pytest.mark.parametrize("takes", [1.5, 8.0])
def test_a_step_shorter_than_its_sends_still_ends_on_time(takes: float) -> None:
    w = World(steps=[step("ada", wait="1s"), step("ben", wait="20s")], takes=takes).run(3600)
    assert w.pages == [(0, "ada"), (1, "ben"), (21, "margaret")]
    assert w.others == []


def test_waits_do_not_drift_when_every_wake_up_is_a_little_late() -> None:
    w = World(steps=[step("ada")], repeats=5)
    for n in range(1, 6):
        w.asleep(300 * n - 1, 300 * n + 1.5)
    w.run(3600)
    assert [after for after, _ in w.pages] == [0, 301.5, 601.5, 901.5, 1201.5, 1501.5, 1800]


# -- what fell due while nothing ran -----------------------------------------------------------------


def test_what_fell_due_while_nothing_ran_is_sent_once_and_the_next_wait_runs_from_then() -> None:
    w = World(steps=TWO, repeats=1).asleep(10, 3600).run(7000)
    assert w.pages == [(0, "ada"), (3600, "ben"), (4200, "ada"), (4500, "ben"), (5100, "margaret")]
    assert w.others == []


def test_what_fell_due_while_nothing_ran_goes_out_together_and_is_marked_as_delayed() -> None:
    w = World(steps=[step("ada", "cleo"), step("ben", wait="10m")], rules={"ada": [(0, ["push"]), (120, ["call"])]})
    w.asleep(10, 3600).run(4199)
    assert [(p.after, p.user, p.contact, p.delayed) for p in w.sent] == [
        (0, "ada", "push", False),
        (0, "cleo", "mail", False),
        (3600, "ada", "call", True),
        (3600, "ben", "mail", True),
    ]
    assert len(w.requests) == 2


def test_an_alert_that_no_worker_took_for_an_hour_is_paged_once_marked_as_delayed() -> None:
    w = World(steps=TWO).asleep(0, 3600).run(86_000)
    assert [(p.after, p.user, p.delayed) for p in w.sent] == [
        (3600, "ada", True),
        (3900, "ben", False),
        (4500, "margaret", False),
    ]


def test_a_page_that_is_a_second_late_is_not_called_delayed() -> None:
    w = World(steps=TWO).asleep(299, 301).run(899)
    assert [(p.after, p.user, p.delayed) for p in w.sent] == [(0, "ada", False), (301, "ben", False)]


def test_an_end_that_fell_due_while_nothing_ran_exhausts_on_waking() -> None:
    w = World(steps=[step("ada")]).asleep(10, 3600).run(7000)
    assert w.pages == [(0, "ada"), (3600, "margaret")]
    assert w.state == "exhausted"


def test_an_acknowledge_that_came_while_nothing_ran_stops_what_fell_due() -> None:
    w = World(steps=TWO).asleep(10, 3600).run(7000, [(1800, lambda w: w.acknowledge("ada"))])
    assert w.pages == [(0, "ada")]
    assert (w.others, w.state) == ([], "acknowledged")


def test_trigger_resolve_and_trigger_that_no_worker_saw_page_once() -> None:
    w = World(steps=TWO).asleep(0, 600)
    w.run(899, [(1, lambda w: w.resolve()), (2, lambda w: w.trigger())])
    assert w.pages == [(600, "ada")]
    assert (w.others, w.state) == ([], "triggered")


def test_trigger_and_resolve_that_no_worker_saw_page_nobody() -> None:
    w = World(steps=TWO).asleep(0, 600).run(7000, [(1, lambda w: w.resolve())])
    assert (w.sent, w.over, w.state) == ([], True, "resolved")


# -- exhausted, last resort --------------------------------------------------------------------------


def test_an_exhausted_alert_that_reached_somebody_stays_quiet() -> None:
    w = World(steps=TWO, fate=fates(margaret="refused")).run(86_000)
    assert w.pages == [(0, "ada"), (300, "ben")]
    assert [(after, user) for after, user, _, _ in w.tried if user == "margaret"] == [(900, "margaret")]
    assert (w.others, w.state) == ([], "exhausted")


def test_the_last_resort_is_tried_every_five_minutes_until_a_page_is_sent() -> None:
    up = 4000
    w = World(
        steps=[step("ada")],
        fate=lambda planned, after: fates(ada="refused", margaret="refused" if after < up else "sent")(planned, after),
    ).run(86_000)
    margaret = [after for after, user, _, _ in w.tried if user == "margaret"]
    assert margaret == [*range(0, up, 300), 4200]
    assert w.pages == [(4200, "margaret")]
    assert (w.others, w.state) == ([], "exhausted")


def test_the_last_resort_is_tried_no_more_once_somebody_acknowledged() -> None:
    w = World(steps=[step("ada")], fate=fates(ada="refused", margaret="refused"))
    w.run(80_000, [(700, lambda w: w.acknowledge("ada"))])
    assert [after for after, user, _, _ in w.tried if user == "margaret"] == [0, 300, 600]
    assert (w.sent, w.state) == ([], "acknowledged")


def test_the_last_resort_is_tried_no_more_once_a_later_pass_reached_somebody() -> None:
    ada = ["refused"]
    w = World(
        steps=[step("ada", wait="7m")],
        repeats=2,
        fate=lambda planned, after: fates(ada=ada[0], margaret="refused")(planned, after),  # noqa: PLW0108 (ada changes)
    )
    w.run(80_000, [(400, lambda w: ada.__setitem__(0, "sent"))])
    # Pass 1 is refused and hurried, pass 2 keeps its wait, pass 3 reaches Ada.
    assert w.pages == [(420, "ada")]
    assert [after for after, user, _, _ in w.tried if user == "margaret"] == [0, 300, 840]


def test_a_last_resort_of_two_is_reached_when_one_of_them_is() -> None:
    w = World(steps=[step(NOBODY)], last_resort=["margaret", "zoe"], fate=fates(margaret="refused")).run(86_000)
    assert w.pages == [(0, "zoe")]
    assert len(w.tried) == 2


def test_a_repeat_on_an_exhausted_alert_pages_the_last_resort_again_at_most_hourly() -> None:
    w = World(steps=[step("ada")])
    w.run(20_000, [(at, lambda w: w.trigger()) for at in (400, 3000, 3899, 3900, 3901, 7499, 7600, 7601)])
    assert w.pages == [(0, "ada"), (300, "margaret"), (3900, "margaret"), (7600, "margaret")]
    assert (w.others, w.state) == ([], "exhausted")
    assert len({p.key for p in w.sent}) == len(w.sent)


def test_an_alert_suppressed_notifies_nobody() -> None:
    w = World(steps=TWO, action="suppress").run(80_000)
    assert (w.sent, w.state) == ([], "suppressed")


def test_a_suppressed_alert_that_is_triggered_to_page_climbs_from_then() -> None:
    w = World(steps=TWO, action="suppress").run(80_000, [(60, lambda w: w.trigger(action="page"))])
    assert w.rungs == [(60, "ada", 1, 1, 1), (360, "ben", 1, 1, 2), (960, "margaret", 1, 1, 0)]
    assert w.others == []


def test_a_name_that_nobody_knows_is_recorded_and_passed_over() -> None:
    w = World(steps=[step("ada", NOBODY), step("ben")]).run(599)
    assert w.pages == [(0, "ada"), (300, "ben")]
    assert [e.text for e in w.story.timeline.entries if e.kind == "passed_over"] == [
        "named in the step: no user named 'nobody'"
    ]


def test_auto_resolve_of_zero_leaves_an_exhausted_alert_open_for_ever() -> None:
    w = World(steps=[step("ada")], auto_resolve=timedelta(0)).run(10 * 86_400)
    assert w.pages == [(0, "ada"), (300, "margaret")]
    assert (w.others, w.state, w.until) == ([], "exhausted", None)
