"""Opening an alert: what its workflow starts with, so that Temporal and its UI tell it from the start."""

import re
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import (
    Priority as TaskPriority,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from api.door import RPC_TIMEOUT, asked
from api.lane import Told
from api.repeats import Said
from roust.domain.alert import AlertState, Urgency
from roust.domain.routing import Action
from workflows.messages import (
    LABELS,
    LIST_LENGTH,
    MEMO,
    POLICY,
    PRIORITY,
    SERVICE,
    STATE,
    TRIGGER,
    WORKFLOW,
    AlertInput,
    Standing,
)
from workflows.precedence import precedence

SUMMARY_LENGTH = 90
"""Characters: Temporal takes 400 bytes of summary, and an escaped sign may take five."""
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&@:])")


def is_held(opening: AlertInput) -> bool:
    """Whether the alert starts in maintenance."""
    until, trigger = opening.held_until, opening.trigger
    return until is not None and until > trigger.at and trigger.action is not Action.SUPPRESS


def standing(opening: AlertInput) -> Standing:
    """Where a new alert stands, until its workflow first says so itself."""
    trigger = opening.trigger
    suppressed = trigger.action is Action.SUPPRESS
    held = is_held(opening)
    settling = opening.settle if trigger.urgency is Urgency.LOW else timedelta(0)
    return Standing(
        state=AlertState.SUPPRESSED if suppressed else AlertState.HELD if held else AlertState.TRIGGERED,
        service=opening.service,
        summary=trigger.summary[:LIST_LENGTH],
        priority=trigger.priority,
        urgency=trigger.urgency,
        policy=opening.policy_name,
        dedup_key=opening.dedup_key[:LIST_LENGTH],
        triggered_at=trigger.at,
        count=trigger.count,
        next_due=None if suppressed else opening.held_until if held else trigger.at + settling,
    )


def memo(opening: AlertInput, now: Standing) -> dict[str, Any]:
    """What can be read without a worker; of a held alert its labels too: by them a hold is found again."""
    return {MEMO: now} | ({LABELS: opening.trigger.labels} if now.state is AlertState.HELD else {})


def search_attributes(now: Standing) -> TypedSearchAttributes:
    """What operators filter by: keys, never names or addresses."""
    values = {STATE: now.state, SERVICE: now.service, PRIORITY: now.priority, POLICY: now.policy}
    return TypedSearchAttributes(
        [SearchAttributePair(SearchAttributeKey.for_keyword(name), str(value)) for name, value in values.items()]
    )


def task_priority(opening: AlertInput) -> TaskPriority:
    """An urgent page overtakes any backlog, and one service's storm does not delay another's (rule 18)."""
    trigger = opening.trigger
    return TaskPriority(priority_key=precedence(trigger.urgency, trigger.priority), fairness_key=opening.service)


def static_summary(opening: AlertInput) -> str:
    """One line for the Temporal UI, which renders Markdown: no sign of the source's text may do anything."""
    text = " ".join(opening.trigger.summary.split())[:SUMMARY_LENGTH]
    line = _MARKUP.sub(r"\\\1", f"{opening.trigger.priority} {opening.service}: {text}")
    return line.encode("utf-8", "replace")[:390].decode("utf-8", "ignore")


class TemporalAlert:
    """One alert in Temporal, addressed by its workflow id: the end of a lane."""

    def __init__(self, client: Client, workflow_id: str, task_queue: str) -> None:
        self._client = client
        self._id = workflow_id
        self._task_queue = task_queue

    async def start(self, said: Said) -> Told:
        """Start it with the trigger inside: a new alert is one call. Open already: its run, at no cost."""
        try:
            return await self._start(said, WorkflowIDConflictPolicy.FAIL)
        except WorkflowAlreadyStartedError as open_already:
            run = open_already.run_id or ""
            return Told(open_already.first_run_id or run, run, started=False)

    async def join(self, said: Said) -> Told:
        return await self._start(said, WorkflowIDConflictPolicy.USE_EXISTING)

    async def signal(self, said: Said) -> Told:
        return await self._start(
            said, WorkflowIDConflictPolicy.USE_EXISTING, start_signal=TRIGGER, start_signal_args=[said.repeat]
        )

    async def signal_open(self, said: Said) -> None:
        handle = self._client.get_workflow_handle(self._id)
        await asked(handle.signal(TRIGGER, said.repeat, rpc_timeout=RPC_TIMEOUT))

    async def _start(self, said: Said, conflict: WorkflowIDConflictPolicy, **signal: Any) -> Told:
        opening = said.opening
        now = standing(opening)
        handle = await asked(
            self._client.start_workflow(
                WORKFLOW,
                opening,
                id=self._id,
                task_queue=self._task_queue,
                id_conflict_policy=conflict,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                memo=memo(opening, now),
                search_attributes=search_attributes(now),
                priority=task_priority(opening),
                static_summary=static_summary(opening),
                rpc_timeout=RPC_TIMEOUT,
                **signal,
            )
        )
        run = handle.result_run_id or ""
        started = conflict is WorkflowIDConflictPolicy.FAIL
        return Told(handle.first_execution_run_id or run, run, started)
