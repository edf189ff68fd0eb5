"""Playing one rehearsal: the alert starts, time is skipped from event to event, the channels remember."""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy

from roust.domain.alert import AlertState, Event
from roust.domain.directory import Directory
from roust.domain.errors import RoustError
from roust.domain.grouping import Place, place
from roust.domain.routing import Action, Decision, decide
from roust.domain.timeline import Entry
from worker.rehearsal.recording import Sent
from worker.rehearsal.script import (
    DROPPED,
    LONGEST,
    Acknowledge,
    Again,
    Deed,
    Escalate,
    Fail,
    Happening,
    Note,
    Reassign,
    Resolve,
    Script,
    Snooze,
    Told,
    Update,
)
from worker.rehearsal.stage import Stage
from workflows import messages
from workflows.messages import TASK_QUEUE, WORKFLOW, AlertInput, AlertView, workflow_id
from workflows.pinned import pinned, repeat

WATCHED_LONGER = timedelta(hours=1)
"""Without `for`: so long after the last pass, or the last event."""

SAME_INSTANT = timedelta(seconds=0.5)
"""The clock runs on, by milliseconds, while something is done: so far apart may be what is due together."""

PATIENCE = 30.0
"""Real seconds in which the worker does what is due at one instant."""


class Stuck(RoustError):
    """The workflow did not come to rest: its code or the server failed; nothing was learned."""


@dataclass(frozen=True)
class Done:
    """One event as it went: `refused` is the reason why it changed nothing; `sent` were before it, so many."""

    after: timedelta
    deed: Deed
    sent: int
    refused: str = ""


@dataclass(frozen=True)
class Played:
    """What came of a rehearsal. `sent` is all that the channels were handed, with the hour of each."""

    begins: datetime
    length: timedelta
    outcome: str
    why: list[str]
    sent: list[Sent] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    timeline: list[Entry] = field(default_factory=list)


async def play(script: Script, on: Stage) -> Played:
    """Play `script` on the stage. Raises Stuck."""
    event, service = script.alert.event(), script.alert.service
    decision = decide(event, service, on.directory)
    if decision.action is Action.DROP or decision.service is None:
        return Played(script.begins, timedelta(0), DROPPED, decision.why)
    on.recording.clear()
    playing = _Playing(script, on, decision, place(event, on.directory.services[decision.service]))
    try:
        return await playing.run()
    finally:
        await playing.leave()


