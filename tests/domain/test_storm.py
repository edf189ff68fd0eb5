"""Merging in a storm: nothing is dropped, nothing goes twice, nothing waits for long, the first goes at once."""

from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from roust.domain.alert import Priority, Urgency
from roust.domain.decision import Send
from roust.domain.due import next_due
from roust.domain.landing import land
from roust.domain.notification import Outcome, PageResult, Planned, Resolved, Result
from roust.domain.storm import LONGEST, QUIET, Storm, Waiting
from tests.fakes.world import World, step


def a_message(alert: str, priority: str = "P2", urgency: str = "high", key: str = "") -> Waiting:
    return Waiting(key or f"{alert}/1", alert, Urgency(urgency), Priority(priority))


def told(storm: Storm, message: Waiting, now: float) -> list[str]:
    """What goes out at once when `message` joins at `now`."""
    storm.join(message, now)
    return [taken.key for taken in storm.take(now)]


def after_the_first(**parts: str) -> Storm:
    """A storm whose first page, of alert a, went out at 0."""
    storm = Storm()
    assert told(storm, a_message("a", **parts), 0.0) == ["a/1"]
    return storm


def test_the_first_goes_at_once_and_the_next_go_together() -> None:
    storm = after_the_first()
    assert told(storm, a_message("b"), 0.1) == []
    assert told(storm, a_message("c"), 0.9) == []
    assert storm.due == pytest.approx(1.1)
    assert [message.alert for message in storm.take(1.1)] == ["b", "c"]
    assert storm.due is None
    assert storm.take(9.0) == []


def test_what_is_worse_than_all_before_it_takes_the_waiting_along_at_once() -> None:
    storm = after_the_first()
    told(storm, a_message("b"), 0.1)
    assert told(storm, a_message("c", priority="P1"), 0.2) == ["b/1", "c/1"]
    assert told(storm, a_message("d", priority="P1"), 0.3) == []


def test_a_page_of_high_urgency_does_not_wait_behind_low_ones() -> None:
    storm = after_the_first(priority="P1", urgency="low")
    told(storm, a_message("b", urgency="low"), 0.1)
    assert told(storm, a_message("c", priority="P3", urgency="high"), 0.2) == ["b/1", "c/1"]


def test_a_single_alert_never_waits_for_itself() -> None:
    storm = after_the_first()
    assert told(storm, a_message("a", key="a/2"), 1.0) == ["a/2"]
    assert told(storm, a_message("b"), 1.1) == []


def test_whoever_leaves_is_not_told_and_an_empty_batch_is_never_due() -> None:
    storm = after_the_first()
    b, c = a_message("b"), a_message("c")
    storm.join(b, 0.1)
    storm.join(c, 0.2)
    storm.leave(b)
    assert [message.alert for message in storm.take(2.0)] == ["c"]
    storm.join(d := a_message("d"), 2.1)
    storm.leave(d)
    assert storm.due is None


def test_the_window_grows_with_the_storm_and_never_beyond_the_longest() -> None:
    storm, now, windows = after_the_first(), 0.0, []
    for _ in range(40):
        for number in range(9):
            storm.join(a_message(f"{now}-{number}"), now)
        assert storm.due is not None
        windows.append(storm.due - now)
        now = storm.due
        assert len(storm.take(now)) == 9
    assert windows == sorted(windows)
    assert (windows[0], windows[-1]) == (1.0, LONGEST)


def test_after_a_quiet_time_the_next_is_a_first_again() -> None:
    storm = after_the_first()
    told(storm, a_message("b"), 0.1)
    assert len(storm.take(2.0)) == 1
    assert not storm.over(2.0 + QUIET)
    assert storm.over(2.1 + QUIET)
    assert told(storm, a_message("c", priority="P5"), 2.1 + QUIET) == ["c/1"]


def test_a_merged_page_is_named_in_the_timeline_of_each_of_its_alerts() -> None:
    world = World(steps=[step("ada")])
    send = next_due(world.story, world.now)
    assert isinstance(send, Send)
    planned = Planned(user="ada", contact="mail", rule="high1", due=world.now, cycle=1, pass_=1, step=1)
    sent = Outcome(planned=planned, result=Result.SENT, page="checkout/storm/0f", merged_with=13)
    land(world.story, send.flight, PageResult(resolved=[Resolved(user="ada", why="named")], outcomes=[sent]), world.now)
    entry = world.story.timeline.entries[-1]
    assert entry.text == "ada by mail: sent, merged with 13 others."
    assert entry.data == {"page": "checkout/storm/0f", "alerts": 14}


@dataclass
class Fate:
    """What became of one message."""

    message: Waiting
    joined: float
    at_once: bool
    told: list[float] = field(default_factory=list)
    left: bool = False


class Storms(RuleBasedStateMachine):
    """Messages come and leave, time passes; whoever drives the storm takes what is due when it is due."""

    @initialize()
    def begin(self) -> None:
        self.storm, self.now, self.fates = Storm(), 0.0, list[Fate]()

    def take(self) -> None:
        for message in self.storm.take(self.now):
            next(fate for fate in self.fates if fate.message is message).told.append(self.now)

    @rule(
        alert=st.integers(0, 30),
        priority=st.sampled_from(Priority),
        urgency=st.sampled_from(Urgency),
    )
    def join(self, alert: int, priority: Priority, urgency: Urgency) -> None:
        message = Waiting(f"{alert}/{len(self.fates)}", str(alert), urgency, priority)
        lately = [fate for fate in self.fates if fate.told and self.now - fate.told[-1] <= QUIET]
        worse = all(message.rank < fate.message.rank for fate in self.fates if fate.told)
        at_once = (not lately and not self.waiting()) or worse
        self.fates.append(Fate(message, self.now, at_once))
        self.storm.join(message, self.now)
        self.take()

    @rule(seconds=st.floats(0.05, 15.0))
    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self.storm.due is not None and self.storm.due <= end:
            self.now = max(self.now, self.storm.due)
            self.take()
        self.now = end

    @rule(pick=st.integers(0, 100))
    def leave(self, pick: int) -> None:
        if waiting := self.waiting():
            fate = waiting[pick % len(waiting)]
            self.storm.leave(fate.message)
            fate.left = True

    @rule()
    def hurry(self) -> None:
        self.storm.hurry(self.now)
        self.take()
        assert not self.waiting()

    def waiting(self) -> list[Fate]:
        return [fate for fate in self.fates if not fate.told and not fate.left]

    @invariant()
    def each_is_told_once_or_has_left(self) -> None:
        for fate in getattr(self, "fates", []):
            assert len(fate.told) <= 1
            assert not (fate.left and fate.told)
            if fate.at_once:
                assert fate.told == [fate.joined]
            if not fate.left:
                assert fate.told or self.now < fate.joined + LONGEST
                assert not fate.told or fate.told[0] <= fate.joined + LONGEST
        if getattr(self, "fates", []):
            assert (self.storm.due is None) == (not self.waiting())


TestStorms = Storms.TestCase
