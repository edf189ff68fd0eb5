"""The timeline: bounded, in order, and able to say why somebody was paged."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain.timeline import KEPT_FIRST, KEPT_LAST, Entry, Kind, Timeline
from tests.builders import NOON
from tests.fakes.world import NOBODY, World, fates, step


def an_entry(n: int, kind: Kind = Kind.PAGED) -> Entry:
    return Entry(at=NOON + timedelta(seconds=n), kind=kind, text=f"entry {n}")


def texts(timeline: Timeline) -> list[str]:
    return [entry.text for entry in timeline.entries]


def test_entries_are_kept_in_the_order_in_which_they_came() -> None:
    timeline = Timeline()
    for n in (3, 1, 2):
        timeline.add(an_entry(n))
    assert texts(timeline) == ["entry 3", "entry 1", "entry 2"]
    assert timeline.omitted == 0


def test_repeats_in_a_row_are_one_entry_that_keeps_the_latest() -> None:
    timeline = Timeline()
    for n, kind in enumerate([Kind.REPEATED, Kind.REPEATED, Kind.PAGED, Kind.REPEATED, Kind.REPEATED]):
        timeline.add(an_entry(n, kind))
    assert texts(timeline) == ["entry 1", "entry 2", "entry 4"]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2 * (KEPT_FIRST + KEPT_LAST)))
def test_the_first_and_the_last_entries_stay_and_what_is_left_out_is_counted(count: int) -> None:
    timeline = Timeline()
    for n in range(count):
        timeline.add(an_entry(n))
    assert len(timeline.entries) + timeline.omitted == count
    assert len(timeline.entries) <= KEPT_FIRST + KEPT_LAST
    assert texts(timeline)[:KEPT_FIRST] == [f"entry {n}" for n in range(min(count, KEPT_FIRST))]
    assert texts(timeline)[KEPT_FIRST:] == [f"entry {n}" for n in range(KEPT_FIRST, count)][-KEPT_LAST:]


def test_an_alerts_whole_life_reads_in_order() -> None:
    w = World(steps=[step("ada"), step(NOBODY), step("ben")], fate=fates(ben="refused"))
    w.run(5000, [(10, lambda w: w.trigger()), (700, lambda w: w.acknowledge("ada")), (800, lambda w: w.resolve())])
    seconds = [((entry.at - w.start).total_seconds(), entry.kind.value) for entry in w.story.timeline.entries]
    assert seconds == [
        (0, "triggered"),
        (0, "step"),
        (0, "paged"),
        (10, "repeated"),
        (300, "step"),
        (300, "passed_over"),
        (300, "skipped"),
        (300, "step"),
        (300, "paged"),
        (300, "skipped"),
        (300, "exhausted"),
        (300, "last_resort"),
        (300, "paged"),
        (700, "acknowledged"),
        (800, "resolved"),
        (800, "told"),
        (800, "told"),
    ]


def test_why_somebody_was_paged_is_told_by_the_data_of_that_minute() -> None:
    w = World(steps=[step("ada")]).run(10)
    (paged,) = [entry for entry in w.story.timeline.entries if entry.kind is Kind.PAGED]
    assert (paged.user, paged.contact, paged.result, paged.why) == ("ada", "mail", "sent", "named in the step")
    assert (paged.cycle, paged.pass_, paged.step, paged.key) == (1, 1, 1, w.sent[0].key)


def test_no_timeline_holds_an_address() -> None:
    w = World(steps=[step("ada"), step("ben")], fate=fates(ada="try_again")).run(5000)
    assert "@example.com" not in w.story.model_dump_json()
