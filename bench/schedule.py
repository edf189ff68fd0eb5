"""How fast the resolver answers: `python -m bench.schedule`, near `start` and twenty years from it."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.figures import head, say, table
from bench.machine import size
from roust.domain.schedule import Override, Schedule, on_call, shifts

NEAR, FAR = datetime(2026, 1, 5, tzinfo=UTC), datetime(2046, 1, 5, tzinfo=UTC)
YEAR = timedelta(days=365)
ASKED, ROUNDS = 500, size("SCHEDULE_ROUNDS", 30)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def three_layers() -> Schedule:
    """A weekly rotation, a daily one by office hours above it, and nights in turns of twelve hours."""
    people = ["ada", "ben", "cho", "dov", "eve", "fay"]
    hours = [{"days": WEEKDAYS, "from": "09:00", "to": "17:00"}]
    nights = [{"days": [*WEEKDAYS, "sat", "sun"], "from": "22:00", "to": "06:00"}]
    layers: list[dict[str, Any]] = [
        {"name": "weekly", "users": people, "every": "1w", "level": 0},
        {"name": "office", "users": people[::-1], "every": "1d", "level": 1, "hours": hours},
        {"name": "nights", "users": people[::2], "every": "12h", "level": 1, "hours": nights},
    ]
    begun = [layer | {"start": "2026-01-05T09:00"} for layer in layers]
    return Schedule.model_validate({"time_zone": "Europe/Berlin", "layers": begun})


def twenty_overrides(start: datetime) -> list[Override]:
    """One every eighteen days: covers, replacements, additions and removals in turn."""
    kinds = [("cover", None), ("replace", "ada"), ("add", None), ("remove", None)]
    found = []
    for place in range(20):
        kind, replaces = kinds[place % 4]
        begins = start + timedelta(days=18 * place, hours=7)
        span = {"from": begins, "to": begins + timedelta(days=2)}
        found.append(Override.model_validate({"kind": kind, "user": "cho", "replaces": replaces} | span))
    return found


def compared(asks: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Microseconds of processor time that one of each of `asks` takes: the best of many rounds, taken in turn.

    In turn and by processor time, so that whatever else this machine does touches them alike.
    """
    best = [float("inf")] * len(asks)
    for _ in range(ROUNDS):
        for place, ask in enumerate(asks):
            begun = time.process_time()
            for _ in range(times):
                ask()
            best[place] = min(best[place], (time.process_time() - begun) / times * 1e6)
    return best


async def alone() -> None:
    """Print what an answer costs near `start` and twenty years on, and the ratio."""
    head("The schedule resolver", "make bench ONLY=schedule")
    dice = random.Random(26)
    near, far = three_layers(), three_layers()
    planned = {start: twenty_overrides(start) for start in (NEAR, FAR)}
    instants = [iter([start + dice.random() * YEAR for _ in range(ASKED * ROUNDS)]) for start in (NEAR, FAR)]
    one = compared(
        [
            lambda: on_call(near, next(instants[0]), planned[NEAR]),
            lambda: on_call(far, next(instants[1]), planned[FAR]),
        ],
        ASKED,
    )
    year = compared(
        [
            lambda: shifts(near, NEAR, NEAR + YEAR, planned[NEAR]),
            lambda: shifts(far, FAR, FAR + YEAR, planned[FAR]),
        ],
        2,
    )
    found = len(shifts(near, NEAR, NEAR + YEAR, planned[NEAR]))
    table(
        ["", "near start", "20 years on", "far / near"],
        [
            [what, f"{a / scale:.1f} {unit}", f"{b / scale:.1f} {unit}", f"{b / a:.2f}"]
            for what, unit, scale, (a, b) in (
                ("who is on call at one instant", "µs", 1, one),
                ("the shifts of one year", "ms", 1000, year),
            )
        ],
    )
    say(f"3 layers, 20 overrides, {found} shifts in the year. The best of {ROUNDS} rounds.")


if __name__ == "__main__":
    asyncio.run(alone())
