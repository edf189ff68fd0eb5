"""The second press of one that was doubted: read by whichever API host, whatever its own clock says."""

from datetime import timedelta

import pytest

from api.press import CONFIRM_AFTER, CONFIRM_SECONDS, Button, Confirmations
from roust.runtime.clock import Clock
from tests.builders import NOON

KEYS = ["a-key-for-tests-only"]
HOUR = timedelta(hours=1)


def a_host(ahead: timedelta, later: float = 0.0) -> Confirmations:
    """An API host that has heard Temporal's hour, `later` seconds after noon; its own clock is so far ahead."""
    at = NOON + timedelta(seconds=later)
    clock = Clock(lambda: at + ahead, lambda: 0.0)
    clock.hear(at, 0.0)
    return Confirmations(KEYS, lambda: clock.now().timestamp())


def presses_again(after: float, made_on: timedelta = timedelta(0), read_on: timedelta = timedelta(0)) -> bool:
    mark = a_host(made_on).make("token", Button.ACKNOWLEDGE)
    return a_host(read_on, after).holds(mark, "token", Button.ACKNOWLEDGE)


@pytest.mark.parametrize("made_on", [-HOUR, timedelta(0), HOUR])
@pytest.mark.parametrize("read_on", [-HOUR, timedelta(0), HOUR])
def test_hosts_whose_clocks_differ_take_each_others_marks(made_on: timedelta, read_on: timedelta) -> None:
    assert presses_again(CONFIRM_AFTER + 0.5, made_on, read_on)
    assert presses_again(CONFIRM_SECONDS - 1, made_on, read_on)


@pytest.mark.parametrize("made_on", [-HOUR, timedelta(0), HOUR])
@pytest.mark.parametrize("read_on", [-HOUR, timedelta(0), HOUR])
def test_clocks_that_differ_make_no_script_a_reader_and_no_mark_eternal(made_on: timedelta, read_on: timedelta) -> None:
    assert not presses_again(0.0, made_on, read_on)
    assert not presses_again(CONFIRM_SECONDS + 1, made_on, read_on)
