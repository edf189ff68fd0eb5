"""What a heartbeat's silence and its end do: an alert starts, an alert is resolved."""

from collections.abc import Callable
from dataclasses import replace

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from roust.domain.directory import Directory
from roust.domain.grouping import place
from roust.domain.heartbeat import back, missed
from roust.domain.routing import Action, decide
from roust.runtime.clock import CLOCK
from roust.runtime.made_maintenance import MadeMaintenance
from workflows.calls import HEARTBEAT_BACK, HEARTBEAT_MISSED
from workflows.heartbeat import Silence
from workflows.messages import RESOLVE, TASK_QUEUE, TRIGGER, WORKFLOW, Resolve, workflow_id
from workflows.opening import shown
from workflows.pinned import pinned, repeat

log = structlog.get_logger()


class Heartbeats:
    """The activities. A second attempt repeats what the first one did, under the same request."""

    def __init__(self, client: Client, directory: Callable[[], Directory], task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._directory = directory
        self._task_queue = task_queue
        self._maintenance = MadeMaintenance(client)

    @activity.defn(name=HEARTBEAT_MISSED)
    async def missed(self, silence: Silence) -> bool:
        """Start the alert, or repeat the open one. False when the configuration does not know the heartbeat."""
        directory = self._directory()
        heartbeat = directory.heartbeats.get(silence.name)
        if heartbeat is None:
            return False
        event = missed(silence.name, heartbeat, silence.last)
        decision = decide(event, heartbeat.service, directory)
        if decision.service is None or decision.action is Action.DROP:
            log.warning("a heartbeat stays away, and a route drops it", heartbeat=silence.name, why=decision.why)
            return True
        service = decision.service
        grouped = place(event, directory.services[service])
        request, at = f"{silence.name} {silence.last.isoformat()}", CLOCK.now()
        made, doubt = await self._maintenance.in_force(at)
        if doubt:
            decision = replace(decision, why=[*decision.why, doubt])
        opening = pinned(event, decision, service, grouped, directory, request, at, made)
        await self._client.start_workflow(
            WORKFLOW,
            opening,
            id=workflow_id(service, grouped.key),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=TRIGGER,
            start_signal_args=[repeat(event, decision, grouped, opening)],
            **shown(opening),
        )
        # The beginning of its id: the run that it ends with is the workflow's to know.
        alert = workflow_id(service, grouped.key).removeprefix("alert/").replace("/", "-")
        log.info("a heartbeat stays away", alert=alert, heartbeat=silence.name, service=service)
        return True

    @activity.defn(name=HEARTBEAT_BACK)
    async def back(self, silence: Silence) -> bool:
        """Resolve the alert, where it is open."""
        directory = self._directory()
        heartbeat = directory.heartbeats.get(silence.name)
        event = back(silence.name)
        service = decide(event, heartbeat.service, directory).service if heartbeat else None
        if service is None:
            return False
        grouped = place(event, directory.services[service])
        word = Resolve(
            request=f"{silence.name} {silence.last.isoformat()}",
            alert=None,
            by=f"heartbeat:{silence.name}",
            via="source",
            member=grouped.member,
        )
        try:
            await self._client.get_workflow_handle(workflow_id(service, grouped.key)).signal(RESOLVE, word)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True
