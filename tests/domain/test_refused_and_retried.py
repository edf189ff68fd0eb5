"""Rule 6: sends that were refused, sends that may succeed later."""

from collections.abc import Callable

from roust.domain.notification import Planned, Result
from roust.domain.personal_rules import instead
from tests.builders import NOON
from tests.fakes.world import NOBODY, World, fates, step

SENT, REFUSED, TRY_AGAIN = Result.SENT, Result.REFUSED, Result.TRY_AGAIN


def _takes(seconds: float) -> Callable[[World], None]:
    return lambda w: setattr(w, "takes", seconds)


def attempts(w: World, user: str = "ada") -> list[float]:
    return [after for after, who, _, _ in w.tried if who == user]


def until(second: float, then: Result = SENT, before: Result = TRY_AGAIN, user: str = "ada"):  # type: ignore[no-untyped-def]
    def fate(planned: Planned, after: float) -> Result:
        return SENT if planned.user != user else before if after < second else then

    return fate


# -- tried again --------------------------------------------------------------------------------------


def test_a_failed_send_is_tried_again_after_5_10_20_30_seconds_and_then_every_30() -> None:
    w = World(steps=[step("ada"), step("ben")], fate=until(180)).run(299)
    assert attempts(w) == [0, 5, 15, 35, 65, 95, 125, 155, 185]
    assert w.pages == [(185, "ada")]
    assert w.others == []


def test_every_attempt_of_one_page_has_the_same_key() -> None:
    w = World(steps=[step("ada"), step("ben")], fate=until(180)).run(299)
    assert {p.key(w.story.alert.id) for r in w.requests for p in r.due} == {w.sent[0].key}


def test_a_failed_send_is_tried_while_the_step_lasts() -> None:
    w = World(steps=[step("ada", wait="1m"), step("ben")], fate=fates(ada="try_again")).run(359)
    assert attempts(w) == [0, 5, 15, 35]
    assert w.pages == [(60, "ben")]


def test_a_failed_send_of_the_last_step_is_tried_for_ten_minutes() -> None:
    w = World(steps=[step("ada", wait="1m")], fate=fates(ada="try_again")).run(3600)
    assert attempts(w) == [0, 5, 15, 35, *range(65, 600, 30)]
    assert w.pages == [(60, "margaret")]


def test_a_failed_send_of_a_last_step_that_is_longer_than_ten_minutes_is_tried_for_ten_minutes() -> None:
    w = World(steps=[step("ada", wait="1h")], fate=fates(ada="try_again")).run(7200)
    assert attempts(w) == [0, 5, 15, 35, *range(65, 600, 30)]
    assert w.pages == [(3600, "margaret")]


def test_the_last_step_of_a_pass_that_another_follows_is_tried_while_it_lasts() -> None:
    w = World(steps=[step("ada", wait="1m")], repeats=1, fate=fates(ada="try_again")).run(119)
    assert attempts(w) == [0, 5, 15, 35, 60, 65, 75, 95]


def test_a_failed_send_to_the_last_resort_is_tried_for_ten_minutes() -> None:
    w = World(steps=[step("ada")], fate=until(850, user="margaret")).run(7200)
    assert attempts(w, "margaret") == [300, 305, 315, 335, *range(365, 850, 30), 875]
    assert w.pages == [(0, "ada"), (875, "margaret")]


def test_a_last_resort_that_keeps_failing_is_paged_anew_every_five_minutes_until_it_is_reached() -> None:
    w = World(steps=[step(NOBODY)], fate=until(1000, user="margaret")).run(7200)
    tries = [0, 5, 15, 35, *range(65, 300, 30)]
    assert attempts(w, "margaret") == [base + n for base in (0, 300, 600, 900) for n in tries if base + n < 1000] + [
        1025
    ]
    assert w.pages == [(1025, "margaret")]


def test_a_send_tried_again_succeeds_once_and_only_for_the_contact_that_failed() -> None:
    w = World(
        steps=[step("ada", "ben"), step("cleo")],
        rules={"ada": [(0, ["push", "mail"])]},
        fate=lambda p, after: TRY_AGAIN if p.contact == "push" and after < 10 else SENT,
    ).run(299)
    assert w.pages_by == [(0, "ada", "mail"), (0, "ben", "mail"), (15, "ada", "push")]


def test_a_provider_that_asks_for_time_is_given_it() -> None:
    w = World(steps=[step("ada"), step("ben")], fate=until(100))
    send = w._send
    w._send = lambda r, p: send(r, p).model_copy(update={"retry_after": 40.0})  # type: ignore[method-assign]
    w.run(299)
    assert attempts(w) == [0, 40, 80, 120]


