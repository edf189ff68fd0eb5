"""How much one integration key may send: a source run wild is shed, and cannot keep the others' alerts out."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

import structlog
from fastapi import Request
from prometheus_client import Counter

from api.errors import Declined
from roust.domain.watch import Sighting, Trouble

log = structlog.get_logger()

TOLD_FOR = timedelta(minutes=1)
"""So long after the last shed request it is a trouble that the watchdog sees."""

SHED = Counter("roust_shed_requests", "Requests of sources beyond their limit, answered 503.", ["service"])


class IntakeLimit:
    """`per_minute` requests of each service's keys, in this process; a minute's worth may come at once.

    0: no limit. A request counts once, however many alerts it holds.
    """

    def __init__(
        self,
        per_minute: Callable[[], int],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_minute = per_minute
        self._now = now
        self._full_until: dict[str, float] = {}
        self._shed: dict[str, float] = {}

    def wait(self, service: str) -> float:
        """Seconds until a request of `service` may come; 0: it may, and is counted."""
        per_minute = self._per_minute()
        if per_minute == 0:
            return 0.0
        # The bucket as one number: when it will be empty again. Each request fills it by its share of a minute.
        now, share = self._now(), 60.0 / per_minute
        full_until = max(self._full_until.get(service, now), now) + share
        late = full_until - now - 60.0
        if late > 1e-6:
            self._shed[service] = now
            SHED.labels(service).inc()
            return late
        self._full_until[service] = full_until
        return 0.0

    def sightings(self, at: datetime) -> list[Sighting]:
        """Services that were shed in the last minute."""
        now = self._now()
        ago = {service: timedelta(seconds=now - when) for service, when in self._shed.items()}
        recent = [(service, since) for service, since in ago.items() if since < TOLD_FOR]
        return [Sighting(Trouble.SHED, f"service {service}", at - since) for service, since in recent]


def admit(request: Request, service: str) -> str:
    """`service`, whose key let the request in; 503 with Retry-After while its limit is used up.

    503, since Alertmanager never sends again what was answered 429.
    """
    limit: IntakeLimit = request.app.state.intake_limit
    wait = limit.wait(service)
    if wait > 0:
        raise Declined(
            503,
            "too_many",
            f"service {service} sends more than requests_per_minute allows; nothing was recorded, send it again",
            headers={"Retry-After": str(max(1, ceil(wait)))},
        )
    return service
