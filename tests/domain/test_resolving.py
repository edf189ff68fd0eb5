"""Rule 8: resolve ends the alert at every stage, and those who were paged hear of it."""

import pytest

from roust.domain.notification import Result
from tests.fakes.world import World, fates, step

TWO = [step("ada"), step("ben", wait="10m")]
CLIMB = [(0, "ada"), (300, "ben"), (900, "ada"), (1200, "ben"), (1800, "margaret")]
DAY = 86_000


@pytest.mark.parametrize("at", [0, 1, 299, 300, 301, 900, 1500, 1800, 9000])
def test_a_resolve_stops_the_climb_and_everyone_who_was_paged_is_told_once(at: float) -> None:
    w = World(steps=TWO, repeats=1).run(DAY, [(at, lambda w: w.resolve())])
    before = [page for page in CLIMB if page[0] < at]
    assert w.pages == before
    assert w.others == [(at, user, "resolved") for user in dict.fromkeys(user for _, user in before)]
    assert (w.over, w.state) == (True, "resolved")


def test_a_resolve_after_the_acknowledge_ends_the_alert_and_tells_those_paged() -> None:
    w = World(steps=TWO).run(DAY, [(310, lambda w: w.acknowledge("ada")), (500, lambda w: w.resolve("ada"))])
    assert w.pages == [(0, "ada"), (300, "ben")]
    assert w.others == [(500, "ada", "resolved"), (500, "ben", "resolved")]
    assert w.over


def test_those_who_were_paged_are_told_by_every_contact_that_a_page_reached() -> None:
    rules = {"ada": [(0, ["push", "mail"]), (60, ["text"])]}
    w = World(steps=TWO, rules=rules, fate=fates(ada_mail="refused")).run(DAY, [(100, lambda w: w.resolve())])
    assert [(p.after, p.user, p.contact) for p in w.sent if p.kind == "resolved"] == [
        (100, "ada", "push"),
        (100, "ada", "text"),
    ]


def test_whoever_is_told_that_it_is_over_does_not_read_as_paged_once_more() -> None:
    w = World(steps=TWO).run(DAY, [(100, lambda w: w.resolve())])
    texts = [entry.text for entry in w.story.timeline.entries if entry.contact]
    assert [text.split(": ")[1] for text in texts] == ["sent.", "told that it is over."]


def test_whom_no_page_reached_hears_nothing() -> None:
    w = World(steps=TWO, fate=fates(ada="refused")).run(DAY, [(100, lambda w: w.resolve())])
    assert w.pages == [(0, "ben")]
    assert w.others == [(100, "ben", "resolved")]


def test_a_page_under_way_at_the_resolve_is_waited_for_and_its_user_told() -> None:
    w = World(steps=TWO, takes=3).run(DAY, [(1, lambda w: w.resolve())])
    assert w.pages == [(0, "ada")]
    assert w.others == [(3, "ada", "resolved")]
    assert w.over


def test_a_page_under_way_that_fails_after_the_resolve_is_over_with_it() -> None:
    w = World(steps=TWO, takes=3, fate=fates(ada="try_again")).run(DAY, [(1, lambda w: w.resolve())])
    assert (w.sent, w.over) == ([], True)


def test_a_page_that_never_comes_back_does_not_keep_the_alert_from_ending() -> None:
    w = World(steps=TWO, takes=3)
    w.run(400, [(250, lambda w: setattr(w, "takes", 100_000)), (310, lambda w: (setattr(w, "takes", 1), w.resolve()))])
    assert w.others == [(325, "ada", "resolved")]
    assert w.over


def test_telling_that_it_is_over_is_tried_again_for_a_while_and_then_the_alert_ends() -> None:
    w = World(steps=TWO)
    w.fate = lambda planned, after: Result.TRY_AGAIN if planned.rule == "resolved" else Result.SENT
    w.run(DAY, [(100, lambda w: w.resolve())])
    assert [after for after, _, _, _ in w.tried] == [0, 100, 105, 115, 135]
    assert (w.pages, w.others, w.over) == ([(0, "ada")], [], True)


