"""Messages in a chat are rewritten as the alert moves; nothing else changes for it."""

from typing import Any

import pytest

from roust.domain.notification import PageRequest, Planned, Result
from roust.domain.rewriting import MOST_KEPT
from tests.fakes.world import World, step

CHAT: dict[str, Any] = {"rules": {"ada": [(0, ["chat"])], "ben": [(0, ["mail"])]}}


def a_world(**parts: Any) -> World:
    return World(steps=[step("ada"), step("ben", wait="10m")], **(CHAT | parts))


def rewrites(world: World) -> list[tuple[str, str, int, list[str]]]:
    """(state shown, owner, step, refs) of every rewrite, in order."""
    return [(r.alert.state.value, r.alert.owner or "", r.step, [one.ref for one in r.posted]) for r in updates(world)]


def updates(world: World) -> list[PageRequest]:
    return [request for request in world.requests if request.kind == "update"]


def test_an_acknowledge_rewrites_what_was_posted() -> None:
    world = a_world().run(120, [(60, lambda w: w.acknowledge("ada"))])
    assert rewrites(world) == [("acknowledged", "ada", 1, ["1"])]
    assert world.others == [(60, "ada", "update")]


def test_each_step_rewrites_what_earlier_ones_posted_after_its_own_pages() -> None:
    world = a_world().run(400)
    assert rewrites(world) == [("triggered", "", 2, ["1"])]
    assert [request.kind for request in world.requests] == ["page", "page", "update"]


def test_who_cannot_rewrite_is_never_asked_to() -> None:
    world = World(steps=[step("ada"), step("ben")]).run(3600, [(700, lambda w: w.acknowledge("ben"))])
    assert world.others == []
    assert world.story.kept == []


def test_the_end_rewrites_by_the_word_that_it_is_over_and_not_twice() -> None:
    world = a_world().run(400, [(60, lambda w: w.acknowledge("ada")), (200, lambda w: w.resolve())])
    [over] = [request for request in world.requests if request.kind == "resolved"]
    assert [one.ref for one in over.posted] == ["1"]
    assert rewrites(world) == [("acknowledged", "ada", 1, ["1"])]
    assert world.over


def test_exhausted_snoozed_and_climbing_again_are_shown() -> None:
    world = a_world(last_resort=["ben"]).run(5000, [(1000, lambda w: w.snooze("ada", "1h"))])
    shown = [state for state, _, _, _ in rewrites(world)]
    assert shown == ["triggered", "exhausted", "snoozed", "triggered", "triggered"]


def test_a_rewrite_under_way_holds_up_no_page() -> None:
    rules = {"ada": [(0, ["chat"]), (62, ["mail"])], "ben": [(0, ["mail"])]}
    world = a_world(rules=rules, priority="P2", takes=20.0)
    world.run(200, [(50, lambda w: w.trigger(priority="P1"))])
    assert [(p.after, p.user, p.kind) for p in world.sent][1:3] == [(50, "ada", "update"), (62, "ada", "page")]


def test_a_rewrite_that_fails_is_tried_three_times_and_then_let_be() -> None:
    world = a_world(fate=chat_breaks_after(60, Result.TRY_AGAIN)).run(300, [(60, lambda w: w.acknowledge("ada"))])
    assert [after for after, _, _, result in world.tried if result is Result.TRY_AGAIN] == [60, 70, 80]
    assert [entry.kind for entry in world.story.timeline.entries][-1] == "trouble"
    assert world.story.kept == []
    assert world.state == "acknowledged"


def test_a_refused_rewrite_is_let_be_at_once() -> None:
    world = a_world(fate=chat_breaks_after(60, Result.REFUSED)).run(300, [(60, lambda w: w.acknowledge("ada"))])
    assert len(updates(world)) == 1
    assert world.story.kept == []


def chat_breaks_after(second: float, result: Result) -> Any:
    def fate(planned: Planned, after: float) -> Result:
        return result if planned.contact == "chat" and after >= second else Result.SENT

    return fate


def test_an_answer_while_a_message_is_on_its_way_is_shown_in_it() -> None:
    world = a_world(takes=5.0).run(60, [(2, lambda w: w.acknowledge("ada"))])
    assert rewrites(world) == [("acknowledged", "ada", 1, ["1"])]


def test_the_word_that_it_is_over_is_not_rewritten_when_it_was_not() -> None:
    world = a_world(takes=20.0).run(300, [(100, lambda w: w.resolve()), (110, lambda w: w.trigger())])
    assert [request.kind for request in world.requests] == ["page", "resolved", "page", "update"]
    assert [one.ref for one in updates(world)[0].posted] == ["1"]


def test_what_is_rewritten_survives_a_continue_as_new() -> None:
    world = a_world(reloads=True).run(400, [(350, lambda w: w.acknowledge("ada"))])
    assert [state for state, _, _, _ in rewrites(world)] == ["triggered", "acknowledged"]


@pytest.mark.parametrize("repeats", [2 * MOST_KEPT])
def test_only_so_many_messages_are_kept(repeats: int) -> None:
    world = World(steps=[step("ada", wait="1m")], repeats=repeats, **CHAT).run(60 * repeats)
    assert len(world.story.kept) == MOST_KEPT
    assert all(len(request.posted) <= MOST_KEPT for request in world.requests)
