"""One alert in skipped time: the real workflow, the real page activity, channels that remember."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from roust.domain.alert import Priority, Urgency
from roust.domain.directory import Directory
from roust.domain.notification import Message
from roust.domain.routing import Action
from roust.domain.stakeholders import interests
from roust.domain.trigger import Trigger
from tests.fakes.recording_channel import RecordingChannel
from workflows.messages import (
    ACKNOWLEDGE,
    RESOLVE,
    TASK_QUEUE,
    TRIGGER,
    VIEW,
    WORKFLOW,
    Acknowledge,
    AlertInput,
    AlertView,
    Resolve,
    workflow_id,
)


def a_trigger(**parts: Any) -> Trigger:
    whole: dict[str, Any] = {
        "request": uuid.uuid4().hex,
        "at": datetime.now(UTC),
        "summary": "checkout is down",
        "priority": Priority.P1,
        "urgency": Urgency.HIGH,
        "action": Action.PAGE,
    }
    return Trigger.model_validate(whole | parts)


def an_input(directory: Directory, service: str = "checkout", key: str = "disk", **parts: Any) -> AlertInput:
    """What the gateway would start: policy and last resort pinned from `directory`."""
    given = directory.services[service]
    held = {name: parts.pop(name) for name in ("held_until", "held_because") if name in parts}
    trigger = parts.pop("trigger", None) or a_trigger(**parts)
    return AlertInput(
        service=service,
        dedup_key=key,
        policy_name=given.escalation_policy,
        policy=directory.escalation_policies[given.escalation_policy],
        last_resort=directory.last_resort(given.escalation_policy),
        auto_resolve=given.auto_resolve,
        runbook=given.runbook,
        impact=given.impact,
        stakeholders=interests(directory, service),
        trigger=trigger,
        keeps_timers=True,
        holds_on=True,
        **held,
    )


@dataclass
class Scene:
    """Start an alert, let time pass, press, and look at who was paged when (whole seconds after the start)."""

    env: WorkflowEnvironment
    directory: Directory
    channel: RecordingChannel
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def workflow(self) -> str:
        return workflow_id("checkout", self.key)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.env.client.get_workflow_handle(self.workflow)

    async def start(self, held_for: float | None = None, **parts: Any) -> "Scene":
        """`held_for`: in maintenance that ends after so many seconds."""
        if held_for is not None:
            parts["held_until"] = await self.env.get_current_time() + timedelta(seconds=held_for)
        given = an_input(self.directory, key=self.key, **parts)
        self.started = await self.env.client.start_workflow(WORKFLOW, given, id=self.workflow, task_queue=TASK_QUEUE)
        self.began = (await self.handle.describe()).start_time
        return self

    async def signal_with_start(self, **parts: Any) -> None:
        """What the gateway does for a repeat."""
        given = an_input(self.directory, key=self.key, **parts)
        await self.env.client.start_workflow(
            WORKFLOW,
            given,
            id=self.workflow,
            task_queue=TASK_QUEUE,
            start_signal=TRIGGER,
            start_signal_args=[given.trigger],
        )

    async def until(self, seconds: float) -> None:
        """Let time pass to `seconds` after the start; what is due then has happened."""
        now = await self.env.get_current_time()
        await self.env.sleep(max(self.began + timedelta(seconds=seconds) - now, timedelta(0)) + timedelta(seconds=1))

    async def leave(self) -> None:
        """End the alert if it is open."""
        with suppress(RPCError):
            await self.view()
            await self.handle.terminate("the test is over")

    async def acknowledge(self, by: str, alert: str | None = None) -> str:
        request = uuid.uuid4().hex
        await self.handle.signal(ACKNOWLEDGE, Acknowledge(request=request, alert=alert, by=by))
        return request

    async def resolve(self, by: str = "source", alert: str | None = None) -> str:
        request = uuid.uuid4().hex
        await self.handle.signal(RESOLVE, Resolve(request=request, alert=alert, by=by))
        return request

    async def trigger(self, **parts: Any) -> None:
        await self.handle.signal(TRIGGER, a_trigger(**parts))

    async def view(self) -> AlertView:
        answer: AlertView = await self.handle.query(VIEW, result_type=AlertView)
        return answer

    def after(self, message: Message) -> int:
        return round((message.at - self.began).total_seconds())

    @property
    def pages(self) -> list[tuple[int, str, str]]:
        """(seconds, user, contact) of every page that was taken, in order."""
        return [(self.after(m), m.user, m.contact) for m in self.channel.taken if m.kind == "page"]

    @property
    def others(self) -> list[tuple[str, str, str]]:
        """(kind, user, contact) of every other message that was taken."""
        return [(m.kind.value, m.user, m.contact) for m in self.channel.taken if m.kind not in ("page", "notice")]

    @property
    def notices(self) -> list[tuple[int, str, str, str]]:
        """(seconds, group, moment, member) of every notice that was taken, in order of time, then name."""
        taken = [m for m in self.channel.taken if m.kind == "notice"]
        return sorted((self.after(m), n.group, n.moment.value, m.user or m.contact) for m in taken for n in m.notices)
