"""What real processes answered in one test; judged as a drill is, while one of them still serves."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from drill.record import Accepted, Policy, Record, Word
from tests import witnesses
from tests.judged import ANSWERED, OPENED_AGAIN, hold

_accepted: dict[str, Accepted] = {}


def begin() -> None:
    """A test begins: nothing was answered yet."""
    _accepted.clear()


def triggered(alert: str, key: str, sent: float) -> None:
    """A trigger was accepted. The same key on an open alert: the same alert."""
    before = next((one for one in _accepted.values() if one.key == key and not one.words), None)
    if before is not None:
        before.ids.add(alert)
    elif alert not in _accepted:
        _accepted[alert] = Accepted(alert, key, sent, time.time(), {alert})


def said(verb: str, alert: str, sent: float, status: int, first: bool) -> None:
    """Ada's acknowledge or resolve was accepted."""
    if alert in _accepted:
        _accepted[alert].words.append(Word(verb, "ada", sent, time.time(), status, first))


async def judge(final: Callable[[str], Awaitable[dict[str, Any] | None]]) -> None:
    """Raises Broken. `final` says how an alert stands."""
    for one in _accepted.values():
        one.final = await final(one.id)
        timeline = (one.final or {}).get("timeline", ())
        one.reopened |= any(entry["kind"] in OPENED_AGAIN for entry in timeline)
    hold(Record(Policy([], 0, {}, []), [*_accepted.values()], witnesses.receipts()), ANSWERED)
