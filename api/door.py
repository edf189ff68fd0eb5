"""The door to Temporal: one call through it, bounded in time, with its failures told in our words."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.service import RPCError, RPCStatusCode

from api.gateway import Unavailable
from roust.runtime.encryption import UnreadablePayload

log = structlog.get_logger()

RPC_TIMEOUT = timedelta(seconds=5)
"""One attempt; the client tries again by itself."""
PATIENCE = 6.0
"""Seconds for one call, the client's own attempts included: an alert source waits some ten seconds."""

T = TypeVar("T")


class NotThere(Exception):
    """Temporal knows no such workflow, or it has ended: an answer, not a failure."""


async def asked(call: Awaitable[T]) -> T:
    """The answer of one call to Temporal. Raises NotThere; Unavailable for all that is no answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await call
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotThere(error.message) from error
        raise Unavailable(f"Temporal did not accept ({error.status.name.lower()}); try again") from error
    except UnreadablePayload as error:
        log.error("what Temporal keeps cannot be read here", why=str(error))
        raise Unavailable(str(error)) from error
    except TimeoutError as error:
        raise Unavailable("Temporal did not answer in time; try again") from error
    except (RuntimeError, OSError) as error:
        # What a client that never could connect raises in place of an RPCError.
        raise Unavailable("Temporal cannot be reached; try again") from error
