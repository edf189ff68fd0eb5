"""Many alerts at once, and what their stakeholders are told: workers that may come and go."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from activities.notice import Notifier
from activities.page import Pager
from roust.domain.directory import Directory
from roust.domain.notice import Notice
from roust.domain.notification import Message
from roust.runtime.links import Links
from tests.builders import NOON, a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.scene import an_input
from worker.calm import GroupCalm
from worker.main import build_notices_worker, build_worker
from workflows.digest_messages import stakeholders_id
from workflows.messages import RESOLVE, VIEW, WORKFLOW, AlertView, Resolve, notices_queue, parse_alert_id, workflow_id

GROUPS = {
    "executives": {"members": [{"email": "board@example.com"}]},
    "hotline": {"members": [{"user": "margaret"}], "moments": ["resolved"]},
}


def a_notice(**parts: Any) -> Notice:
    whole: dict[str, Any] = {"moment": "triggered", "service": "checkout", "priority": "P1", "state": "triggered"}
    return Notice.model_validate(whole | {"since": NOON, "at": NOON} | parts)


class Storm:
    """Many alerts at once, on a queue of their own, told by a worker that may be replaced by another."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self.env = env
        self.queue = f"storm-{uuid.uuid4().hex[:8]}"
        self.channel = RecordingChannel()
        self.groups = {f"{name}-{self.queue}": group for name, group in GROUPS.items()}
        self.directory: Directory = a_directory(stakeholder_groups=self.groups)
        self.workflows: list[str] = []

    @asynccontextmanager
    async def workers(self) -> AsyncIterator[None]:
        channels = dict.fromkeys(("email", "webhook"), self.channel)
        pager = Pager(lambda: self.directory, channels, Links(["key"], "http://x"))
        calm = GroupCalm(self.env.client, notices_queue(self.queue))
        notifier = Notifier(lambda: self.directory, channels, calm)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(build_worker(self.env.client, pager, task_queue=self.queue))
            await stack.enter_async_context(build_notices_worker(self.env.client, notifier, task_queue=self.queue))
            yield

    async def breaks_out(self, outages: int) -> None:
        for number in range(outages):
            key = f"{self.queue}-{number}"
            self.workflows.append(workflow_id("checkout", key))
            await self.env.client.start_workflow(
                WORKFLOW, an_input(self.directory, key=key), id=self.workflows[-1], task_queue=self.queue
            )

    async def passes(self, **length: float) -> None:
        await self.env.sleep(timedelta(**length))

    async def resolves(self) -> None:
        for workflow in self.workflows:
            resolve = Resolve(request=uuid.uuid4().hex, alert=None, by="source")
            await self.env.client.get_workflow_handle(workflow).signal(RESOLVE, resolve)

    async def noticed(self, alert: str | None) -> list[str]:
        """What the timeline of this alert says of notices."""
        reference = parse_alert_id(alert or "")
        assert reference is not None
        handle = self.env.client.get_workflow_handle(reference.workflow_id)
        view = await handle.query(VIEW, result_type=AlertView)
        return [entry.text for entry in view.timeline if entry.kind == "notice"]

    def told(self, group: str) -> list[Message]:
        return [m for m in self.channel.taken if m.kind == "notice" and m.notices[0].group == f"{group}-{self.queue}"]

    async def goes_on(self, group: str) -> bool:
        handle = self.env.client.get_workflow_handle(stakeholders_id(f"{group}-{self.queue}"))
        return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
