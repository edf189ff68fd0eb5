"""A process of Roust: what ends it, and what it says last."""

import asyncio
import logging
import os
import signal
from collections.abc import Iterator

import pytest
import structlog
import typer

from roust.cli.demo.company import Company
from roust.cli.demo.inbox import Inbox, Mail
from roust.cli.demo.screen import Screen
from roust.cli.demo.story import DidNotHappen, Story, Told
from roust.cli.process import run
from roust.cli.rooms import NoRooms, room
from roust.domain.errors import RoustError
from roust.runtime.settings import Settings
from tests.builders import NOON


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A process sets up its logs; this one goes on."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


QUIET = Settings(log_level="error", log_format="json")


def test_what_roust_understands_is_one_sentence_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    async def main(stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup():
            raise RoustError("the state is in use")

    with pytest.raises(typer.Exit) as ended:
        run(QUIET, main)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "roust: the state is in use\n"


def test_what_roust_does_not_understand_is_not_hidden() -> None:
    async def main(stop: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(QUIET, main)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_lets_it_finish(number: signal.Signals) -> None:
    finished: list[str] = []

    async def main(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), number)
        await stop.wait()
        finished.append("what was in hand")

    run(QUIET, main)
    assert finished == ["what was in hand"]


def test_a_second_signal_cuts_it_off() -> None:
    async def main(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    with pytest.raises(typer.Exit) as ended:
        run(QUIET, main)
    assert ended.value.exit_code == 130


def test_where_only_the_wheel_is_installed_a_sentence_says_where_the_rooms_are() -> None:
    with pytest.raises(NoRooms, match="checkout or the image"):
        room("no_such_room.main")


def test_the_demo_does_not_call_it_a_success_when_a_page_is_missing_or_too_many() -> None:
    inbox = Inbox()
    story = Story(Company("http://127.0.0.1:1", 25), inbox, Screen(), http=None)  # type: ignore[arg-type]
    alert = Told("checkout-1", "checkout", NOON)
    with pytest.raises(DidNotHappen, match="should have been"):
        story.must(alert, ["ada"], [], [])
    inbox.mails.append(Mail("checkout-1", "ada", "[P1] checkout: down", None))
    story.must(alert, ["ada"], [], [])
    inbox.mails.append(Mail("checkout-1", "grace", "[P1] checkout: down", None))
    with pytest.raises(DidNotHappen, match="grace"):
        story.must(alert, ["ada"], [], [])
