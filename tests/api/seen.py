"""What became of an alert, seen through the gateway and the server's history; waited for, as a busy machine is late."""

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until
from workflows.messages import parse_alert_id

GONE = "checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000"
"""The id of an alert that never was."""


def an_event(summary: str = "checkout is down", key: str | None = "disk", **parts: object) -> Event:
    return Event.model_validate({"summary": summary, "dedup_key": key, "priority": "P1"} | parts)


async def signals(client: Client, alert: str) -> int:
    ref = parse_alert_id(alert)
    assert ref is not None
    history = await client.get_workflow_handle(ref.workflow_id, run_id=ref.first_run).fetch_history()
    return sum(e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED for e in history.events)


async def ended(client: Client, alert: str) -> None:
    """Wait until those who were paged have been told that it is over, and its workflow has ended."""
    ref = parse_alert_id(alert)
    assert ref is not None
    await client.get_workflow_handle(ref.workflow_id, run_id=ref.first_run).result()


async def counted(gateway: TemporalGateway, alert: str, wanted: int, within: float = 20.0) -> None:
    async def told() -> bool:
        return (await gateway.standing(alert)).count == wanted

    await until(told, within)


async def owned_by(gateway: TemporalGateway, alert: str, owner: str) -> None:
    async def taken() -> bool:
        return (await gateway.standing(alert)).owner == owner

    await until(taken)


async def step_of(gateway: TemporalGateway, alert: str, wanted: int) -> None:
    async def begun() -> bool:
        return (await gateway.standing(alert)).step == wanted

    await until(begun)


async def paging(gateway: TemporalGateway, service: str, count: int) -> None:
    """The list, which lags, holds so many alerts of `service` that page."""

    async def listed() -> bool:
        return await gateway.paging(service) == count

    await until(listed)


async def paged(channel: RecordingChannel, *users: str) -> None:
    """These took a page, in this order, and no other."""
    await until(lambda: len(channel.taken) >= len(users))
    assert [message.user for message in channel.taken] == list(users)
