"""Reading alerts: where they stand by describe and memo, their timeline by query or result."""

from dataclasses import dataclass
from datetime import UTC, timedelta

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError

from api.door import RPC_TIMEOUT, NotThere, asked
from api.gateway import BeyondRetention, NoSuchAlert
from roust.domain.alert import AlertState
from roust.domain.timeline import Entry, Kind
from roust.runtime.clock import CLOCK
from workflows.messages import MEMO, VIEW, AlertRef, AlertView, Answer, Standing, alert_id, parse_alert_id

QUERY_TIMEOUT = timedelta(seconds=2)
"""A query hangs for half a minute when no worker polls."""


@dataclass(frozen=True)
class Found:
    """An alert as Temporal describes it. `other` is the open alert that has the same key by now, if any."""

    id: str
    ref: AlertRef
    execution: WorkflowExecutionDescription
    standing: Standing
    other: str | None = None

    @property
    def open(self) -> bool:
        return self.execution.status is WorkflowExecutionStatus.RUNNING


class Reading:
    """What is known of one alert. Everything raises Unavailable when Temporal does not answer."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def find(self, alert: str) -> Found:
        """The alert of that id, and never another with the same key. Raises NoSuchAlert, BeyondRetention."""
        ref = parse_alert_id(alert)
        if ref is None:
            raise NoSuchAlert("there is no such alert")
        try:
            latest = await self._describe(ref.workflow_id)
            if _first_run(latest) == ref.first_run:
                return await self._found(alert, ref, latest)
            own = await self._describe(ref.workflow_id, ref.first_run)
        except NotThere as gone:
            raise BeyondRetention("the alert is no longer kept") from gone
        open_now = latest.status is WorkflowExecutionStatus.RUNNING
        other = alert_id(ref.workflow_id, _first_run(latest)) if open_now else None
        return await self._found(alert, ref, own, other)

    async def standing(self, alert: str) -> Standing:
        """Where the alert stands: needs no worker."""
        found = await self.find(alert)
        if found.open or found.standing.state is AlertState.RESOLVED:
            return found.standing
        # It ended in a later run than its first, or without Roust: the memo at hand is not its last word.
        ended = await self.final(found)
        last = ended.model_dump(include=set(AlertView.model_fields) & set(Standing.model_fields))
        return found.standing.model_copy(update=last | {"next_due": None})

    async def view(self, alert: str) -> AlertView:
        """The whole alert. Without a worker: what the memo knows, with one timeline entry that says so."""
        found = await self.find(alert)
        return await (self._asked_of_worker(found) if found.open else self.final(found))

    async def final(self, found: Found) -> AlertView:
        """How a closed alert ended: its workflow's result, kept in the history; no worker, no replay."""
        handle = self._client.get_workflow_handle(
            found.ref.workflow_id, run_id=found.ref.first_run, result_type=AlertView
        )
        try:
            view: AlertView = await asked(handle.result(follow_runs=True, rpc_timeout=RPC_TIMEOUT))
        except NotThere as gone:
            raise BeyondRetention("the alert is no longer kept") from gone
        except WorkflowFailureError as failure:
            status = found.execution.status
            how = status.name.lower() if status is not None else "ended"
            why = f"Ended in Temporal without a result ({how}): {failure.cause}"[:200]
            ended = found.standing.model_copy(
                update={
                    "state": AlertState.RESOLVED,
                    "resolved_by": found.standing.resolved_by or how,
                    "resolved_at": found.standing.resolved_at or found.execution.close_time,
                }
            )
            return _from_memo(found, ended, why)
        return view

    async def over(self, found: Found) -> Answer:
        """The refusal of a word that came when all was over, with who ended it and when."""
        view = await self.final(found)
        at = view.resolved_at or found.execution.close_time or CLOCK.now()
        reason = f"resolved at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC by {view.resolved_by or 'nobody known'}"
        if found.other is not None:
            reason += f"; another alert with the same key is open: {found.other}"
        return Answer(accepted=False, state=AlertState.RESOLVED, owner=view.owner, reason=reason, at=at)

    async def _asked_of_worker(self, found: Found) -> AlertView:
        handle = self._client.get_workflow_handle(found.ref.workflow_id)
        try:
            view: AlertView = await handle.query(VIEW, result_type=AlertView, rpc_timeout=QUERY_TIMEOUT)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError, TimeoutError):
            return _from_memo(
                found,
                found.standing,
                "No worker answers: this is what was last published, without its timeline",
            )
        # It may have ended, and the next alert with its key begun, since it was found.
        return view if view.id == found.id else await self.final(found)

    async def _describe(self, workflow_id: str, run: str | None = None) -> WorkflowExecutionDescription:
        handle = self._client.get_workflow_handle(workflow_id, run_id=run)
        return await asked(handle.describe(rpc_timeout=RPC_TIMEOUT))

    async def _found(
        self, alert: str, ref: AlertRef, execution: WorkflowExecutionDescription, other: str | None = None
    ) -> Found:
        try:
            standing = await asked(execution.memo_value(MEMO, type_hint=Standing))
        except KeyError as foreign:
            raise NoSuchAlert("there is no such alert") from foreign
        return Found(alert, ref, execution, standing, other)


def _first_run(execution: WorkflowExecutionDescription) -> str:
    return execution.raw_description.workflow_execution_info.first_run_id or execution.run_id


def _from_memo(found: Found, now: Standing, why: str) -> AlertView:
    known = now.model_dump(include=set(AlertView.model_fields) & set(Standing.model_fields))
    at = found.execution.close_time or now.acknowledged_at or now.triggered_at
    return AlertView(**known, id=found.id, timeline=[Entry(at=at, kind=Kind.TROUBLE, text=why)])
