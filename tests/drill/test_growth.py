"""What grows on is called a leak, and what only fills or swings is none."""

import random
from collections.abc import Callable

import pytest

from drill.growth import leaks
from drill.samples import Sample


def a_life(
    rss: Callable[[int], float] = lambda n: 125.0,
    fds: Callable[[int], int] = lambda n: 30,
    threads: Callable[[int], int] = lambda n: 7,
    role: str = "API",
    length: int = 300,
) -> list[Sample]:
    """One process, a sample each 5 s."""
    return [Sample(5.0 * n, role, 7, rss(n), fds(n), threads(n), 0.0) for n in range(length)]


DICE = random.Random(7)
STEADY = {
    "flat": a_life(),
    "caches that fill": a_life(rss=lambda n: 120 + min(n, 100) * 0.5),
    "a swing of the collector": a_life(rss=lambda n: 125 + DICE.uniform(0, 20)),
    "connections that come and go": a_life(fds=lambda n: 30 + DICE.randrange(16)),
    "a worker that keeps alerts at hand": a_life(rss=lambda n: 120 + 0.2 * n, role="worker 1"),
    "a life too short to tell": a_life(rss=lambda n: 120 + 20 * n, length=7),
}
LEAKS = {
    "memory": a_life(rss=lambda n: 120 + 0.15 * n),
    "memory, beneath a swing": a_life(rss=lambda n: 120 + 0.2 * n + DICE.uniform(0, 15)),
    "memory, after a long rest": a_life(rss=lambda n: 120 + max(0, n - 200) * 0.5),
    "file descriptors": a_life(fds=lambda n: 30 + n // 5),
    "threads": a_life(threads=lambda n: 7 + n // 6),
    "file descriptors of a worker": a_life(fds=lambda n: 30 + n // 5, role="worker 1"),
    "memory, in ten parts of many requests": a_life(rss=lambda n: 120 + 4.0 * n, length=10),
}


@pytest.mark.parametrize("name", STEADY)
def test_what_only_fills_or_swings_is_no_leak(name: str) -> None:
    assert leaks(STEADY[name]) == []


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_called_one(name: str) -> None:
    [said] = leaks(LEAKS[name])
    assert said.startswith(f"{LEAKS[name][0].role} grows: ")


def test_a_leak_is_found_in_the_one_life_that_has_it_and_not_where_lives_are_short() -> None:
    others = [Sample(one.at, "API", 8, one.rss, one.fds, one.threads, one.store) for one in a_life()]
    assert len(leaks([*others, *LEAKS["memory"]], seconds=1000.0)) == 1
    assert leaks(LEAKS["memory"], seconds=2000.0) == []
