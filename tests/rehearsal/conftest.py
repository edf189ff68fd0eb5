"""One stage for all: a small company, whose contacts need no provider."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio

from roust.domain.directory import Directory
from tests.builders import a_directory
from worker.rehearsal.outcome import pages
from worker.rehearsal.play import Played, play
from worker.rehearsal.script import Script
from worker.rehearsal.stage import Stage, stage

AT = "2026-03-02T12:00:00Z"
"""A Monday."""

Play = Callable[..., Awaitable[Played]]
Shown = list[tuple[int, str, str]]


def the_company() -> Directory:
    """Ada by push and, two minutes later, mail; Ben and Margaret by mail."""
    mail = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in ("ben", "margaret")}
    ada = {
        "time_zone": "Europe/London",
        # No channel of ours serves this kind yet, and none is configured.
        "contacts": {"push": {"ntfy": "https://ntfy.example.com/ada"}, "mail": {"email": "ada@example.com"}},
        "notification_rules": {
            "high": [{"contacts": ["push"]}, {"after": "2m", "contacts": ["mail"]}],
            "low": [{"contacts": ["mail"]}],
        },
    }
    first_ada_then_ben = [{"notify": [{"user": "ada"}], "wait": "5m"}, {"notify": [{"user": "ben"}], "wait": "10m"}]
    return a_directory(
        users={"ada": ada, **mail},
        schedules={
            # Berlin's clocks jump from 02:00 to 03:00 on 2026-03-29: the hand-over happens at the jump. On 2026-10-25
            # they show 02:30 twice: it happens the first time.
            "nights": {
                "time_zone": "Europe/Berlin",
                "layers": [{"users": ["ben", "margaret"], "every": "1d", "start": "2026-03-28T02:30"}],
                "overrides": [
                    {"kind": "cover", "user": "ada", "from": "2026-04-01T00:00", "to": "2026-04-02T00:00"},
                ],
            }
        },
        escalation_policies={
            "payments": {"steps": first_ada_then_ben, "repeats": 1, "acknowledge_timeout": "30m"},
            "nights": {"steps": [{"notify": [{"schedule": "nights"}], "wait": "5m"}]},
            "twice": {"steps": [{"notify": [{"schedule": "nights"}], "wait": "5m"}], "repeats": 1},
        },
        services={
            "checkout": {"escalation_policy": "payments"},
            "nights": {"escalation_policy": "nights"},
            "backup": {"escalation_policy": "twice"},
            "search": {"escalation_policy": "nights", "page_when": ['slo=~".+"']},
        },
        routes=[{"match": ['severity="debug"'], "action": "drop"}],
    )


def a_script(**parts: Any) -> Script:
    """Checkout is down, P1, for an hour; overridden by `parts`."""
    alert = {"service": "checkout", "summary": "checkout is down", "priority": "P1"} | parts.pop("alert", {})
    return Script.model_validate({"alert": alert, "at": AT, "for": "1h"} | parts)


def paged(played: Played) -> Shown:
    """(seconds, user, contact) of every page, in order."""
    return [(page.after, page.user, page.contact) for page in pages(played)]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_stage() -> AsyncIterator[Stage]:
    async with stage(the_company()) as on:
        yield on


@pytest_asyncio.fixture(loop_scope="session")
async def played(on_stage: Stage) -> Play:
    """`await played(parts of the script…)`"""

    async def one(**parts: Any) -> Played:
        return await play(a_script(**parts), on_stage)

    return one
