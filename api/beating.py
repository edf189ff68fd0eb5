"""A heartbeat's beat, told to its workflow, which the first beat starts."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from api.door import RPC_TIMEOUT, asked
from workflows.heartbeat import BEAT, WORKFLOW, Beat, Heart, heartbeat_id


async def beat(client: Client, task_queue: str, name: str, every: timedelta) -> None:
    """Durably told. Raises Unavailable."""
    await asked(
        client.start_workflow(
            WORKFLOW,
            Heart(name=name, every=every),
            id=heartbeat_id(name),
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=BEAT,
            start_signal_args=[Beat(every=every)],
            rpc_timeout=RPC_TIMEOUT,
        )
    )
