"""Opening an alert, or telling the one that is open: the end of a lane."""

from typing import Any

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from api.door import RPC_TIMEOUT, asked
from api.lane import Told
from api.repeats import Said
from workflows.messages import TRIGGER, WORKFLOW
from workflows.opening import shown


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
        handle = await asked(
            self._client.start_workflow(
                WORKFLOW,
                opening,
                id=self._id,
                task_queue=self._task_queue,
                id_conflict_policy=conflict,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
                **shown(opening),
                **signal,
            )
        )
        run = handle.result_run_id or ""
        started = conflict is WorkflowIDConflictPolicy.FAIL
        return Told(handle.first_execution_run_id or run, run, started)
