"""What a process hears of Temporal's clock as it shows itself: only of the showing that is under way."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse
from temporalio.client import Client

from roust.runtime.attendance import WORKER, attend
from roust.runtime.clock import Clock
from tests.builders import NOON

EARLIER, LATE, LATER = (NOON + timedelta(seconds=seconds) for seconds in (-10, 10, 20))


class Temporal:
    """Lists whoever polls, as seen last at each of `at`, one look after another; polls never end by themselves."""

    def __init__(self, at: Iterator[datetime]) -> None:
        self.workflow_service = self
        self.namespace = "default"
        self._at = at
        self._identity = ""

    async def poll_activity_task_queue(self, request: Any, **_: Any) -> None:
        self._identity = request.identity
        await asyncio.Event().wait()

    async def describe_task_queue(self, request: Any) -> DescribeTaskQueueResponse:
        await asyncio.sleep(0)
        poller = PollerInfo(identity=self._identity)
        poller.last_access_time.FromDatetime(next(self._at))
        return DescribeTaskQueueResponse(pollers=[poller])


class Heard(Clock):
    """Remembers what it heard; `all_` is set when that is two words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[datetime] = []
        self.all_ = asyncio.Event()

    def hear(self, at: datetime, when: float) -> None:
        self.words.append(at)
        if len(self.words) == 2:
            self.all_.set()


async def test_what_temporal_lists_of_the_showing_before_is_not_taken_for_its_hour_now() -> None:
    # The showing at LATE was heard of only when the next one began.
    temporal, clock = Temporal(iter([EARLIER, NOON, LATE, LATE, LATER])), Heard()
    showing = asyncio.create_task(attend(cast(Client, temporal), WORKER, lambda: "digest", every=0.2, clock=clock))
    async with asyncio.timeout(10):
        await clock.all_.wait()
    showing.cancel()
    assert clock.words == [NOON, LATER]
