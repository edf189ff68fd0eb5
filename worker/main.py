"""The worker process: registration only."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.current import CurrentChannels, CurrentLinks
from activities.merging import MOST_WAITING, Merging
from activities.notice import Notifier
from activities.page import Pager
from roust.domain.directory import Directory
from roust.runtime.day_to_day import DayToDay
from worker.calm import GroupCalm
from worker.heartbeats import Heartbeats
from worker.page_record import PageRecord
from worker.sandbox import sandbox
from worker.working import Working
from workflows.alert import AlertWorkflow
from workflows.heartbeat import HeartbeatWorkflow
from workflows.maintenance import MaintenanceWorkflow
from workflows.merged_page import MergedPageWorkflow
from workflows.messages import TASK_QUEUE, notices_queue
from workflows.overrides import OverridesWorkflow
from workflows.stakeholders import StakeholdersWorkflow

log = structlog.get_logger()

KEPT = 1000
"""Alerts that a worker keeps at hand, some 120 KiB each. What more are open is read again when something happens to
it. Each that is put away costs, and the more are kept the more so: Temporal's core looks through them."""
NOTICES_AT_ONCE = 20
"""Moments of alerts that are told at one time, each to many."""


def build_worker(
    client: Client,
    pager: Pager,
    *,
    task_queue: str = TASK_QUEUE,
    workflows: Sequence[type] = (
        AlertWorkflow,
        HeartbeatWorkflow,
        OverridesWorkflow,
        MaintenanceWorkflow,
        MergedPageWorkflow,
    ),
    activities: Sequence[Callable[..., object]] = (),
    working: Working | None = None,
) -> Worker:
    """The worker with everything it does; a measurement puts other workflows into the same settings."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=activities or [pager.page],
        workflow_runner=sandbox(),
        # After a crash, the next step waits no longer than this for the worker that is gone.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        # An acknowledge reaches a page under way by its heartbeat: it must not wait for 0.8 of the timeout.
        max_heartbeat_throttle_interval=timedelta(milliseconds=500),
        # Long enough for every send in hand: a clean stop repeats no page.
        graceful_shutdown_timeout=timedelta(seconds=15),
        max_cached_workflows=KEPT,
        # Few: what waits shall wait at the server, which knows what is urgent and whose turn it is. A worker does
        # not: what it has taken it does in order.
        max_concurrent_workflow_tasks=16,
        # Pages that wait for each other in a storm hold half of them at most.
        max_concurrent_activities=2 * MOST_WAITING,
        max_concurrent_workflow_task_polls=10,
        max_concurrent_activity_task_polls=20,
        on_fatal_error=working.failed if working else None,
    )


def build_notices_worker(
    client: Client,
    notifier: Notifier,
    *,
    task_queue: str = TASK_QUEUE,
    at_once: int = NOTICES_AT_ONCE,
    working: Working | None = None,
) -> Worker:
    """The worker of the notices, with slots of its own: whatever hangs there, pages have theirs."""
    return Worker(
        client,
        task_queue=notices_queue(task_queue),
        workflows=[StakeholdersWorkflow],
        activities=[notifier.notice, notifier.digest],
        workflow_runner=sandbox(),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=timedelta(seconds=15),
        max_concurrent_activities=at_once,
        max_concurrent_activity_task_polls=2,
        on_fatal_error=working.failed if working else None,
    )


async def serve(client: Client, directory: Callable[[], Directory], stop: asyncio.Event, working: Working) -> None:
    """Work until `stop`, then finish what is in hand. `working` knows from then on whether it does."""
    channels = CurrentChannels(directory)
    links = CurrentLinks(directory)
    pager = Pager(directory, channels, links, DayToDay(client), Merging(links, PageRecord(client)))
    heartbeats = Heartbeats(client, directory)
    notifier = Notifier(directory, channels, GroupCalm(client, notices_queue(TASK_QUEUE)))
    async with (
        build_worker(
            client, pager, activities=[pager.page, heartbeats.missed, heartbeats.back], working=working
        ) as pages,
        build_notices_worker(client, notifier, working=working) as notices,
    ):
        working.begin(pages, notices)
        log.info("worker polls", task_queue=TASK_QUEUE, namespace=client.namespace)
        await stop.wait()
    log.info("worker stopped")
