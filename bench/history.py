"""What Temporal's own history says of a workflow's instants, on either side."""

from datetime import datetime
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client


async def _events(client: Client, workflow: str) -> list[Any]:
    return [event async for event in client.get_workflow_handle(workflow).fetch_history_events()]


def _at(event: Any) -> float:
    at: datetime = event.event_time.ToDatetime()
    return at.timestamp() if at.tzinfo else event.event_time.ToNanoseconds() / 1e9


async def began(client: Client, workflow: str) -> float:
    """When it began its first step: the instant that its first workflow task sees as now."""
    for event in await _events(client, workflow):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            return _at(event)
    raise LookupError(workflow)


async def silenced(client: Client, workflow: str, signal: str) -> float:
    """When its first `signal` was applied: the end of the workflow task after it, which cancels what is pending."""
    heard = False
    for event in await _events(client, workflow):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            heard = heard or event.workflow_execution_signaled_event_attributes.signal_name == signal
        elif heard and event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            return _at(event)
    raise LookupError(workflow)