def test_while_one_contact_is_still_being_tried_the_wait_runs() -> None:
    w = World(
        steps=[step("ada", "ben"), step("cleo")],
        fate=fates(ada="refused", ben="try_again"),
    ).run(599)
    assert w.pages == [(300, "cleo")]


def test_a_send_that_fails_for_a_while_and_is_then_refused_starts_the_next_step_at_once() -> None:
    w = World(steps=[step("ada"), step("ben")], fate=until(30, then=REFUSED)).run(334)
    assert attempts(w) == [0, 5, 15, 35]
    assert w.pages == [(35, "ben")]
    w = World(steps=[step("ada"), step("ben")], fate=until(30, then=REFUSED)).run(335)
    assert w.pages == [(35, "ben"), (335, "margaret")]


def test_an_acknowledge_stops_the_attempts() -> None:
    w = World(steps=[step("ada")], fate=fates(ada="try_again")).run(7200, [(20, lambda w: w.acknowledge("ben"))])
    assert attempts(w) == [0, 5, 15]
    assert w.sent == []


def test_a_user_paged_again_by_the_next_step_is_tried_for_that_one_alone() -> None:
    w = World(steps=[step("ada", wait="1m"), step("ada", wait="10m")], fate=until(62)).run(600)
    assert attempts(w) == [0, 5, 15, 35, 60, 65]
    assert w.rungs == [(65, "ada", 1, 1, 2)]


# -- refused ------------------------------------------------------------------------------------------


def test_a_refused_contact_brings_the_users_next_one_forward() -> None:
    rules = {"ada": [(0, ["push"]), (120, ["text"]), (240, ["call"])]}
    w = World(steps=[step("ada")], rules=rules, fate=fates(ada_push="refused")).run(299)
    assert w.pages_by == [(0, "ada", "text"), (240, "ada", "call")]
    assert w.others == []


def test_refusals_go_on_through_the_users_contacts_until_one_takes_it() -> None:
    rules = {"ada": [(0, ["push"]), (120, ["text"]), (240, ["call"])]}
    w = World(steps=[step("ada")], rules=rules, fate=fates(ada_push="refused", ada_text="refused")).run(299)
    assert w.pages_by == [(0, "ada", "call")]


def test_one_refused_of_two_at_once_brings_nothing_forward() -> None:
    rules = {"ada": [(0, ["push", "mail"]), (120, ["text"])]}
    w = World(steps=[step("ada")], rules=rules, fate=fates(ada_push="refused")).run(299)
    assert w.pages_by == [(0, "ada", "mail"), (120, "ada", "text")]


def test_a_contact_that_no_rule_names_is_used_when_all_others_were_refused() -> None:
    rules = {"ada": [(0, ["push"]), (120, ["text"])]}
    fate = fates(ada_push="refused", ada_text="refused")
    w = World(steps=[step("ada"), step("ben")], rules=rules, contacts={"ada": ["old"]}, fate=fate).run(299)
    assert w.pages_by == [(0, "ada", "old")]


def test_when_every_contact_of_every_target_was_refused_the_next_step_starts_at_once() -> None:
    w = World(steps=[step("ada", "ben"), step("cleo")], fate=fates(ada="refused", ben="refused")).run(3600)
    assert w.pages == [(0, "cleo"), (300, "margaret")]
    assert w.others == []


def test_one_target_that_was_reached_keeps_the_wait() -> None:
    w = World(steps=[step("ada", "ben"), step("cleo")], fate=fates(ada="refused")).run(3600)
    assert w.pages == [(0, "ben"), (300, "cleo"), (600, "margaret")]


def test_a_step_is_hurried_at_most_once_per_cycle() -> None:
    w = World(steps=[step("ada"), step("ben", wait="10m")], repeats=2, fate=fates(ada="refused")).run(86_000)
    assert attempts(w) == [0, 600, 1500]
    assert w.pages == [(0, "ben"), (900, "ben"), (1800, "ben"), (2400, "margaret")]


def test_refused_by_everybody_in_every_pass_pages_the_last_resort_at_once_and_keeps_the_other_waits() -> None:
    w = World(steps=[step("ada"), step("ben", wait="10m")], repeats=1, fate=fates(ada="refused", ben="refused"))
    w.run(86_000)
    assert w.pages == [(0, "margaret"), (900, "margaret")]
    assert attempts(w) == [0, 0]
    assert attempts(w, "ben") == [0, 300]


def test_a_pending_contact_of_another_steps_user_does_not_count_as_still_trying() -> None:
    rules = {"ada": [(0, ["push"]), (600, ["call"])]}
    w = World(steps=[step("ada"), step("ben"), step("cleo")], rules=rules, fate=fates(ben="refused")).run(599)
    assert w.pages_by == [(0, "ada", "push"), (300, "cleo", "mail")]


