"""Rule 5: a user's own rules run on, across steps, until somebody answers."""

from tests.fakes.world import World, fates, step

ADA = {"ada": [(0, ["push"]), (120, ["text"]), (420, ["call"])]}


def test_personal_rules_run_within_the_step() -> None:
    w = World(steps=[step("ada", wait="10m")], rules=ADA).run(599)
    assert w.pages_by == [(0, "ada", "push"), (120, "ada", "text"), (420, "ada", "call")]
    assert w.others == []


def test_personal_rules_run_on_across_steps() -> None:
    w = World(steps=[step("ada"), step("ben")], rules=ADA).run(599)
    assert w.pages_by == [(0, "ada", "push"), (120, "ada", "text"), (300, "ben", "mail"), (420, "ada", "call")]
    assert [(p.contact, p.step) for p in w.sent] == [("push", 1), ("text", 1), ("mail", 2), ("call", 1)]


def test_personal_rules_run_on_after_the_alert_is_exhausted() -> None:
    w = World(steps=[step("ada", wait="1m")], rules=ADA).run(3600)
    assert w.pages_by == [
        (0, "ada", "push"),
        (60, "margaret", "mail"),
        (120, "ada", "text"),
        (420, "ada", "call"),
    ]
    assert w.state == "exhausted"


def test_an_acknowledge_stops_the_personal_rules_of_everyone() -> None:
    w = World(steps=[step("ada"), step("ben")], rules=ADA | {"ben": [(0, ["mail"]), (60, ["call"])]})
    w.run(7000, [(310, lambda w: w.acknowledge("ben"))])
    assert w.pages_by == [(0, "ada", "push"), (120, "ada", "text"), (300, "ben", "mail")]
    assert (w.others, w.state) == ([], "acknowledged")


def test_a_user_paged_again_starts_their_rules_anew_and_a_pending_contact_keeps_its_earlier_due_time() -> None:
    w = World(steps=[step("ada"), step("ada", "ben")], rules=ADA).run(599)
    # The call pending from 0 s stays at 420 s; the call of the second page, due at 720 s, is not sent for it.
    assert w.pages_by == [
        (0, "ada", "push"),
        (120, "ada", "text"),
        (300, "ada", "push"),
        (300, "ben", "mail"),
        (420, "ada", "call"),
        (420, "ada", "text"),
    ]


def test_a_contact_that_kept_its_earlier_due_time_is_not_sent_twice_for_it() -> None:
    w = World(steps=[step("ada"), step("ada", wait="20m")], rules=ADA).run(1499)
    assert [after for after, _, contact in w.pages_by if contact == "call"] == [420]
    assert w.others == []


def test_a_user_paged_again_after_all_their_rules_ran_starts_them_anew() -> None:
    w = World(steps=[step("ada", wait="10m")], repeats=1, rules=ADA).run(1199)
    assert w.pages_by == [
        (0, "ada", "push"),
        (120, "ada", "text"),
        (420, "ada", "call"),
        (600, "ada", "push"),
        (720, "ada", "text"),
        (1020, "ada", "call"),
    ]


def test_what_is_due_at_the_same_instant_goes_before_the_instants_next_step() -> None:
    w = World(steps=[step("ada"), step("ben")], rules={"ada": [(0, ["push"]), (300, ["call"])]}).run(599)
    assert w.pages_by == [(0, "ada", "push"), (300, "ada", "call"), (300, "ben", "mail")]


def test_a_contact_due_at_the_instant_its_user_is_paged_again_is_sent_once() -> None:
    w = World(steps=[step("ada"), step("ada")], rules={"ada": [(0, ["push"]), (300, ["push"])]}).run(599)
    assert w.pages_by == [(0, "ada", "push"), (300, "ada", "push")]


def test_a_contact_in_two_rules_is_sent_for_both() -> None:
    w = World(steps=[step("ada")], rules={"ada": [(0, ["push"]), (60, ["push", "text"])]}).run(299)
    assert w.pages_by == [(0, "ada", "push"), (60, "ada", "push"), (60, "ada", "text")]
    assert len({p.key for p in w.sent}) == 3


def test_low_urgency_pages_by_the_low_rules() -> None:
    w = World(steps=[step("ada")], rules=ADA, low_rules={"ada": [(60, ["mail"])]}, urgency="low", priority="P4")
    w.run(299)
    assert w.pages_by == [(60, "ada", "mail")]


def test_two_users_whose_rules_fall_due_together_are_paged_in_one_go() -> None:
    rules = {name: [(0, ["push"]), (60, ["call"])] for name in ("ada", "ben")}
    w = World(steps=[step("ada", "ben")], rules=rules).run(299)
    assert [(after, user) for after, user, contact in w.pages_by if contact == "call"] == [(60, "ada"), (60, "ben")]
    assert len(w.requests) == 2


def test_a_send_that_hangs_across_the_next_step_does_not_make_a_contact_ring_twice() -> None:
    rules = {"ada": [(0, ["mail"]), (58, ["push"]), (60, ["mail"])]}
    w = World(steps=[step("ada", wait="1m"), step("ada", wait="5m")], rules=rules, takes=5).run(110)
    assert [(after, contact) for after, _, contact in w.pages_by] == [(0, "mail"), (58, "push"), (60, "mail")]


def test_the_last_resorts_own_rules_run_too() -> None:
    w = World(steps=[step("ada", wait="1m")], rules={"margaret": [(0, ["push"]), (120, ["call"])]}).run(3600)
    assert w.pages_by == [(0, "ada", "mail"), (60, "margaret", "push"), (180, "margaret", "call")]


def test_a_user_who_is_also_the_last_resort_keeps_what_is_pending() -> None:
    rules = {"margaret": [(0, ["push"]), (420, ["call"])]}
    w = World(steps=[step("margaret")], rules=rules, fate=fates()).run(3600)
    assert w.pages_by == [
        (0, "margaret", "push"),
        (300, "margaret", "push"),
        (420, "margaret", "call"),
    ]
