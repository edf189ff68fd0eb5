"""An urgent page overtakes any backlog, and each service has a turn of its own: as Temporal is told it (rule 18)."""

from datetime import timedelta

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.worker import Worker

from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event, Priority, Urgency
from roust.domain.notification import MessageKind
from roust.runtime.embedded import DYNAMIC_CONFIG
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until
from workflows.messages import workflow_id
from workflows.precedence import BOOKKEEPING, precedence


async def events(client: Client, service: str, key: str) -> list[HistoryEvent]:
    handle = client.get_workflow_handle(workflow_id(service, key))
    return list((await handle.fetch_history(rpc_timeout=timedelta(seconds=5))).events)


async def pages(client: Client, service: str, key: str) -> list[int]:
    """The priority keys of its page activities, in order."""
    scheduled = [event.activity_task_scheduled_event_attributes for event in await events(client, service, key)]
    return [one.priority.priority_key for one in scheduled if one.activity_id]


@pytest.mark.parametrize(
    ("severity", "expected"), [("critical", 1), ("error", 2), ("warning", 4), ("info", 4)], ids=str
)
async def test_an_alert_starts_with_the_precedence_of_its_urgency_and_its_services_turn(
    client: Client, gateway: TemporalGateway, service: str, severity: str, expected: int
) -> None:
    await gateway.trigger(Event(summary="disk", dedup_key="disk", severity=severity), service)
    [started, *_] = await events(client, service, "disk")
    told = started.workflow_execution_started_event_attributes.priority
    assert (told.priority_key, told.fairness_key) == (expected, service)


async def test_a_page_of_an_alert_that_became_worse_overtakes_too(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker, channel: RecordingChannel
) -> None:
    await gateway.trigger(Event(summary="disk", dedup_key="disk", severity="warning"), service)
    await channel.until("ada", "mail")
    await gateway.trigger(Event(summary="disk", dedup_key="disk", severity="critical"), service)
    await until(lambda: len(channel.taken) == 2)
    assert await pages(client, service, "disk") == [4, 1]
    await gateway.resolve_key(Event(summary="disk", dedup_key="disk"), service, "source")
    await until(lambda: channel.taken[-1].kind == "resolved")
    assert await pages(client, service, "disk") == [4, 1, BOOKKEEPING]


def test_what_must_be_answered_goes_before_what_need_not() -> None:
    keys = [precedence(urgency, priority) for urgency in Urgency for priority in Priority]
    assert max(keys) < precedence(Urgency.HIGH, Priority.P1, MessageKind.RESOLVED)
    assert precedence(Urgency.HIGH, Priority.P5) < precedence(Urgency.LOW, Priority.P1)
    assert precedence(Urgency.HIGH, Priority.P1) == 1


def test_the_embedded_server_deals_fairly() -> None:
    assert "matching.enableFairness=true" in DYNAMIC_CONFIG
