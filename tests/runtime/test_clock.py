"""Temporal's clock, carried on by a clock that nobody sets: what this machine's own says counts for nothing."""

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from roust.runtime.clock import DIFFERS, Clock
from tests.builders import NOON

HOUR = timedelta(hours=1)


class Machine:
    """A machine whose clock can be set, and one of its clocks cannot."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 1000.0
        self.clock = Clock(lambda: self.wall, lambda: self.passed)

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds


def test_while_nothing_was_heard_the_hour_is_this_machines() -> None:
    machine = Machine()
    assert (machine.clock.now(), machine.clock.ahead) == (NOON, timedelta(0))


def test_the_hour_is_temporals_and_goes_on_by_itself() -> None:
    machine = Machine()
    machine.clock.hear(NOON - HOUR, machine.passed)
    assert (machine.clock.now(), machine.clock.ahead) == (NOON - HOUR, HOUR)
    machine.passes(90)
    assert machine.clock.now() == NOON - HOUR + timedelta(seconds=90)


def test_a_clock_that_is_set_changes_nothing() -> None:
    machine = Machine()
    machine.clock.hear(NOON, machine.passed)
    for wall in (NOON + HOUR, NOON - HOUR):
        machine.wall = wall
        assert (machine.clock.now(), machine.clock.ahead) == (NOON, wall - NOON)


def test_clocks_that_differ_by_less_than_it_takes_to_ask_are_the_same() -> None:
    machine = Machine()
    machine.clock.hear(NOON + timedelta(seconds=0.9), machine.passed)
    assert (machine.clock.now(), machine.clock.ahead) == (NOON, timedelta(0))


def test_a_clock_that_differs_is_said_once_and_that_it_is_right_again_too() -> None:
    machine = Machine()
    with capture_logs() as said:
        for at in (NOON, NOON - HOUR, NOON - HOUR - DIFFERS, NOON, NOON):
            machine.clock.hear(at, machine.passed)
    assert [(one["log_level"], one["ahead"]) for one in said] == [("warning", 3600.0), ("info", 0.0)]


def test_this_process_has_one_that_goes() -> None:
    began = datetime.now(UTC)
    assert began <= Clock().now() <= datetime.now(UTC)
