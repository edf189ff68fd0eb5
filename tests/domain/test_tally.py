"""What a closed alert leaves behind: who was paged how often, who answered when, and whether anybody acted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from roust.domain import verbs
from roust.domain.night import is_night
from roust.domain.notification import Outcome, Planned, Result
from roust.domain.tally import PROVIDER, Ended, Paged, Tally, tally
from tests.fakes.world import World, fates, step

TWO = [step("ada"), step("ben", wait="10m")]
Do = Callable[[World], None]

ack: Do = lambda w: w.acknowledge("ada")  # noqa: E731
over: Do = lambda w: w.resolve()  # noqa: E731


def by_hand(w: World) -> None:
    w.story.resolve("r", None, "ben", "api", w.now)


def paged(of: Tally) -> dict[str, int]:
    return {user: each.pages for user, each in of.people.items()}


def test_a_page_is_one_moment_by_however_many_contacts() -> None:
    rules = {"ada": [(0, ["push", "mail"]), (120, ["push"])]}
    w = World(steps=TWO, rules=rules).run(1000, [(200, ack), (900, over)])
    assert tally(w.story) == Tally(
        people={"ada": Paged(pages=2)}, acknowledged_by="ada", to_acknowledge=200.0, acted=True, ended=Ended.SOURCE
    )


def test_a_contact_in_place_of_a_refused_one_is_the_same_page() -> None:
    # Push is refused, so home takes its place; mail fails at first, and gets through later.
    def fate(planned: Planned, after: float) -> Result:
        if planned.contact == "push":
            return Result.REFUSED
        return Result.TRY_AGAIN if planned.contact == "mail" and not after else Result.SENT

    w = World(steps=TWO, rules={"ada": [(0, ["push", "mail"])]}, contacts={"ada": ["home"]}, fate=fate)
    w.run(1000, [(200, over)])
    assert [page.contact for page in w.sent if page.kind == "page"] == ["home", "mail"]
    assert paged(tally(w.story)) == {"ada": 1}


def test_a_send_that_was_refused_or_failed_is_no_page() -> None:
    w = World(steps=TWO, fate=fates(ada="refused", ben="try_again")).run(400, [(100, over)])
    assert tally(w.story).people == {}


def test_every_pass_counts_and_exhausted_is_kept() -> None:
    w = World(steps=TWO, repeats=1).run(3000, [(2900, over)])
    found = tally(w.story)
    assert paged(found) == {"ada": 2, "ben": 2, "margaret": 1}
    assert (found.exhausted, found.acted, found.ended, found.to_acknowledge) == (True, False, Ended.SOURCE, None)


def test_an_acknowledge_is_measured_from_the_first_page_and_the_first_one_counts() -> None:
    ben: Do = lambda w: w.acknowledge("ben", request="2")  # noqa: E731
    w = World(steps=TWO, urgency="low", priority="P4", settle="10m").run(3000, [(700, ack), (800, ben), (900, over)])
    assert (tally(w.story).acknowledged_by, tally(w.story).to_acknowledge) == ("ada", 100.0)


def test_an_acknowledge_before_any_page_took_nobody_any_time() -> None:
    w = World(steps=TWO, held=3600).run(3000, [(60, ack), (70, over)])
    found = tally(w.story)
    assert (found.people, found.to_acknowledge, found.acted) == ({}, None, True)


@pytest.mark.parametrize(
    ("ends", "ended", "acted"),
    [
        (over, Ended.SOURCE, False),
        (by_hand, Ended.PERSON, True),
        (lambda w: w.story.end("operator", "by a button", w.now), Ended.OPERATOR, False),
        (lambda w: w.story.end("timeout", "nothing heard", w.now), Ended.TIMEOUT, False),
    ],
)
def test_who_or_what_ended_it_is_told_apart(ends: Do, ended: Ended, acted: bool) -> None:
    w = World(steps=TWO).run(400, [(100, ends)])
    assert (tally(w.story).ended, tally(w.story).acted) == (ended, acted)


def test_a_withdrawn_resolve_does_not_tell_how_it_ended() -> None:
    again: Do = lambda w: w.trigger()  # noqa: E731
    w = World(steps=TWO, takes=5).run(90_000, [(2, by_hand), (3, again), (60, lambda w: w.acknowledge("ada"))])
    assert (w.state, tally(w.story).ended) == ("resolved", Ended.TIMEOUT)


def test_a_snooze_is_an_act() -> None:
    w = World(steps=TWO).run(400, [(100, lambda w: w.snooze("ada", "1h")), (200, over)])
    assert tally(w.story).acted


def test_nights_are_what_the_page_activity_says() -> None:
    w = World(steps=TWO, rules={"ada": [(0, ["push", "mail"]), (60, ["mail"])]})
    send = w._send

    def by_night(request: object, planned: Planned) -> Outcome:
        outcome = send(request, planned)  # type: ignore[arg-type]
        return outcome.model_copy(update={"night": planned.rule == "high1", "result": Result.SENT})

    w._send = by_night  # type: ignore[assignment]
    w.run(400, [(100, over)])
    assert tally(w.story).people["ada"] == Paged(pages=2, nights=1)


def test_it_stays_small_however_much_happens() -> None:
    w = World(steps=[step("ada", wait="1m"), step("ben", wait="1m")], repeats=9).run(5000, [(4000, ack), (4500, over)])
    assert len(tally(w.story).model_dump_json()) < 300


@pytest.mark.parametrize(
    ("at", "night"),
    [("20:59", False), ("21:00", True), ("00:00", True), ("05:59", True), ("06:00", False), ("12:00", False)],
)
def test_night_is_from_22_to_7_by_the_persons_clock(at: str, night: bool) -> None:
    hour, minute = map(int, at.split(":"))
    winter = datetime(2026, 1, 15, hour, minute, tzinfo=UTC)
    assert is_night(winter, "Europe/Berlin") is night
    # An hour earlier by the sun in summer, and the same clock.
    summer = datetime(2026, 7, 15, hour, minute, tzinfo=UTC) - timedelta(hours=1)
    assert is_night(summer, "Europe/Berlin") is night


def test_what_a_provider_notes_of_a_delivery_is_nobodys_doing() -> None:
    noted: Do = lambda w: verbs.add_note(w.story, "The text to ada was not delivered.", PROVIDER, w.now)  # noqa: E731
    assert not tally(World(steps=TWO).run(1000, [(100, noted), (900, over)]).story).acted
    by_ada: Do = lambda w: verbs.add_note(w.story, "looking", "ada", w.now)  # noqa: E731
    assert tally(World(steps=TWO).run(1000, [(100, by_ada), (900, over)]).story).acted
