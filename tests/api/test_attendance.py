"""What a process hears of Temporal as it shows itself."""

import uuid
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from roust.runtime.attendance import EVERY, POLL, PRESENT, attendance, hear
from roust.runtime.clock import Clock


async def test_temporals_hour_is_known_before_anything_is_done_by_it(client: Client) -> None:
    queue = f"attendance-{uuid.uuid4().hex[:8]}"
    clock = Clock(lambda: datetime.now(UTC) + timedelta(hours=1))
    await hear(client, queue=queue, clock=clock)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=2)
    assert await attendance(client, queue) == [], "whoever asks the hour is not at work yet"


def test_a_poll_that_nobody_waits_for_any_more_shows_nobody() -> None:
    """Temporal counts a poller as seen when its poll ends, though its network has gone long before."""
    assert EVERY < POLL.total_seconds() < PRESENT.total_seconds()
