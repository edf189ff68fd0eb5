"""A stand-in for the alert's workflow: the same messages and memo, nobody paged."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from roust.domain.alert import AlertState
    from roust.domain.timeline import Entry, Kind
    from workflows.messages import (
        ACKNOWLEDGE,
        MEMO,
        RESOLVE,
        TRIGGER,
        VIEW,
        WORKFLOW,
        Acknowledge,
        AlertInput,
        AlertView,
        Answer,
        Resolve,
        Standing,
        Trigger,
        alert_id,
    )


@workflow.defn(name=WORKFLOW)
class StandInAlert:
    """Counts, is acknowledged, ends on resolve. A trigger that comes after a resolve withdraws it."""

    @workflow.init
    def __init__(self, opening: AlertInput) -> None:
        self._opening = opening
        self._id = alert_id(workflow.info().workflow_id, workflow.info().first_execution_run_id)
        self._state = AlertState.TRIGGERED
        self._heard: dict[str, int] = {opening.trigger.request: opening.trigger.count}
        self._last = opening.trigger
        self._owner: str | None = None
        self._acknowledged_at: datetime | None = None
        self._resolve: Resolve | None = None
        self._resolved_at: datetime | None = None
        self._answers: dict[str, Answer] = {}
        self._timeline = [Entry(at=opening.trigger.at, kind=Kind.TRIGGERED, text="Triggered")]

    @workflow.run
    async def run(self, opening: AlertInput) -> AlertView:
        self._publish()
        await workflow.wait_condition(lambda: self._resolve is not None)
        assert self._resolve is not None
        self._state, self._resolved_at = AlertState.RESOLVED, workflow.now()
        self._answer(self._resolve.request, True, first=True)
        return self.view()

    @workflow.signal(name=TRIGGER)
    def trigger(self, trigger: Trigger) -> None:
        if trigger.request not in self._heard:
            self._heard[trigger.request] = trigger.count
            self._last = trigger
            self._resolve = None
            self._timeline.append(Entry(at=workflow.now(), kind=Kind.REPEATED, text=trigger.summary[:200]))
        self._publish()

    @workflow.signal(name=ACKNOWLEDGE)
    def acknowledge(self, word: Acknowledge) -> None:
        if word.alert not in (None, self._id):
            self._answer(word.request, False, reason="another alert")
            return
        first = self._owner is None
        if first:
            self._owner, self._acknowledged_at = word.by, workflow.now()
            self._state = AlertState.ACKNOWLEDGED
            self._timeline.append(
                Entry(at=workflow.now(), kind=Kind.ACKNOWLEDGED, text=f"{word.by} has it", user=word.by)
            )
        self._answer(word.request, True, first=first)

    @workflow.signal(name=RESOLVE)
    def resolve(self, word: Resolve) -> None:
        if word.alert not in (None, self._id):
            self._answer(word.request, False, reason="another alert")
            return
        self._resolve = word

    @workflow.query(name=VIEW)
    def view(self) -> AlertView:
        standing = self._standing().model_dump(exclude={"next_due", "first_run", "answers"})
        return AlertView(id=self._id, description=self._last.description, timeline=self._timeline, **standing)

    def _answer(self, request: str, accepted: bool, first: bool = False, reason: str = "") -> None:
        self._answers[request] = Answer(
            accepted=accepted,
            state=self._state,
            owner=self._owner,
            first=first,
            reason=reason,
            at=workflow.now(),
        )
        self._publish()

    def _publish(self) -> None:
        workflow.upsert_memo({MEMO: self._standing()})

    def _standing(self) -> Standing:
        trigger = self._opening.trigger
        return Standing(
            state=self._state,
            service=self._opening.service,
            summary=self._last.summary[:200],
            priority=trigger.priority,
            urgency=trigger.urgency,
            policy=self._opening.policy_name,
            dedup_key=self._opening.dedup_key,
            owner=self._owner,
            acknowledged_at=self._acknowledged_at,
            resolved_at=self._resolved_at,
            resolved_by=self._resolve.by if self._resolve else None,
            triggered_at=trigger.at,
            count=sum(self._heard.values()),
            first_run=workflow.info().first_execution_run_id,
            answers=self._answers,
        )
