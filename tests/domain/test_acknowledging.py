"""Rule 7: acknowledge stops everything pending for everyone, at every stage; the first one owns it."""

from collections.abc import Callable

import pytest

from roust.domain.alert import Answer
from tests.fakes.world import World, fates, step

TWO = [step("ada"), step("ben", wait="10m")]
CLIMB = [(0, "ada"), (300, "ben"), (900, "ada"), (1200, "ben"), (1800, "margaret")]
DAY = 86_000

acknowledged: Callable[[World], None] = lambda w: w.acknowledge("ada")  # noqa: E731
acknowledged_again: Callable[[World], None] = lambda w: w.acknowledge("ada", "again")  # noqa: E731


def answer(w: World, request: str = "ack") -> Answer:
    return w.story.answers[request]


@pytest.mark.parametrize("at", [1, 150, 299, 301, 600, 899, 901, 1199, 1500, 1799, 1801, 9000])
def test_an_acknowledge_between_steps_stops_the_climb(at: float) -> None:
    w = World(steps=TWO, repeats=1).run(DAY, [(at, acknowledged)])
    assert w.pages == [page for page in CLIMB if page[0] < at]
    assert (w.others, w.state, w.story.alert.owner) == ([], "acknowledged", "ada")


@pytest.mark.parametrize("at", [300, 900, 1200, 1800])
def test_an_acknowledge_at_the_very_instant_of_the_next_step_comes_first(at: float) -> None:
    w = World(steps=TWO, repeats=1).run(DAY, [(at, acknowledged)])
    assert w.pages == [page for page in CLIMB if page[0] < at]
    assert (w.others, w.state) == ([], "acknowledged")


def test_an_acknowledge_before_the_first_page_means_that_nobody_is_paged() -> None:
    w = World(steps=TWO).run(DAY, [(0, acknowledged)])
    assert (w.sent, w.state, w.story.alert.owner) == ([], "acknowledged", "ada")
    assert answer(w).first


@pytest.mark.parametrize("at", [0.5, 2.9])
def test_an_acknowledge_while_a_page_is_under_way_stops_all_that_follows(at: float) -> None:
    rules = {"ada": [(0, ["push"]), (60, ["call"])]}
    w = World(steps=TWO, takes=3, rules=rules).run(DAY, [(at, acknowledged)])
    assert w.pages_by == [(0, "ada", "push")]
    assert (w.others, w.state) == ([], "acknowledged")


@pytest.mark.parametrize("fate", ["refused", "try_again"])
def test_a_page_under_way_that_fails_after_the_acknowledge_is_not_tried_again(fate: str) -> None:
    w = World(steps=TWO, takes=3, fate=fates(ada=fate)).run(DAY, [(1, acknowledged)])
    assert (w.sent, len(w.tried), w.state) == ([], 1, "acknowledged")


def test_a_page_under_way_at_the_acknowledge_is_recorded_and_its_user_told_of_the_end() -> None:
    w = World(steps=TWO, takes=3).run(DAY, [(1, acknowledged), (100, lambda w: w.resolve())])
    assert w.pages == [(0, "ada")]
    assert w.others == [(100, "ada", "resolved")]


def test_an_acknowledge_while_the_last_resort_is_paged_stops_its_retries() -> None:
    w = World(steps=[step("ada")], takes=3, fate=fates(margaret="try_again")).run(DAY, [(301, acknowledged)])
    assert w.pages == [(0, "ada")]
    assert [after for after, user, _, _ in w.tried if user == "margaret"] == [300]


def test_an_exhausted_alert_can_be_acknowledged() -> None:
    w = World(steps=[step("ada")]).run(DAY, [(4000, acknowledged)])
    assert w.pages == [(0, "ada"), (300, "margaret")]
    assert (w.others, w.state, answer(w).first) == ([], "acknowledged", True)


def test_the_first_one_owns_the_alert_and_a_later_one_is_recorded_and_told_who_has_it() -> None:
    w = World(steps=TWO).run(DAY, [(10, acknowledged), (20, lambda w: w.acknowledge("ben", "second"))])
    assert w.pages == [(0, "ada")]
    assert w.others == []
    second = answer(w, "second")
    assert (second.accepted, second.first, second.owner) == (True, False, "ada")
    assert (w.story.alert.owner, w.story.timeline.entries[-1].user) == ("ada", "ben")


def test_two_at_the_same_instant_have_one_owner() -> None:
    w = World(steps=TWO).run(
        DAY, [(10, lambda w: w.acknowledge("ben", "b")), (10, lambda w: w.acknowledge("ada", "a"))]
    )
    assert w.story.alert.owner == "ben"
    assert [answer(w, name).first for name in "ba"] == [True, False]


