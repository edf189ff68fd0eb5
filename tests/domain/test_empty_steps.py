"""Rule 4: steps that resolve to nobody, passes that reach nobody."""

import pytest

from tests.fakes.world import NOBODY, World, fates, step


def test_a_step_that_resolves_to_nobody_is_skipped_at_once_with_the_reason() -> None:
    w = World(steps=[step(NOBODY), step("ben")]).run(299)
    assert w.pages == [(0, "ben")]
    assert w.others == []
    (skipped,) = [e for e in w.story.timeline.entries if e.kind == "skipped"]
    assert (skipped.step, skipped.why) == (1, "named in the step: no user named 'nobody'")


def test_an_empty_step_in_the_middle_costs_no_wait() -> None:
    w = World(steps=[step("ada"), step(NOBODY), step("ben")]).run(3600)
    assert w.pages == [(0, "ada"), (300, "ben"), (600, "margaret")]


def test_an_empty_last_step_is_skipped_too() -> None:
    w = World(steps=[step("ada"), step(NOBODY)], repeats=1).run(3600)
    assert w.pages == [(0, "ada"), (300, "ada"), (600, "margaret")]


@pytest.mark.parametrize("takes", [1, 8])
def test_an_empty_step_that_took_a_while_to_resolve_is_skipped_then(takes: float) -> None:
    w = World(steps=[step(NOBODY), step("ben")], takes=takes).run(3600)
    assert w.pages == [(takes, "ben"), ({1: 300, 8: 308}[int(takes)], "margaret")]


def test_an_empty_step_that_says_so_keeps_its_wait() -> None:
    w = World(steps=[step(NOBODY, on_empty="wait"), step("ben")]).run(3600)
    assert w.pages == [(300, "ben"), (600, "margaret")]


def test_a_pass_that_reached_nobody_pages_the_last_resort_at_once_and_once_per_cycle() -> None:
    w = World(steps=[step(NOBODY), step(NOBODY, wait="10m")], repeats=2).run(86_000)
    # Pass 1 is over at once; passes 2 and 3 keep their 15 minutes each; then it is exhausted.
    assert w.rungs == [(0, "margaret", 1, 1, 0), (1800, "margaret", 1, 3, 0)]
    assert (w.others, w.state) == ([], "exhausted")


def test_a_single_pass_that_reached_nobody_pages_the_last_resort_once_not_twice() -> None:
    w = World(steps=[step(NOBODY)]).run(86_000)
    assert w.pages == [(0, "margaret")]
    assert w.state == "exhausted"


def test_the_passes_after_one_that_reached_nobody_keep_their_full_waits() -> None:
    w = World(steps=[step(NOBODY), step("ada", wait="10m")], repeats=2, fate=fates(ada="refused")).run(86_000)
    assert w.pages == [(0, "margaret"), (1800, "margaret")]
    assert [(after, user) for after, user, _, _ in w.tried if user == "ada"] == [
        (0, "ada"),
        (300, "ada"),
        (1200, "ada"),
    ]


def test_an_empty_step_that_waits_is_no_reason_to_hurry_the_last_resort() -> None:
    w = World(steps=[step(NOBODY, on_empty="wait")], repeats=1).run(86_000)
    assert w.pages == [(300, "margaret"), (600, "margaret")]


def test_somebody_who_comes_on_call_for_the_next_pass_is_paged() -> None:
    w = World(steps=[step("ada")], repeats=1)
    away = w.directory
    w.directory = away.model_copy(update={"users": {"margaret": away.users["margaret"]}})
    w.run(86_000, [(200, lambda w: setattr(w, "directory", away))])
    assert w.pages == [(0, "margaret"), (300, "margaret")]
    w = World(steps=[step("ada", on_empty="wait")], repeats=1)
    w.directory = away.model_copy(update={"users": {"margaret": away.users["margaret"]}})
    w.run(86_000, [(200, lambda w: setattr(w, "directory", away))])
    assert w.pages == [(300, "margaret"), (300, "ada"), (600, "margaret")]


def test_a_cycle_that_begins_anew_may_page_the_last_resort_again() -> None:
    w = World(steps=[step(NOBODY)], repeats=1, acknowledge_timeout="30m")
    w.run(2399, [(100, lambda w: w.acknowledge("margaret"))])
    assert w.rungs == [(0, "margaret", 1, 1, 0), (1900, "margaret", 2, 1, 0), (2200, "margaret", 2, 2, 0)]
    assert w.others == [(1600, "margaret", "reminder")]
