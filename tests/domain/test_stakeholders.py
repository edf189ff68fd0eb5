"""Rule 19: each group hears of each moment it asked for once, at its priority, and of no blip."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain import updates
from roust.domain.alert import Priority
from roust.domain.notice import Moment
from roust.domain.notification import Result
from roust.domain.stakeholders import Interest, interests
from roust.domain.timeline import Kind
from tests.builders import a_directory
from tests.domain.hearing import Asked, hears
from tests.fakes.world import World, step

ALL = ["triggered", "acknowledged", "exhausted", "resolved", "update"]
Event = Callable[[World], None]


def group(*moments: str, after: int = 0, min_priority: str = "P1", name: str = "board") -> Interest:
    return Interest(
        group=name,
        moments=[Moment(moment) for moment in moments or ALL],
        after=timedelta(seconds=after),
        min_priority=Priority(min_priority),
    )


def a_world(*groups: Interest, **parts: Any) -> World:
    steps = [step("ada"), step("ben", wait="10m")]
    return World(**({"steps": steps, "stakeholders": list(groups)} | parts))


def ack(w: World) -> None:
    w.acknowledge("ada", f"ack-{w.now}")


def resolve(w: World) -> None:
    w.resolve(request=f"resolve-{w.now}")


def post(w: World) -> None:
    updates.post(w.story, "A restore runs.", None, "ada", w.now)


def priority(p: str, urgency: str = "high") -> Event:
    return lambda w: w.trigger(priority=p, urgency=urgency)


def heard(w: World, name: str = "board") -> list[tuple[float, str]]:
    return [(after, moment) for after, who, moment in w.told if who == name]


def test_a_moment_is_told_once_whatever_the_passes_and_cycles() -> None:
    w = a_world(group(), repeats=2, acknowledge_timeout="30m")
    w.run(10_000, [(100, ack), (2000, ack), (6000, resolve)])
    assert heard(w) == [(0, "triggered"), (100, "acknowledged"), (6000, "resolved")]


def test_exhausted_is_told_once_though_it_comes_again() -> None:
    w = a_world(group("exhausted"), acknowledge_timeout="30m").run(9000, [(1000, ack), (2000, resolve)])
    assert heard(w) == [(900, "exhausted")]
    w = a_world(group("exhausted"), acknowledge_timeout="30m").run(9000, [(1000, ack)])
    assert heard(w) == [(900, "exhausted")]


def test_a_group_hears_only_of_what_it_asked_for() -> None:
    w = a_world(group("resolved"), group("triggered", name="hotline")).run(500, [(100, ack), (200, resolve)])
    assert w.told == [(0, "hotline", "triggered"), (200, "board", "resolved")]


def test_a_priority_raised_to_the_threshold_counts_as_triggered() -> None:
    w = a_world(group(), group(name="all", min_priority="P5"), priority="P3")
    w.run(1000, [(50, ack), (100, priority("P2")), (200, priority("P1")), (300, priority("P1")), (400, resolve)])
    assert heard(w) == [(200, "triggered"), (400, "resolved")]
    assert heard(w, "all") == [(0, "triggered"), (50, "acknowledged"), (400, "resolved")]


def test_what_happened_below_the_threshold_is_not_told_later() -> None:
    w = a_world(group("acknowledged"), priority="P3").run(1000, [(50, ack), (100, priority("P1")), (400, resolve)])
    assert heard(w) == []


@pytest.mark.parametrize("over", [1, 299, 300])
def test_over_by_the_end_of_after_nothing_at_all_is_told(over: int) -> None:
    w = a_world(group(after=300)).run(1000, [(over, resolve)])
    assert (w.told, w.over) == ([], True)


def test_after_counts_from_when_the_alert_concerns_the_group() -> None:
    w = a_world(group(after=300), priority="P3").run(1000, [(100, priority("P1")), (500, resolve)])
    assert heard(w) == [(400, "triggered"), (500, "resolved")]


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        (ALL, "acknowledged"),
        (["triggered", "resolved"], "triggered"),
        (["exhausted", "resolved"], None),
        (["update"], "update"),
    ],
)
def test_at_the_end_of_after_one_notice_tells_how_it_stands(asked: list[str], label: str | None) -> None:
    w = a_world(group(*asked, after=300)).run(301, [(50, post), (100, ack)])
    assert heard(w) == ([(300, label)] if label else [])


def test_what_the_standing_notice_covered_is_not_told_again() -> None:
    w = a_world(group(after=300), acknowledge_timeout="30m").run(4000, [(50, post), (100, ack), (3000, ack)])
    assert heard(w) == [(300, "acknowledged"), (1900 + 900, "exhausted")]


def test_each_update_is_told_once() -> None:
    w = a_world(group("update")).run(1000, [(10, post), (20, post), (30, resolve)])
    assert heard(w) == [(10, "update"), (20, "update")]


@pytest.mark.parametrize("parts", [{"action": "suppress"}, {"held": 5000.0}, {"settle": "1h", "urgency": "low"}])
def test_what_pages_nobody_is_told_to_nobody(parts: dict[str, Any]) -> None:
    w = a_world(group(min_priority="P5"), **parts).run(1000, [(500, resolve)])
    assert w.told == []


def test_it_is_told_when_it_pages_after_all() -> None:
    held = a_world(group(), held=500.0).run(1000, [(700, resolve)])
    assert heard(held) == [(500, "triggered"), (700, "resolved")]
    settled = a_world(group(), settle="2m", urgency="low").run(1000, [(700, resolve)])
    assert heard(settled) == [(120, "triggered"), (700, "resolved")]
    suppressed = a_world(group(), action="suppress").run(1000, [(50, priority("P1"))])
    assert heard(suppressed)[:1] == [(50, "triggered")]


def test_an_answer_before_the_first_page_is_told_as_well() -> None:
    w = a_world(group()).run(1000, [(0, ack)])
    assert heard(w) == [(0, "triggered"), (0, "acknowledged")]


def test_a_trigger_that_withdraws_a_resolve_they_heard_of_begins_anew_for_them() -> None:
    w = a_world(group("triggered", "resolved"), group("triggered", name="hotline"), takes=5.0)
    w.run(1000, [(100, resolve), (103, priority("P1")), (500, resolve)])
    assert heard(w) == [(0, "triggered"), (100, "resolved"), (103, "triggered"), (500, "resolved")]
    assert heard(w, "hotline") == [(0, "triggered")]


def test_what_fails_is_tried_again_for_a_quarter_of_an_hour() -> None:
    tries: list[float] = []

    def tells(name: str, after: float) -> Result:
        tries.append(after)
        return Result.TRY_AGAIN

    w = a_world(group("triggered"), tells=tells).run(5000)
    assert tries == [0, 10, 40, 100, 220, 520, 820]
    assert w.told == []
    assert [e.text for e in w.story.timeline.entries if e.kind is Kind.NOTICE][-1].endswith("failed, given up.")


def test_what_they_have_not_heard_when_it_is_over_is_not_tried_any_more() -> None:
    w = a_world(group(), tells=lambda _, after: Result.SENT if after > 60 else Result.TRY_AGAIN)
    w.run(1000, [(70, resolve)])
    assert heard(w) == [(70, "resolved")]


def test_an_alert_that_is_over_waits_two_minutes_for_its_last_notice_and_no_longer() -> None:
    w = a_world(group("resolved"), tells=lambda *_: Result.TRY_AGAIN).run(1000, [(100, resolve)])
    assert w.over
    assert 100 < (w.now - w.start).total_seconds() <= 220


def test_a_failing_notice_changes_no_page() -> None:
    quiet, failing = a_world().run(5000), a_world(group(), tells=lambda *_: Result.TRY_AGAIN).run(5000)
    assert failing.rungs == quiet.rungs


def test_whoever_has_the_alert_is_reminded_once_of_the_news_they_promised() -> None:
    def promise(w: World) -> None:
        updates.post(w.story, "A restore runs.", w.now + timedelta(minutes=10), "ada", w.now)

    w = a_world().run(5000, [(100, ack), (200, promise)])
    assert w.others == [(800, "ada", "reminder")]
    kept = a_world().run(5000, [(100, ack), (200, promise), (700, post)])
    assert kept.others == []
    climbing = a_world().run(290, [(0, promise)])
    assert climbing.others == []
    climbing.run(1000)
    assert climbing.others == [(600, "ada", "reminder")]
    assert climbing.pages == a_world().run(1000).pages


def test_only_groups_that_care_for_the_service_are_pinned() -> None:
    members = [{"email": "board@example.com"}]
    directory = a_directory(
        stakeholder_groups={
            "all": {"members": members},
            "checkout": {"members": members, "services": ["checkout"]},
            "other": {"members": members, "services": []},
        }
    )
    assert [interest.group for interest in interests(directory, "checkout")] == ["all", "checkout"]


lives = st.lists(
    st.tuples(st.integers(1, 1800), st.sampled_from(["ack", "resolve", "post", "P1", "P2", "P4"])),
    max_size=6,
    unique_by=lambda event: event[0],
)
askings = st.lists(
    st.tuples(
        st.lists(st.sampled_from(ALL), min_size=1, unique=True),
        st.sampled_from([0, 0, 7, 100, 300, 900]),
        st.sampled_from(["P1", "P2", "P5"]),
    ),
    min_size=1,
    max_size=3,
)
beginnings = st.sampled_from(
    [{}, {}, {"action": "suppress"}, {"held": 333.0}, {"settle": "4m", "urgency": "low"}, {"acknowledge_timeout": "5m"}]
)


@settings(max_examples=150, deadline=None)
@given(lives, askings, beginnings, st.sampled_from(["P1", "P2", "P4"]), st.booleans(), st.booleans())
def test_every_group_hears_what_a_second_reading_of_the_contract_says(
    life: list[tuple[int, str]],
    groups: list[tuple[list[str], int, str]],
    begins: dict[str, Any],
    first: str,
    reloads: bool,
    slow: bool,
) -> None:
    deeds: dict[str, Event] = {"ack": ack, "resolve": resolve, "post": post}
    deeds |= {p: priority(p, "high") for p in ("P1", "P2", "P4")}
    asked = [group(*moments, after=wait, min_priority=p, name=f"g{n}") for n, (moments, wait, p) in enumerate(groups)]
    w = a_world(*asked, priority=first, reloads=reloads, takes=3.5 if slow else 0.0, **begins)
    posted = [second + 0.25 for second, what in sorted(life) if what == "post"]
    w.run(3000, [(second + 0.25, deeds[what]) for second, what in life])
    at_once = not begins.keys() & {"action", "held", "settle"}
    last = w.trace[-1][0]
    for number, (moments, wait, min_priority) in enumerate(groups):
        wanted = Asked(frozenset(moments), min_priority, wait, at_once)
        told = hears(wanted, w.trace, [second for second in posted if second <= last])
        assert heard(w, f"g{number}") == told


def test_an_outbreak_that_maintenance_holds_is_told_when_it_climbs() -> None:
    def in_maintenance(w: World) -> None:
        w.trigger(held_until=w.now + timedelta(seconds=1000))

    w = a_world(group("triggered", "resolved"), takes=5.0).run(3000, [(100, resolve), (102, in_maintenance)])
    assert w.trace[-1][1] == "exhausted"
    assert heard(w) == [(0, "triggered"), (100, "resolved"), (1102, "triggered")]
