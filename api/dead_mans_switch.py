"""The dead man's switch: somebody outside is told that all is well, and raises the alarm when they are not."""

import asyncio
import ssl
from collections.abc import Callable

import httpcore2
import httpx2
import structlog
from prometheus_client import Counter

from activities.channels.channel import TryAgain
from activities.channels.guard import Guard, GuardedTransport
from roust.domain.directory import Directory
from roust.domain.errors import Refused

log = structlog.get_logger()

EVERY = 60.0
PATIENCE = 10.0

_FAILURES = (
    Refused,
    TryAgain,
    OSError,
    ValueError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
)

PINGS = Counter("roust_dead_mans_switch_pings", "Pings that all is well, by result.", ["result"])


class DeadMansSwitch:
    """GETs `dead_mans_switch` each minute while `all_is_well`; under the guard that webhooks have.

    A ping that fails is logged, counted, and made again in the next minute. The URL is a secret: it is in
    no log.
    """

    def __init__(
        self,
        directory: Callable[[], Directory],
        all_is_well: Callable[[], bool],
        *,
        every: float = EVERY,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._directory = directory
        self._all_is_well = all_is_well
        self._every = every
        self._verify = verify or httpx2.create_ssl_context(trust_env=False)

    async def run(self) -> None:
        """Ping until cancelled."""
        while True:
            await self.ping()
            await asyncio.sleep(self._every)

    async def ping(self) -> bool:
        """Whether a ping was made and taken."""
        directory = self._directory()
        url = directory.dead_mans_switch
        if url is None or not self._all_is_well():
            return False
        allow = directory.channels.webhook.allow if directory.channels.webhook else []
        try:
            async with (
                asyncio.timeout(PATIENCE),
                httpx2.AsyncClient(
                    transport=GuardedTransport(Guard(allow), self._verify), trust_env=False, follow_redirects=False
                ) as client,
                # Its status says it all.
                client.stream("GET", url.get_secret_value(), headers={"user-agent": "roust"}) as answer,
            ):
                pass
            result = "taken" if answer.is_success else f"HTTP {answer.status_code}"
        except _FAILURES as error:
            result = type(error).__name__
        taken = result == "taken"
        PINGS.labels("taken" if taken else "failed").inc()
        if not taken:
            log.warning("the dead man's switch could not be told that all is well", result=result)
        return taken