def test_the_owner_may_press_again_and_nothing_changes() -> None:
    w = World(steps=TWO).run(DAY, [(10, acknowledged), (20, lambda w: w.acknowledge("ada", "again"))])
    assert (w.pages, w.others) == ([(0, "ada")], [])
    assert (answer(w, "again").accepted, answer(w, "again").first, w.story.alert.owner) == (True, False, "ada")


def test_the_same_request_twice_is_one_request() -> None:
    w = World(steps=TWO).run(DAY, [(10, acknowledged), (20, acknowledged)])
    assert answer(w).first
    assert len([e for e in w.story.timeline.entries if e.kind == "acknowledged"]) == 1


def test_an_acknowledge_that_was_meant_for_another_alert_is_refused_and_the_climb_goes_on() -> None:
    w = World(steps=TWO).run(DAY, [(10, lambda w: w.acknowledge("ada", alert="checkout-of-yesterday"))])
    assert w.pages == [(0, "ada"), (300, "ben"), (900, "margaret")]
    assert (w.others, w.state, w.story.alert.owner) == ([], "exhausted", None)
    assert (answer(w).accepted, answer(w).reason) == (False, "it was meant for another alert of the same key")


def test_an_acknowledge_that_names_this_alert_is_taken() -> None:
    w = World(steps=TWO)
    w.run(DAY, [(10, lambda w: w.acknowledge("ada", alert=w.story.alert.id))])
    assert (w.state, answer(w).accepted) == ("acknowledged", True)


def test_an_acknowledge_after_the_resolve_is_refused_with_the_reason() -> None:
    w = World(steps=TWO, takes=2)
    w.run(DAY, [(10, lambda w: w.resolve()), (11, acknowledged)])
    assert (w.pages, w.others, w.state) == ([(0, "ada")], [(10, "ada", "resolved")], "resolved")
    assert (answer(w).accepted, answer(w).reason) == (False, "resolved already by source")


def test_an_acknowledge_by_somebody_who_was_never_paged_is_taken() -> None:
    w = World(steps=TWO).run(DAY, [(10, lambda w: w.acknowledge("zoe"))])
    assert (w.pages, w.others, w.story.alert.owner) == ([(0, "ada")], [], "zoe")


def test_a_suppressed_alert_can_be_acknowledged_and_pages_nobody() -> None:
    w = World(steps=TWO, action="suppress").run(DAY, [(10, acknowledged)])
    assert (w.sent, w.state) == ([], "acknowledged")


@pytest.mark.parametrize("pressed", [0, 150, 300, 301, 1000, 4000])
@pytest.mark.parametrize("takes", [0, 2])
def test_an_acknowledge_survives_a_continue_as_new_at_any_moment(pressed: float, takes: float) -> None:
    events = [(pressed, acknowledged), (pressed + 50, lambda w: w.acknowledge("ben", "b"))]
    plain = World(steps=TWO, takes=takes).run(DAY, events)
    reloaded = World(steps=TWO, takes=takes, reloads=True).run(DAY, events)
    assert reloaded.sent == plain.sent
    assert reloaded.story == plain.story


def test_a_suppressed_alert_that_was_acknowledged_pages_nobody_when_its_time_is_over() -> None:
    w = World(steps=TWO, action="suppress", acknowledge_timeout="30m").run(DAY - 1, [(10, acknowledged)])
    assert (w.sent, w.state) == ([], "acknowledged")


@pytest.mark.parametrize("urgency", ["low", "high"])
def test_an_event_that_pages_is_not_swallowed_by_the_acknowledge_of_a_suppressed_alert(urgency: str) -> None:
    w = World(steps=TWO, action="suppress", urgency=urgency, acknowledge_timeout="30m", reloads=True)
    w.run(2000, [(10, acknowledged), (20, lambda w: w.trigger(action="page")), (50, acknowledged_again)])
    assert (w.pages, w.state, w.story.alert.owner) == ([(20, "ada"), (1850, "ada")], "triggered", None)


def test_what_was_cut_off_by_an_acknowledge_is_not_said_to_be_tried_again() -> None:
    w = World(steps=TWO, takes=2, fate=fates(ada="try_again")).run(100, [(1, acknowledged)])
    assert [entry.text for entry in w.story.timeline.entries if entry.kind == "paged"] == [
        "ada by mail: failed, and was called off."
    ]
    assert len(w.tried) == 1