def test_a_send_of_the_step_before_that_hangs_does_not_keep_refusals_from_hurrying() -> None:
    rules = {"ada": [(0, ["push"]), (58, ["call"])]}
    steps = [step("ada", wait="1m"), step("ben"), step("cleo")]
    w = World(steps=steps, rules=rules, fate=fates(ben="refused"))
    # Ada's call is under way from 58 s to 66 s; Ben is refused at 61 s.
    w.run(200, [(0, _takes(1)), (50, _takes(8)), (59, _takes(1))])
    assert w.pages_by == [(0, "ada", "push"), (58, "ada", "call"), (61, "cleo", "mail")]


def test_a_user_without_any_contact_is_no_reason_to_wait() -> None:
    w = World(steps=[step("ada"), step("ben")], rules={})
    users = w.directory.users
    bare = users["ada"].model_copy(
        update={"contacts": {}, "notification_rules": type(users["ada"].notification_rules)()}
    )
    w.directory = w.directory.model_copy(update={"users": users | {"ada": bare}})
    w.run(299)
    assert w.pages == [(0, "ben")]


def test_every_refusal_is_recorded() -> None:
    w = World(steps=[step("ada"), step("ben")], fate=fates(ada="refused")).run(10)
    said = [(e.user, e.result) for e in w.story.timeline.entries if e.kind == "paged"]
    assert said == [("ada", "refused"), ("ben", "sent")]


def test_a_fallback_contact_is_used_once_for_one_page() -> None:
    rules = {"ada": [(0, ["push"]), (60, ["text"])]}
    fate = fates(ada_push="refused", ada_text="refused")
    w = World(steps=[step("ada"), step("ben")], rules=rules, contacts={"ada": ["old"]})
    w.fate = lambda p, after: fate(p, after) if p.contact != "text" or after else TRY_AGAIN
    w.run(299)
    assert [(after, contact) for after, user, contact, _ in w.tried if user == "ada"] == [
        (0, "push"),
        (0, "text"),
        (0, "old"),
        (5, "text"),
    ]
    assert w.pages_by == [(0, "ada", "old")]


def test_a_later_refusal_does_not_bring_back_a_contact_that_took_the_page() -> None:
    rules = {"ada": [(0, ["push"]), (60, ["text"])]}
    w = World(steps=[step("ada"), step("ben")], rules=rules, fate=fates(ada_text="refused")).run(299)
    assert w.pages_by == [(0, "ada", "push")]


def test_what_is_tried_again_ends_with_the_step_also_when_that_ends_early() -> None:
    w = World(
        steps=[step("ada"), step("ben"), step("cleo")],
        rules={"ada": [(0, ["push"]), (310, ["call"])]},
        fate=lambda p, after: until(320, REFUSED, user="ben")(p, after) if p.contact != "call" else TRY_AGAIN,
    ).run(600)
    # Ben is refused at 335 s, so Cleo's step begins then: Ada's call, due again at 345 s, is given up.
    assert w.pages_by == [(0, "ada", "push"), (335, "cleo", "mail")]
    assert attempts(w) == [0, 310, 315, 325]


def test_no_two_fallbacks_share_a_key() -> None:
    push = Planned(user="ada", contact="push", rule="high1", due=NOON, cycle=1, pass_=1, step=1)
    text = push.model_copy(update={"contact": "text"})
    keys = {instead([refused], contact, NOON).key("a") for refused in (push, text) for contact in ("mail", "call")}
    assert keys == {f"a/1/1/1/ada/high1-without-{r}/{c}" for r in ("push", "text") for c in ("mail", "call")}


# -- our own network is away ---------------------------------------------------------------------------


def test_after_ten_minutes_without_a_network_whoever_is_due_is_paged_and_nobody_twice() -> None:
    def away(planned: Planned, after: float) -> Result:
        return TRY_AGAIN if after < 600 else SENT

    w = World(steps=[step("ada", wait="5m"), step("ben", wait="10m"), step("cho", wait="15m")], fate=away).run(1799)
    # Ada's step is over by then; Ben's is tried every 30 s, and the climb goes on as if nothing had been.
    assert w.pages == [(605, "ben"), (900, "cho")]
    assert w.others == []


def test_a_network_that_is_away_to_the_end_of_the_climb_wakes_the_last_resort_when_it_is_back() -> None:
    def away(planned: Planned, after: float) -> Result:
        return TRY_AGAIN if after < 600 else SENT

    w = World(steps=[step("ada", wait="2m"), step("ben", wait="2m")], fate=away).run(3600)
    assert [who for _, who in w.pages if who == "margaret"] == ["margaret"]
    assert w.others == []
