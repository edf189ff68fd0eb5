"""`group_by`, `settle` and `page_when` from the event to the alert, on the real server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from api.lane import Pace
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import AlertState, Event, Verb
from roust.domain.directory import Directory
from roust.domain.timeline import Kind
from tests.api.seen import counted, ended, signals
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until
from workflows.messages import AlertView, Standing


@pytest.fixture
def directory(directory: Directory) -> Directory:
    """Its service groups by region, lets low urgency settle, and pages only for what has an SLO or no env."""
    service = directory.default_service or ""
    parts = {"group_by": ["region"], "settle": timedelta(hours=1), "page_when": ['env!="dev"']}
    own = directory.services[service].model_copy(update=parts)
    return directory.model_copy(update={"services": {service: own}})


def an_event(key: str, region: str | None = "eu", verb: str = "trigger", **parts: Any) -> Event:
    labels = {"region": region} if region is not None else {}
    whole = {"summary": f"{key} is down", "dedup_key": key, "priority": "P1", "verb": Verb(verb), "labels": labels}
    return Event.model_validate(whole | parts)


async def becomes(gateway: TemporalGateway, alert: str | None, true: Callable[[Standing], bool]) -> Standing:
    assert alert is not None

    async def become() -> Standing | None:
        now = await gateway.standing(alert)
        return now if true(now) else None

    found: Standing = await until(become)
    return found


def parts_over(view: AlertView) -> list[str]:
    return [entry.text for entry in view.timeline if entry.kind is Kind.PART_OVER]


async def test_one_alert_per_value_of_the_labels_and_its_own_without_them(
    gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    first = await gateway.trigger(an_event("db-1"), service)
    again = await gateway.trigger(an_event("db-2"), service)
    other = await gateway.trigger(an_event("db-3", "us"), service)
    single = await gateway.trigger(an_event("db-4", None), service)
    assert [one.status for one in (first, again, other, single)] == ["triggered", "repeated", "triggered", "triggered"]
    assert again.id == first.id
    assert len({first.id, other.id, single.id}) == 3
    # A source is told its own key: the one that it will resolve by.
    assert [one.dedup_key for one in (first, again)] == ["db-1", "db-2"]
    assert (await becomes(gateway, first.id, lambda now: now.count == 2)).dedup_key == '{region="eu"}'
    assert (await becomes(gateway, single.id, lambda now: now.step == 1)).dedup_key == "db-4"


async def test_a_group_ends_when_the_last_of_it_has_resolved(
    gateway: TemporalGateway, client: Client, service: str, worker: Worker, channel: RecordingChannel
) -> None:
    alert = (await gateway.trigger(an_event("db-1"), service)).id
    await gateway.trigger(an_event("db-2"), service)
    assert alert is not None
    await counted(gateway, alert, 2)
    assert await gateway.resolve_key(an_event("db-1", verb="resolve"), service, "source")
    assert await gateway.resolve_key(an_event("db-9", verb="resolve"), service, "source")
    view = await gateway.view(alert)
    assert view.state is AlertState.TRIGGERED
    assert parts_over(view)[-1] == "One of the group is over (source); 1 still happens."
    assert await gateway.resolve_key(an_event("db-2", verb="resolve"), service, "source")
    await ended(client, alert)
    assert [message.kind for message in channel.taken] == ["page", "resolved"]


@pytest.mark.parametrize("parts", [3, 40])
async def test_no_part_of_a_group_is_forgotten_when_repeats_go_as_one(
    client: Client, directory: Directory, service: str, queue: str, worker: Worker, parts: int
) -> None:
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, pace=Pace(window=60))
    alert = (await gateway.trigger(an_event("first"), service)).id
    assert alert is not None
    for number in range(parts):
        await gateway.trigger(an_event(f"db-{number}"), service)
    # One that was neither told at once nor the last word of those that waited.
    for key in ("first", *(f"db-{number}" for number in range(parts) if number != 1)):
        assert await gateway.resolve_key(an_event(key, verb="resolve"), service, "source")
    view = await gateway.view(alert)
    assert view.state is AlertState.TRIGGERED
    assert parts_over(view)[-1].endswith("1 still happens.")
    assert await signals(client, alert) <= 2 * parts + 3
    assert await gateway.resolve_key(an_event("db-1", verb="resolve"), service, "source")
    await ended(client, alert)
    await gateway.aclose()


async def test_what_came_before_the_service_was_grouped_is_resolved_by_its_own_key(
    client: Client, directory: Directory, service: str, queue: str, worker: Worker
) -> None:
    plain = directory.services[service].model_copy(update={"group_by": []})
    current = directory.model_copy(update={"services": {service: plain}})
    gateway = TemporalGateway(client, lambda: current, task_queue=queue)
    alert = (await gateway.trigger(an_event("db-1"), service)).id
    assert alert is not None
    current = directory
    assert await gateway.resolve_key(an_event("db-1", verb="resolve"), service, "source")
    await ended(client, alert)
    assert not await gateway.resolve_key(an_event("db-1", verb="resolve"), service, "source")
    await gateway.aclose()


async def test_low_urgency_settles_and_what_heals_meanwhile_pages_nobody(
    gateway: TemporalGateway, client: Client, service: str, a_worker: Worker, channel: RecordingChannel
) -> None:
    mild = an_event("db-1", None, priority="P4")
    alert = (await gateway.trigger(mild, service)).id
    assert alert is not None
    before = await gateway.standing(alert)
    assert before.next_due == before.triggered_at + timedelta(hours=1)
    async with a_worker:
        await becomes(gateway, alert, lambda now: now.first_run is not None)
        assert "waits 1h" in (await gateway.view(alert)).timeline[-1].text
        assert await gateway.resolve_key(mild.model_copy(update={"verb": Verb.RESOLVE}), service, "source")
        await ended(client, alert)
    assert channel.taken == []


async def test_what_does_not_match_page_when_is_kept_visible_and_pages_nobody(
    gateway: TemporalGateway, service: str, worker: Worker, channel: RecordingChannel
) -> None:
    dev = await gateway.trigger(an_event("db-1", labels={"env": "dev"}), service)
    assert dev.status == "suppressed"
    await becomes(gateway, dev.id, lambda now: now.first_run is not None)
    assert dev.id is not None
    view = await gateway.view(dev.id)
    assert view.state is AlertState.SUPPRESSED
    assert 'pages only when env!="dev"' in (view.timeline[0].why or "")

    async def listed() -> list[str]:
        return [alert for alert, _ in (await gateway.list("suppressed", service, 10, None)).alerts]

    assert await until(listed) == [dev.id]
    assert channel.taken == []
