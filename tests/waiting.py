"""Waiting for what must come true, never for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def until(true: Callable[[], Any], within: float = 20.0, every: float = 0.02) -> Any:
    """What `true` gives, as soon as it is true; a TimeoutError after `within` seconds."""
    async with asyncio.timeout(within):
        while True:
            found = true()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(every)
