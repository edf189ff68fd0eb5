"""Waiting for sends while Temporal is told that we live."""

import asyncio
from collections.abc import Callable, Sequence

_BEAT = 2.0


async def beating(tasks: Sequence[asyncio.Task[None]], beat: Callable[[], None]) -> None:
    """Until `tasks` are done; each failing one raises. They end with the caller."""
    running: set[asyncio.Task[None]] = set(tasks)
    try:
        while running:
            done, running = await asyncio.wait(running, timeout=_BEAT)
            beat()
            for task in done:
                task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
