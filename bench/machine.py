"""What the figures of a run belong to, and a child process of a measurement."""

import asyncio
import os
import platform
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import psutil

from roust.runtime.embedded import temporal_program

ROOT = Path(__file__).parents[1]


def size(name: str, standard: float) -> int:
    """How many, from the environment."""
    return int(os.environ.get(name) or standard)


@cache
def temporal_version() -> str:
    import subprocess

    said = subprocess.run([temporal_program(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.strip().replace("temporal version ", "Temporal CLI ")


def machine() -> str:
    """Date, cores, load and versions."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores ({platform.machine()}), "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, temporalio {version('temporalio')}, "
        f"{temporal_version()}"
    )


def cpu(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def memory(process: psutil.Process) -> float:
    """KiB that it has in memory now."""
    return float(process.memory_info().rss) / 1024


@asynccontextmanager
async def child(module: str, *words: str) -> AsyncIterator[tuple[psutil.Process, str]]:
    """`python -m module …`, and the first line that it says, which is that it is ready."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *words, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            said = (await process.stdout.readline()).decode().strip()
        if not said:
            raise SystemExit(f"{module} {' '.join(words)} ended before it was ready")
        yield psutil.Process(process.pid), said
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
