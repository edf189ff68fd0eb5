"""One alert in skipped time: the real workflow, the real page activity, channels that remember."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from drill.record import Accepted, Policy, Receipt, Record, Word
from roust.domain.alert import Priority, Urgency
from roust.domain.directory import Directory
from roust.domain.notification import Message
from roust.domain.routing import Action
from roust.domain.stakeholders import interests
from roust.domain.trigger import Trigger
from tests.fakes.recording_channel import RecordingChannel
from tests.judged import NOT_PLAIN, OPENED_AGAIN, judged, kinds, one, plain_policy
from workflows.messages import (
    ACKNOWLEDGE,
    MEMO,
    RESOLVE,
    TASK_QUEUE,
    TRIGGER,
    VIEW,
    WORKFLOW,
    Acknowledge,
    AlertInput,
    AlertView,
    Resolve,
    Standing,
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
    held = {name: parts.pop(name) for name in ("held_until", "held_because", "settle") if name in parts}
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
    words: list[Word] = field(default_factory=list)
    """What was signalled, at seconds of the epoch."""

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
        """Judge the alert as a drill does, and end it if it is open: what hangs in a worker ends with it."""
        with suppress(RPCError):
            view, now = await self.view(), await self.env.get_current_time()
            accepted = (await self.handle.describe()).start_time
            try:
                judged(self.record(view, accepted), plain=self._plain(view), now=now.timestamp())
            finally:
                await self.handle.terminate("the test is over")

    async def acknowledge(self, by: str, alert: str | None = None) -> str:
        request = uuid.uuid4().hex
        await self.handle.signal(ACKNOWLEDGE, Acknowledge(request=request, alert=alert, by=by))
        await self.said("acknowledge", by, alert)
        return request

    async def resolve(self, by: str = "source", alert: str | None = None) -> str:
        request = uuid.uuid4().hex
        await self.handle.signal(RESOLVE, Resolve(request=request, alert=alert, by=by))
        await self.said("resolve", by, alert)
        return request

    async def said(self, verb: str, by: str, alert: str | None = None) -> None:
        """It was accepted: from now on it holds."""
        now = (await self.env.get_current_time()).timestamp()
        # One meant for another alert, or after the resolve, is refused: it binds nobody.
        if alert is None and not any(word.verb == "resolve" for word in self.words):
            self.words.append(Word(verb, by, now, now))

    def record(self, view: AlertView, accepted: datetime) -> Record:
        """What a drill would know of the alert, accepted then."""
        began = view.triggered_at.timestamp()
        final = view.model_dump(include={"state", "next_due", "owner", "resolved_by"})
        # Those of the key's alert before are not for this one. It begins when a worker first sees it, and may have
        # been answered before then.
        words = [word for word in self.words if word.sent_at >= min(began, accepted.timestamp())]
        reopened = bool(kinds(view.timeline) & OPENED_AGAIN)
        accepted = Accepted(view.id, self.key, began, began, {view.id}, words=words, reopened=reopened, final=final)
        record = one(accepted, self._policy())
        record.receipts = [
            Receipt(m.at.timestamp(), m.key, m.kind, m.alert.id, m.user, m.contact, m.step, m.pass_, m.cycle)
            for m in self.channel.taken
            if m.kind == "page"
        ]
        return record

    def _policy(self) -> Policy | None:
        name = self.directory.services["checkout"].escalation_policy
        last_resort = [target.name for target in self.directory.last_resort(name)]
        return plain_policy(self.directory.escalation_policies[name], self.directory, last_resort)

    def _plain(self, view: AlertView) -> bool:
        return (
            self._policy() is not None
            and not kinds(view.timeline) & NOT_PLAIN
            and view.urgency is Urgency.HIGH
            and view.resolved_by not in ("timeout", "operator")
            and self.channel.messages == self.channel.taken
        )

    async def trigger(self, **parts: Any) -> None:
        await self.handle.signal(TRIGGER, a_trigger(**parts))

    async def view(self) -> AlertView:
        answer: AlertView = await self.handle.query(VIEW, result_type=AlertView)
        return answer

    async def standing(self) -> Standing:
        """What its memo says."""
        found: Standing = await (await self.handle.describe()).memo_value(MEMO, type_hint=Standing)
        return found

    def after(self, message: Message) -> int:
        # Never early, but for the clocks' last digits; on a busy machine later by what each answer takes.
        return int((message.at - self.began).total_seconds() + 0.1)

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
