"""Where worker and API spend their time: `make profile`, cProfile in each of their threads while alerts live.

The profiler makes small calls dearer than they are: read what is large and how it changes, and ask `bench.cost`
what it is worth. What waits is left out; so is Temporal's core, which is no Python.
"""

import asyncio
import cProfile
import importlib
import os
import pstats
import signal
import sys
import tempfile
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from bench.figures import head, progress, say, table
from bench.machine import ROOT, size
from bench.side import house, many

ALERTS, AT_ONCE, SHOWN = size("ALERTS", 300), size("AT_ONCE", 2), size("SHOWN", 15)
WAITS = ("'poll' of 'select.epoll'", "'acquire' of '_thread.lock'", "'get' of '_queue.SimpleQueue'")

Function: TypeAlias = tuple[str, int, str]
"""File, line and name, as `pstats` has them."""
Stats: TypeAlias = dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]


def watch(path: str, module: str, *words: str) -> None:
    """Run `module`'s main until it is told to end, and leave what each thread did under `path`."""
    main: Callable[..., Any] = importlib.import_module(module).main
    profiles: list[cProfile.Profile] = []

    def begin(*_: object) -> None:
        profiles.append(cProfile.Profile())
        profiles[-1].enable()

    def end(number: int, frame: FrameType | None) -> None:
        for place, one in enumerate(profiles):
            one.dump_stats(f"{path}.{place}")
        # At once: a worker of itself would wait for its polls.
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    threading.setprofile(begin)
    begin()
    asyncio.run(main(*words))


def spent(folder: Path, name: str) -> Stats:
    """What the threads of `name` did together."""
    first, *others = sorted(map(str, folder.glob(f"{name}.*")))
    with_waits: Stats = pstats.Stats(first, *others).stats  # type: ignore[attr-defined]
    return {one: figures for one, figures in with_waits.items() if not any(wait in one[2] for wait in WAITS)}


def whose(function: Function) -> str:
    """Who wrote it: ours, a package, the standard library; nobody, of what is built in."""
    file = function[0]
    if file == "~" or file.startswith("<"):
        return ""
    if "site-packages/" in file:
        return file.rpartition("site-packages/")[2].partition("/")[0].removesuffix(".py")
    if file.startswith(str(ROOT)):
        return "measurement" if Path(file).is_relative_to(ROOT / "bench") else "ours"
    return "asyncio" if "/asyncio/" in file else "standard library"


def groups(stats: Stats) -> dict[str, float]:
    """Seconds by who wrote it; what is built in belongs to who called it."""
    found: dict[str, float] = defaultdict(float)
    for function, (_, _, own, _, callers) in stats.items():
        if whose(function):
            found[whose(function)] += own
        else:
            for caller, (_, _, part, _) in callers.items():
                found[whose(caller) or "built in"] += part
    return found


def named(function: Function) -> str:
    file, line, name = function
    return f"`{name}`" if file == "~" else f"`{'/'.join(Path(file).parts[-2:])}:{line}` `{name}`"


def most(title: str, stats: Stats, order: Callable[[Function], float], only: Callable[[Function], bool]) -> None:
    """The functions that cost most."""
    table(
        [title, "calls per alert", "own, ms per alert", "with what it calls"],
        [
            [named(one), *(f"{figure / ALERTS:.2f}" for figure in (calls, own * 1000, whole * 1000))]
            for one in sorted(filter(only, stats), key=order, reverse=True)[:SHOWN]
            for _, calls, own, whole, _ in [stats[one]]
        ],
    )


def report(part: str, stats: dict[str, Stats]) -> None:
    """Who takes how much on each side; then the functions of Roust's side."""
    by = {side: groups(one) for side, one in stats.items()}
    names = sorted(set().union(*by.values()), key=lambda name: -by["ours"].get(name, 0))
    rows = [[name, *(f"{one.get(name, 0) / ALERTS * 1000:.2f}" for one in by.values())] for name in names]
    rows.append(["all", *(f"{sum(one.values()) / ALERTS * 1000:.2f}" for one in by.values())])
    table([f"{part}, ms per alert", *("Roust" if side == "ours" else side for side in by)], rows)
    ours = stats["ours"]
    most(f"{part}, own time", ours, lambda one: ours[one][2], lambda one: True)
    most(f"{part}, our code with what it calls", ours, lambda one: ours[one][3], lambda one: whose(one) == "ours")


async def main() -> None:
    head("Where the time goes", f"ALERTS={ALERTS} AT_ONCE={AT_ONCE} make profile")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with house(folder, through=(__spec__.name, name)) as it:
            for side in it.sides:
                progress(f"{ALERTS} lives, {side.name}")
                await many([uuid.uuid4().hex for _ in range(ALERTS)], side.life, AT_ONCE)
        for part, module in (("worker", "bench.worker"), ("API", "bench.front")):
            report(part, {side: spent(folder, f"{module}-{side}") for side in ("ours", "bare")})
    say(f"N = {ALERTS} alerts on each side, {AT_ONCE} at once, with all that the processes did from their start.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        folder, module, kind, *rest = sys.argv[1:]
        watch(f"{folder}/{module}-{kind}", module, kind, *rest)
    else:
        asyncio.run(main())