def test_a_refusal_to_hear_that_it_is_over_brings_no_other_contact_forward() -> None:
    w = World(steps=TWO, rules={"ada": [(0, ["push"]), (200, ["call"])]})
    w.fate = lambda planned, after: Result.REFUSED if planned.rule == "resolved" else Result.SENT
    w.run(DAY, [(100, lambda w: w.resolve())])
    assert (w.pages_by, w.others, w.over) == ([(0, "ada", "push")], [], True)


def test_a_resolve_that_was_meant_for_another_alert_is_refused() -> None:
    w = World(steps=TWO).run(DAY, [(10, lambda w: w.resolve("ada", alert="checkout-of-yesterday"))])
    assert w.pages == [(0, "ada"), (300, "ben"), (900, "margaret")]
    assert w.state == "exhausted"


def test_a_second_resolve_is_refused_and_says_who_was_first() -> None:
    w = World(steps=TWO, takes=2)
    w.run(DAY, [(10, lambda w: w.resolve("ada", "one")), (11, lambda w: w.resolve("ben", "two"))])
    assert w.others == [(10, "ada", "resolved")]
    assert [w.story.answers[name].accepted for name in ("one", "two")] == [True, False]
    assert w.story.answers["two"].reason == "resolved already by ada"


def test_a_suppressed_alert_is_resolved_in_silence() -> None:
    w = World(steps=TWO, action="suppress").run(DAY, [(10, lambda w: w.resolve())])
    assert (w.sent, w.over) == ([], True)


# -- trigger, resolve, trigger -------------------------------------------------------------------------


def test_a_trigger_that_meets_the_resolve_before_the_end_withdraws_it_and_pages() -> None:
    w = World(steps=TWO, takes=3).run(899, [(400, lambda w: w.resolve()), (401, lambda w: w.trigger())])
    assert w.rungs == [(0, "ada", 1, 1, 1), (300, "ben", 1, 1, 2), (401, "ada", 2, 1, 1), (701, "ben", 2, 1, 2)]
    assert w.others == [(400, "ada", "resolved"), (400, "ben", "resolved")]
    assert (w.state, w.story.resolved_by, w.story.resolved_at) == ("triggered", None, None)


def test_a_trigger_that_comes_with_the_resolve_is_paged_and_nobody_hears_that_it_is_over() -> None:
    w = World(steps=TWO).run(599, [(200, lambda w: w.resolve()), (200, lambda w: w.trigger())])
    assert w.rungs == [(0, "ada", 1, 1, 1), (200, "ada", 2, 1, 1), (500, "ben", 2, 1, 2)]
    assert (w.others, w.state) == ([], "triggered")


def test_a_trigger_that_meets_the_resolve_of_an_acknowledged_alert_pages_and_has_no_owner() -> None:
    w = World(steps=TWO)
    w.run(499, [(100, lambda w: w.acknowledge("ada")), (200, lambda w: w.resolve()), (200, lambda w: w.trigger())])
    assert w.rungs == [(0, "ada", 1, 1, 1), (200, "ada", 2, 1, 1)]
    assert (w.others, w.state, w.story.alert.owner, w.story.acknowledged_at) == ([], "triggered", None, None)


def test_a_resolve_that_was_withdrawn_can_be_resolved_again() -> None:
    events = [(200, lambda w: w.resolve()), (200, lambda w: w.trigger()), (250, lambda w: w.resolve(request="two"))]
    w = World(steps=TWO).run(DAY, events)
    assert w.rungs == [(0, "ada", 1, 1, 1), (200, "ada", 2, 1, 1)]
    assert (w.others, w.over) == ([(250, "ada", "resolved")], True)


def test_no_two_messages_of_an_alert_that_came_back_share_a_key() -> None:
    events = [(n, lambda w: w.resolve(request=f"{w.now}")) for n in (100, 110)]
    events += [(n, lambda w: w.trigger()) for n in (101, 111)]
    w = World(steps=TWO, takes=2).run(DAY, [*events, (120, lambda w: w.resolve(request="end"))])
    keys = [p.key for p in w.sent]
    assert [p.kind for p in w.sent] == ["page", "resolved"] * 3
    assert len(set(keys)) == len(keys)


def test_a_suppressed_event_that_meets_the_resolve_pages_nobody() -> None:
    events = [(200, lambda w: w.resolve()), (200, lambda w: w.trigger(action="suppress"))]
    w = World(steps=TWO).run(50_000, events)
    assert w.pages == [(0, "ada")]
    assert w.state != "triggered"
