"""What the watchdog believes, and what of it the operators are told."""

from datetime import datetime, timedelta

from roust.domain.watch import Sighting, Trouble, Verdict, Watch, overdue, sentence, unreached
from tests.builders import NOON

TICK = timedelta(seconds=15)
STUCK = Sighting(Trouble.OVERDUE, "checkout-1", NOON)
OTHER = Sighting(Trouble.OVERDUE, "checkout-2", NOON)
NO_WORKER = Sighting(Trouble.NO_WORKER, "task queue roust", NOON)
BLIND = Sighting(Trouble.UNREACHABLE, "Temporal", NOON)


def rounds(*seen: list[Sighting], every: timedelta = TICK) -> list[Verdict]:
    """The verdicts of rounds that saw these, one after another."""
    watch, verdicts = Watch(), []
    for number, sightings in enumerate(seen):
        watch, verdict = watch.round(sightings, number * every)
        verdicts.append(verdict)
    return verdicts


def told(verdicts: list[Verdict]) -> list[list[str]]:
    return [[s.subject for s in verdict.tell] for verdict in verdicts]


def test_a_trouble_seen_once_is_not_believed() -> None:
    assert rounds([STUCK], [], [STUCK]) == [Verdict(), Verdict(), Verdict()]


def test_a_trouble_seen_twice_is_told_once() -> None:
    verdicts = rounds([STUCK], [STUCK], [STUCK], [STUCK])
    assert told(verdicts) == [[], ["checkout-1"], [], []]
    assert [v.believed for v in verdicts] == [(), (STUCK,), (STUCK,), (STUCK,)]


def test_a_trouble_that_lasts_is_told_again_at_most_hourly() -> None:
    verdicts = rounds(*[[STUCK]] * 8, every=timedelta(minutes=20))
    assert told(verdicts) == [[], ["checkout-1"], [], [], ["checkout-1"], [], [], ["checkout-1"]]


def test_many_alerts_in_trouble_are_told_together() -> None:
    assert told(rounds([STUCK, OTHER], [STUCK, OTHER])) == [[], ["checkout-1", "checkout-2"]]


def test_an_alert_that_joins_a_told_trouble_waits_for_the_next_telling_of_it() -> None:
    verdicts = rounds([STUCK], [STUCK, OTHER], *[[STUCK, OTHER]] * 22)
    named = [(n, names) for n, names in enumerate(told(verdicts)) if names]
    assert named == [(1, ["checkout-1"]), (21, ["checkout-2"])]


def test_another_kind_of_trouble_is_told_at_once() -> None:
    failing = Sighting(Trouble.FAILING, "checkout-2", NOON)
    assert told(rounds([STUCK], [STUCK, failing], [STUCK, failing])) == [[], ["checkout-1"], ["checkout-2"]]


def test_what_follows_from_no_worker_is_not_told_beside_it() -> None:
    verdicts = rounds([NO_WORKER, STUCK], [NO_WORKER, STUCK])
    assert told(verdicts) == [[], ["task queue roust"]]
    assert verdicts[-1].believed == (STUCK, NO_WORKER)


def test_no_worker_at_all_says_enough_about_the_notices() -> None:
    notices = Sighting(Trouble.NO_NOTICES, "task queue roust-notices", NOON)
    assert told(rounds([NO_WORKER, notices], [NO_WORKER, notices])) == [[], ["task queue roust"]]
    assert told(rounds([notices], [notices])) == [[], ["task queue roust-notices"]]


def test_configurations_that_differ_are_believed_and_told_to_nobody() -> None:
    differ = Sighting(Trouble.DIFFER, "worker a:1", NOON, "worker a:1 by 0a1b")
    verdicts = rounds([differ], [differ])
    assert (told(verdicts), verdicts[-1].believed) == ([[], []], (differ,))


def test_only_what_was_told_is_said_to_be_over() -> None:
    assert [v.over for v in rounds([STUCK], [STUCK], [])] == [(), (), (STUCK,)]
    assert [v.over for v in rounds([STUCK], [])] == [(), ()]


def test_a_trouble_that_comes_back_is_told_anew() -> None:
    assert told(rounds([STUCK], [STUCK], [], [STUCK], [STUCK])) == [
        [],
        ["checkout-1"],
        [],
        [],
        ["checkout-1"],
    ]


def test_while_temporal_cannot_be_asked_no_trouble_is_over() -> None:
    verdicts = rounds([STUCK], [STUCK], [BLIND], [BLIND], [STUCK], [])
    assert told(verdicts) == [[], ["checkout-1"], [], ["Temporal"], [], []]
    assert [v.over for v in verdicts] == [(), (), (), (), (BLIND,), (STUCK,)]
    # What was seen before still counts: it is believed at once when Temporal answers again.
    assert [v.believed for v in verdicts][3:5] == [(BLIND,), (STUCK,)]


def test_a_telling_that_reached_nobody_is_due_again_at_once() -> None:
    watch, _ = Watch().round([STUCK], timedelta(0))
    watch, verdict = watch.round([STUCK], TICK)
    assert verdict.tell == (STUCK,)
    _, verdict = watch.untold(verdict.tell).round([STUCK], 2 * TICK)
    assert verdict.tell == (STUCK,)


def test_overdue_begins_after_a_minute() -> None:
    def at(seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)

    assert not overdue(NOON, at(60))
    assert overdue(NOON, at(60.001))
    assert not overdue(None, at(1e6))


def test_unreached_begins_after_five_minutes() -> None:
    assert not unreached(NOON, NOON + timedelta(minutes=5))
    assert unreached(NOON, NOON + timedelta(minutes=5, milliseconds=1))
    assert not unreached(None, NOON)


def test_the_sentences_name_at_most_five_alerts() -> None:
    many = [Sighting(Trouble.OVERDUE, f"checkout-{n}", NOON) for n in range(7)]
    later = NOON + timedelta(seconds=90)
    assert sentence(many, later) == (
        "7 alerts should have acted: checkout-0, checkout-1, checkout-2, checkout-3, checkout-4 and 2 more (for 90 s)."
    )
    assert sentence([STUCK, NO_WORKER], later) == (
        "checkout-1 should have acted (for 90 s).\n"
        "No worker polls task queue roust: alerts are kept, but nobody is paged until one runs."
    )
