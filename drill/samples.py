"""What the processes of a house hold while it stands: memory, file descriptors, threads, and the size of the store."""

import asyncio
import csv
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import psutil

from drill.house import House

WARM_UP = 60.0
"""Seconds of a process's life that are not compared: it loads, and fills its caches."""


@dataclass(frozen=True)
class Sample:
    """`rss` and `store` in MiB; `at` in seconds of the epoch."""

    at: float
    role: str
    pid: int
    rss: float
    fds: int
    threads: int
    store: float


def of(role: str, pid: int, store: float = 0.0) -> Sample:
    """What it holds now. Raises psutil.Error when it is gone."""
    process = psutil.Process(pid)
    with process.oneshot():
        rss = process.memory_info().rss / 2**20
        return Sample(time.time(), role, pid, rss, process.num_fds(), process.num_threads(), store)


async def sample(house: House, every: float, file: Path) -> None:
    """One line of CSV per process each `every` seconds, until cancelled. Nothing of it is kept in memory."""
    with file.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(field.name for field in fields(Sample))
        while True:
            store = sum(part.stat().st_size for part in house.state.glob("*.db*")) / 2**20
            kept = {"API": house.api.pid, "worker 1": house.workers[0].pid, "worker 2": house.workers[1].pid}
            for role, pid in {"server": house.server.pid, **kept}.items():
                # It may have been killed just now.
                with suppress(psutil.Error):
                    if pid is not None:
                        lines.writerow(astuple(of(role, pid, store)))
            out.flush()
            await asyncio.sleep(every)


def read(file: Path) -> list[Sample]:
    """The samples of a file, in order."""
    with file.open(newline="") as lines:
        return [
            Sample(float(at), role, int(pid), float(rss), int(fds), int(threads), float(store))
            for at, role, pid, rss, fds, threads, store in list(csv.reader(lines))[1:]
        ]


def table(samples: list[Sample], warm_up: float = WARM_UP) -> Iterator[str]:
    """In Markdown: the longest life of each role, after its warm-up and at its end."""
    yield "| process | lives | longest | MiB | growth | file descriptors | threads |"
    yield "|---|---|---|---|---|---|---|"
    for role in dict.fromkeys(one.role for one in samples):
        lives: dict[int, list[Sample]] = {}
        for one in samples:
            if one.role == role:
                lives.setdefault(one.pid, []).append(one)
        life = max(lives.values(), key=len)
        later = [one for one in life if one.at - life[0].at >= warm_up] or life[-1:]
        a, b = later[0], later[-1]
        growth = f"{100 * (b.rss / a.rss - 1):+.1f} %"
        minutes = (b.at - life[0].at) / 60
        yield (
            f"| {role} | {len(lives)} | {minutes:.0f} min | {a.rss:.0f} to {b.rss:.0f} | {growth} "
            f"| {a.fds} to {b.fds} | {a.threads} to {b.threads} |"
        )
    if samples:
        yield ""
        yield f"The store: {samples[0].store:.1f} MiB at first, {samples[-1].store:.1f} MiB at the end."