class _Playing:
    """One alert on its way. Its hours are the rehearsal's; `_offset` leads to the server's and back."""

    def __init__(self, script: Script, on: Stage, decision: Decision, grouped: Place) -> None:
        assert decision.service is not None
        self._script = script
        self._on = on
        self._decision = decision
        self._service = decision.service
        self._grouped = grouped
        # A workflow of its own: an alert of the same key may have been played before.
        self._workflow = workflow_id(self._service, f"{grouped.key} {uuid.uuid4()}")
        self._offset = timedelta(0)
        self._begins = script.begins
        self._done: list[Done] = []

    @property
    def _handle(self) -> WorkflowHandle[Any, Any]:
        return self._on.env.client.get_workflow_handle(self._workflow)

    async def run(self) -> Played:
        self._offset = self._script.begins - await self._on.env.get_current_time()
        opening = self._opening(self._script.alert.event(), self._decision, self._grouped, self._script.begins)
        events = self._script.in_order
        while events and events[0].fail and not events[0].after:
            # Before anything is sent.
            await self._happens(events.pop(0))
        await self._on.env.client.start_workflow(WORKFLOW, opening, id=self._workflow, task_queue=TASK_QUEUE)
        self._begins = (await self._handle.describe()).start_time + self._offset
        length = self._script.length or _watched(self._script, opening)
        await self._rest(timedelta(0))
        for event in events:
            await self._take_place(event)
        await self._until(length)
        view = await self._view()
        return Played(
            self._begins,
            length,
            view.state.value,
            self._decision.why,
            list(self._on.recording.sent),
            self._done,
            view.timeline,
        )

    async def leave(self) -> None:
        """End the alert: with one clock for all, it would go on in the next one's time."""
        if (await self._handle.describe()).close_time is None:
            await self._handle.terminate("the rehearsal is over")

    async def _take_place(self, event: Happening) -> None:
        # A failure is there a moment before what is due at its instant, all else a moment after.
        moment = event.after - (2 * SAME_INSTANT if event.fail else timedelta(0))
        await self._until(moment)
        await self._happens(event)
        await self._rest(moment)

    async def _happens(self, event: Happening) -> None:
        sent = len(self._on.recording.sent)
        refused = await self._do(event.deed, event.after)
        self._done.append(Done(event.after, event.deed, sent, refused))

    async def _until(self, after: timedelta) -> None:
        """Skip to `after` the beginning; what is due then has happened."""
        now = await self._on.env.get_current_time()
        left = self._begins - self._offset + after - now
        if left > timedelta(0):
            await self._on.env.sleep(left)
        await self._rest(after)

    async def _rest(self, after: timedelta) -> None:
        """Wait, in real time, until nothing is under way and nothing is due that soon.

        Only then is the next thing said to the workflow: so the order within one instant is always the same.
        """
        instant = self._begins + after + SAME_INSTANT
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self._at_rest(instant):  # noqa: ASYNC110 - the server has no such event
                    await asyncio.sleep(0.005)
        except TimeoutError as late:
            raise Stuck("the workflow does not come to rest; see the log") from late

    async def _at_rest(self, instant: datetime) -> bool:
        before = await self._handle.describe()
        if before.close_time is not None:
            return True
        view = await self._view()
        due = min((at for at in (view.next_due, view.notice_due) if at is not None), default=None)
        if due is None and view.state is AlertState.RESOLVED:
            return False
        if due is not None and due <= instant:
            return False
        # The workflow may have gone on between the two answers: only what stands before and after the view holds.
        after = await self._handle.describe()
        return after.history_length == before.history_length and not after.raw_description.pending_activities

    async def _view(self) -> AlertView:
        answer: AlertView = await self._handle.query(messages.VIEW, result_type=AlertView)
        return answer

    async def _do(self, deed: Deed, after: timedelta) -> str:
        """Do `deed`; why it changed nothing, if so."""
        match deed:
            case Fail():
                self._on.recording.fail(deed)
                return ""
            case Again():
                return await self._trigger(deed.of(self._script.alert))
        if (await self._handle.describe()).close_time is not None:
            return "the alert is over"
        view = await self._view()
        request = str(uuid.uuid4())
        match deed:
            case Acknowledge():
                word = messages.Acknowledge(request=request, alert=view.id, by=deed.by)
                await self._handle.signal(messages.ACKNOWLEDGE, word)
            case Resolve(by=None):
                source = messages.Resolve(request=request, alert=None, by=self._script.alert.source, via="source")
                await self._handle.signal(messages.RESOLVE, source)
            case Resolve(by=str(by)):
                await self._handle.signal(messages.RESOLVE, messages.Resolve(request=request, alert=view.id, by=by))
            case _:
                return await self._update(deed, view, after)
        return ""

    async def _update(self, deed: Deed, view: AlertView, after: timedelta) -> str:
        try:
            match deed:
                case Escalate():
                    step = view.step if deed.step is None else deed.step
                    ask = messages.Escalate(alert=view.id, by=deed.by, step=step)
                    await self._handle.execute_update(messages.ESCALATE, ask)
                case Reassign():
                    await self._handle.execute_update(
                        messages.REASSIGN, _reassignment(deed, view.id, self._on.directory)
                    )
                case Snooze():
                    snooze = messages.Snooze(alert=view.id, by=deed.by, length=deed.length)
                    await self._handle.execute_update(messages.SNOOZE, snooze)
                case Update():
                    next_ = self._begins + after + deed.next if deed.next else None
                    update = messages.PostUpdate(alert=view.id, by=deed.by, text=deed.text, next=next_)
                    await self._handle.execute_update(messages.UPDATE, update)
                case Note():
                    note = messages.Note(alert=view.id, by=deed.by, text=deed.text)
                    await self._handle.execute_update(messages.NOTE, note)
        except WorkflowUpdateFailedError as refused:
            return str(refused.cause)
        return ""

    async def _trigger(self, told: Told) -> str:
        """A repeat, or a new alert once this one is over, just as the gateway starts either."""
        event = told.event()
        decision = decide(event, told.service, self._on.directory)
        if decision.action is Action.DROP:
            return f"dropped: {decision.why[-1]}"
        if decision.service != self._service:
            return f"it is another alert, of service {decision.service}"
        grouped = place(event, self._on.directory.services[self._service])
        if grouped.key != self._grouped.key:
            return f"it is another alert, of key {grouped.key}"
        at = await self._on.env.get_current_time() + self._offset
        opening = self._opening(event, decision, grouped, at)
        await self._on.env.client.start_workflow(
            WORKFLOW,
            opening,
            id=self._workflow,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=messages.TRIGGER,
            start_signal_args=[repeat(event, decision, grouped, opening)],
        )
        return ""

    def _opening(self, event: Event, decision: Decision, grouped: Place, at: datetime) -> AlertInput:
        given = pinned(event, decision, self._service, grouped, self._on.directory, str(uuid.uuid4()), at)
        return given.model_copy(update={"offset_seconds": self._offset.total_seconds()})


def _reassignment(deed: Reassign, alert: str, directory: Directory) -> messages.Reassign:
    name = deed.escalation_policy
    if name is None:
        return messages.Reassign(alert=alert, by=deed.by, user=deed.user)
    return messages.Reassign(
        alert=alert,
        by=deed.by,
        policy_name=name,
        policy=directory.escalation_policies[name],
        last_resort=directory.last_resort(name),
    )


def _watched(script: Script, opening: AlertInput) -> timedelta:
    """An hour longer than the whole climb takes, or than the last event."""
    held = max(opening.held_until - script.begins, timedelta(0)) if opening.held_until else timedelta(0)
    climb = sum((step.wait for step in opening.policy.steps), timedelta()) * (opening.policy.repeats + 1)
    last = max((event.after for event in script.events), default=timedelta(0))
    return min(max(held + opening.settle + climb, last) + WATCHED_LONGER, LONGEST)
