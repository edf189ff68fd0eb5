"""A crowd at the door: more connections than this process has file descriptors for."""

import asyncio
import time
from typing import Any

import structlog

log = structlog.get_logger()

WAITING = 1024
"""Connections that the system keeps for us until they are taken."""
AT_A_TIME = 16
"""Connections taken in one turn. Where none can be taken, asyncio tries, and complains, so often each second."""
SAY_EVERY = 10.0

_NONE_LEFT = "socket.accept() out of system resource"


class Crowded:
    """The event loop's exception handler: says at most every 10 s that connections wait, and the rest as ever."""

    def __init__(self) -> None:
        self._said = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        message = str(context.get("message"))
        if message == _NONE_LEFT:
            if time.monotonic() - self._said >= SAY_EVERY:
                self._said = time.monotonic()
                log.error("no file descriptors left: connections wait", why=str(context.get("exception")))
        # What was to try again once the door is shut for good.
        elif "_start_serving" not in message:
            loop.default_exception_handler(context)
