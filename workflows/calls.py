"""The one door to activities: each call with its timeouts and retries."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityCancellationType, ActivityHandle

from roust.domain.digest import DigestRequest
from roust.domain.notification import PageRequest, PageResult
from roust.domain.telling import NoticeRequest, NoticeResult
from workflows.messages import notices_queue
from workflows.precedence import precedence

PAGE, NOTICE, DIGEST = "page", "notice", "digest"
HEARTBEAT_MISSED, HEARTBEAT_BACK = "heartbeat_missed", "heartbeat_back"

_SOON: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
}
"""For what only Temporal must take: tried for ever."""


def page(request: PageRequest, summary: str) -> ActivityHandle[PageResult]:
    """Page whoever is due.

    Tried for ever: the activity reports what a provider does, so it fails only when its worker does;
    then a new attempt skips what the heartbeat says was sent. Called off, it reports what went out.
    """
    return workflow.start_activity(
        PAGE,
        request,
        result_type=PageResult,
        start_to_close_timeout=timedelta(seconds=30),
        heartbeat_timeout=timedelta(seconds=3),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        # Its own, not the start's: an alert may have become worse since. The service's fairness key is inherited.
        priority=Priority(priority_key=precedence(request.urgency, request.alert.priority, request.kind)),
        summary=summary,
    )


async def heartbeat_missed(silence: BaseModel, name: str) -> bool:
    """Start, or repeat, the alert of a heartbeat that stays away. False: the configuration does not know it."""
    told: bool = await workflow.execute_activity(
        HEARTBEAT_MISSED, silence, result_type=bool, summary=f"{name} stays away", **_SOON
    )
    return told


async def heartbeat_back(silence: BaseModel, name: str) -> None:
    """Resolve that alert."""
    await workflow.execute_activity(HEARTBEAT_BACK, silence, result_type=bool, summary=f"{name} is back", **_SOON)


def notice(request: NoticeRequest) -> ActivityHandle[NoticeResult]:
    """Tell the stakeholders, on a queue of its own.

    Two minutes in all, then the alert tries again by itself for as long as the domain says: a worker that
    is away or overloaded must not keep an alert from going on as new. What the heartbeat says was sent is
    skipped by a new attempt.
    """
    groups = ", ".join(dict.fromkeys(f"{a.telling.group}: {a.telling.moment}" for a in request.attempts))
    return workflow.start_activity(
        NOTICE,
        request,
        result_type=NoticeResult,
        task_queue=notices_queue(workflow.info().task_queue),
        schedule_to_close_timeout=timedelta(minutes=2),
        start_to_close_timeout=timedelta(seconds=30),
        heartbeat_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=10)),
        summary=f"notice to {groups}"[:200],
    )


def digest(request: DigestRequest) -> ActivityHandle[NoticeResult]:
    """Tell a group of all that was collected; on the queue of whoever asks, which is the notices' own."""
    return workflow.start_activity(
        DIGEST,
        request,
        result_type=NoticeResult,
        schedule_to_close_timeout=timedelta(minutes=2),
        start_to_close_timeout=timedelta(seconds=30),
        heartbeat_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=10)),
        summary=f"digest of {len(request.notices)} outages for {request.group}"[:200],
    )
