"""AlertWorkflow: one alert climbing its policy until someone answers."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from workflows import calls
from workflows.board import Board
from workflows.messages import (
    ACKNOWLEDGE,
    DIGESTED,
    ESCALATE,
    HOLD,
    NOTE,
    REASSIGN,
    REFUSED,
    RESOLVE,
    SNOOZE,
    TRIGGER,
    UPDATE,
    VIEW,
    WORKFLOW,
    Acknowledge,
    AlertInput,
    AlertView,
    Ask,
    Done,
    Escalate,
    Hold,
    Note,
    OfANewerRelease,
    PostUpdate,
    Reassign,
    Resolve,
    Snooze,
    Trigger,
    alert_id,
)
from workflows.patience import Patience
from workflows.publication import refuse_late

with workflow.unsafe.imports_passed_through():
    from roust.domain import telling, updates, verbs
    from roust.domain.alert import AlertText
    from roust.domain.decision import End, Send, Wait
    from roust.domain.digest import Digested
    from roust.domain.due import next_due
    from roust.domain.escalation import Escalation
    from roust.domain.holding import hold_anew
    from roust.domain.landing import land
    from roust.domain.notification import PageResult

SIGNALS_PER_RUN = 1000
"""Temporal refuses the 10,001st signal of a run; a chain goes on long before."""


@workflow.defn(name=WORKFLOW)
class AlertWorkflow:
    """One alert, from trigger to resolve. What arrives is queued and applied in order; the domain
    decides what is due; this class does it."""

    @workflow.init
    def __init__(self, given: AlertInput) -> None:
        self._given = given
        self._inbox: list[Callable[[datetime], None]] = []
        self._flights: dict[int, tuple[int, workflow.ActivityHandle[PageResult]]] = {}
        self._landings: set[asyncio.Task[None]] = set()
        self._board = Board()
        self._patience = Patience()
        self._signals = 0
        self._story = given.carried or self._beginning(given)

    @workflow.run
    async def run(self, given: AlertInput) -> AlertView:
        """The climb. Returns the whole alert with its timeline."""
        # Begun by older rules, no newer worker could take it over. What a newer one has begun may go on: most can.
        if given.model_extra and not workflow.unsafe.is_replaying():
            raise OfANewerRelease(", ".join(sorted(given.model_extra)))
        while True:
            self._receive()
            match next_due(self._story, self._now()):
                case Send() as send:
                    self._send(send)
                case Wait() as wait:
                    self._tell(wait.until)
                    await self._wait(wait)
                case End() if not self._inbox:
                    self._tell(None)
                    if telling.still_telling(self._story):
                        await self._wait(Wait(None, "telling the stakeholders that it is over"))
                        continue
                    self._board.publish(self._story, Wait(None, "over"))
                    return self._board.view(self._story)

    @workflow.signal(name=TRIGGER)
    def trigger(self, trigger: Trigger) -> None:
        """A repeat, or a new outbreak that meets the resolve."""
        self._accept(lambda now: self._story.trigger(trigger, now))

    @workflow.signal(name=ACKNOWLEDGE)
    def acknowledge(self, ack: Acknowledge) -> None:
        """Somebody has it: escalation stops."""
        self._accept(lambda now: self._story.acknowledge(ack.request, ack.alert, ack.by, ack.via, now))

    @workflow.signal(name=RESOLVE)
    def resolve(self, resolve: Resolve) -> None:
        """It is over."""
        it = resolve
        self._accept(lambda now: self._story.resolve(it.request, it.alert, it.by, it.via, now, it.member))

    @workflow.signal(name=DIGESTED)
    def digested(self, digest: Digested) -> None:
        """What became of a digest that spoke of this alert."""
        self._accept(lambda now: telling.land_digest(self._story, digest))

    @workflow.signal(name=HOLD)
    def hold(self, it: Hold) -> None:
        """Maintenance has changed; only what is held still is touched."""
        if it.alert == self._story.alert.id:
            self._accept(lambda now: hold_anew(self._story, it.until, it.because, now))

    @workflow.update(name=ESCALATE)
    def escalate(self, it: Escalate) -> Done:
        """The next step begins now."""
        return self._do(lambda: self._escalate_refusal(it), lambda now: verbs.escalate(self._story, it.by, now))

    @workflow.update(name=REASSIGN)
    def reassign(self, it: Reassign) -> Done:
        """To a user, or to another policy."""
        story = self._story
        if it.user is not None:
            user = it.user
            return self._do(lambda: self._refusal(it), lambda now: verbs.reassign_to_user(story, user, it.by, now))
        name, policy = it.policy_name or "", it.policy or story.policy
        rest = it.last_resort or story.last_resort
        return self._do(
            lambda: self._refusal(it), lambda now: verbs.reassign_to_policy(story, name, policy, rest, it.by, now)
        )

    @workflow.update(name=SNOOZE)
    def snooze(self, it: Snooze) -> Done:
        """Nobody is paged for a while."""
        return self._do(lambda: self._snooze_refusal(it), lambda now: verbs.snooze(self._story, it.length, it.by, now))

    @workflow.update(name=NOTE)
    def note(self, it: Note) -> Done:
        """A line of the timeline."""
        return self._do(lambda: self._refusal(it), lambda now: verbs.add_note(self._story, it.text, it.by, now))

    @workflow.update(name=UPDATE)
    def post_update(self, it: PostUpdate) -> Done:
        """A status update: the stakeholders who asked get it."""
        story = self._story
        return self._do(lambda: self._update_refusal(it), lambda now: updates.post(story, it.text, it.next, it.by, now))

    @escalate.validator
    def _escalate_possible(self, it: Escalate) -> None:
        refuse_late(it.expires)
        _accept_unless(self._escalate_refusal(it))

    @reassign.validator
    def _reassign_possible(self, it: Reassign) -> None:
        refuse_late(it.expires)
        _accept_unless(self._refusal(it))

    @snooze.validator
    def _snooze_possible(self, it: Snooze) -> None:
        refuse_late(it.expires)
        _accept_unless(self._snooze_refusal(it))

    @note.validator
    def _note_possible(self, it: Note) -> None:
        refuse_late(it.expires)
        _accept_unless(self._refusal(it))

    @post_update.validator
    def _update_possible(self, it: PostUpdate) -> None:
        refuse_late(it.expires)
        _accept_unless(self._update_refusal(it))

    def _escalate_refusal(self, it: Escalate) -> str | None:
        return verbs.escalate_refusal(self._story, it.alert, it.step)

    def _snooze_refusal(self, it: Snooze) -> str | None:
        return verbs.snooze_refusal(self._story, it.alert, it.length)

    def _update_refusal(self, it: PostUpdate) -> str | None:
        return self._refusal(it) or updates.update_refusal(it.text, it.next, self._now())

    def _refusal(self, it: Ask) -> str | None:
        return verbs.refusal(self._story, it.alert)

    def _do(self, refusal: Callable[[], str | None], deed: Callable[[datetime], None]) -> Done:
        if self._inbox:
            # What was accepted before comes first; it may have made the verb impossible.
            self._receive()
            self._wake()
        _accept_unless(refusal())
        deed(self._now())
        self._wake()
        alert = self._story.alert
        return Done(state=alert.state, owner=alert.owner, step=self._story.climb.step)

    def _wake(self) -> None:
        # Whoever waits in `run` looks again: else what changed meanwhile would go unseen until the next timer.
        self._inbox.append(lambda now: None)

    @workflow.query(name=VIEW)
    def view(self) -> AlertView:
        """The whole alert with its timeline."""
        return self._board.view(self._story)

    def _beginning(self, given: AlertInput) -> Escalation:
        info, trigger = workflow.info(), given.trigger
        at = info.start_time + timedelta(seconds=given.offset_seconds)
        alert = AlertText(
            id=alert_id(info.workflow_id, info.first_execution_run_id),
            service=given.service,
            dedup_key=given.dedup_key,
            triggered_at=at,
            runbook=given.runbook,
            impact=given.impact,
            **trigger.model_dump(include=set(AlertText.model_fields) & set(Trigger.model_fields) - {"count"}),
        )
        story = Escalation.beginning(
            trigger,
            alert=alert,
            policy_name=given.policy_name,
            policy=given.policy,
            last_resort=given.last_resort,
            auto_resolve=given.auto_resolve,
            at=at,
            settle=given.settle,
            held_until=given.held_until,
            held_because=given.held_because,
            stakeholders=given.stakeholders,
        )
        story.held_to = given.held_until if given.holds_on else None
        return story

    def _now(self) -> datetime:
        # Only workflows know the hour; a rehearsal moves it.
        return workflow.now() + timedelta(seconds=self._given.offset_seconds)

    def _accept(self, what: Callable[[datetime], None]) -> None:
        self._signals += 1
        self._inbox.append(what)

    def _receive(self) -> None:
        while self._inbox:
            self._inbox.pop(0)(self._now())
        for generation, flight in self._flights.values():
            if generation != self._story.generation:
                flight.cancel()

    def _send(self, send: Send) -> None:
        flight = calls.page(send.request, send.summary)
        self._flights[send.flight] = (self._story.generation, flight)
        landing = asyncio.create_task(self._land(send.flight, flight))
        self._landings.add(landing)
        landing.add_done_callback(self._landings.discard)

    async def _land(self, number: int, flight: workflow.ActivityHandle[PageResult]) -> None:
        try:
            result = await flight
        except (ActivityError, asyncio.CancelledError) as error:
            # Called off before a worker took it: nothing went out. Anything else is for people to see.
            why = [] if is_cancelled_exception(error) else [f"The page failed: {error.__cause__ or error}"[:200]]
            result = PageResult(problems=why)
        del self._flights[number]
        self._inbox.append(lambda now: land(self._story, number, result, now))

    def _tell(self, next_due: datetime | None) -> None:
        # After every page that is due was handed over: a notice never delays one.
        told = telling.next_notices(self._story, self._now(), next_due)
        if told is not None:
            task = asyncio.create_task(self._land_notices(*told))
            self._landings.add(task)
            task.add_done_callback(self._landings.discard)

    async def _land_notices(self, number: int, request: telling.NoticeRequest) -> None:
        try:
            result = await calls.notice(request)
        except ActivityError as error:
            result = telling.failed(request, f"no worker told them in time: {error.__cause__ or error}")
        self._inbox.append(lambda now: telling.land_notices(self._story, number, result, now))

    async def _wait(self, wait: Wait) -> None:
        self._board.publish(self._story, wait)
        until = min((at for at in (wait.until, telling.notice_due(self._story)) if at is not None), default=None)
        try:
            if (
                not self._flights
                and not self._story.audience.flights
                and self._long_enough()
                and workflow.all_handlers_finished()
            ):
                workflow.continue_as_new(self._given.model_copy(update={"carried": self._story}))
            timeout = None if until is None else max(until - self._now(), timedelta(0))
            if self._given.keeps_timers:
                await self._wait_patiently(until, timeout, wait.summary)
                return
            await workflow.wait_condition(lambda: bool(self._inbox), timeout=timeout, timeout_summary=wait.summary)
        except TimeoutError:
            return
        except asyncio.CancelledError:
            # The operator's button in the Temporal UI: Cancel means resolve.
            self._inbox.append(lambda now: self._story.end("operator", "Resolved by an operator in Temporal.", now))

    async def _wait_patiently(self, until: datetime | None, left: timedelta | None, summary: str) -> None:
        if until is None or left is None:
            self._patience.forget()
            await workflow.wait_condition(lambda: bool(self._inbox))
        else:
            await self._patience.wait(until, left, summary, lambda: bool(self._inbox))

    def _long_enough(self) -> bool:
        return self._signals >= SIGNALS_PER_RUN or workflow.info().is_continue_as_new_suggested()


def _accept_unless(refused: str | None) -> None:
    if refused is not None:
        raise ApplicationError(refused, type=REFUSED, non_retryable=True)
