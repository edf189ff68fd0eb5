"""The gateway on a real Temporal server."""

import asyncio

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from api.gateway import NotConfirmed
from api.lane import Pace
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import AlertState, Priority, Verb
from roust.domain.directory import Directory
from roust.domain.timeline import Kind
from tests.api.seen import an_event, counted, ended, owned_by, signals


async def test_an_event_starts_an_alert_that_can_be_read_before_any_worker_runs(
    gateway: TemporalGateway, service: str
) -> None:
    accepted = await gateway.trigger(an_event(), service)
    assert (accepted.status, accepted.dedup_key, accepted.service) == ("triggered", "disk", service)
    assert accepted.id is not None
    assert accepted.url == f"http://127.0.0.1:8420/v1/alerts/{accepted.id}"
    standing = await gateway.standing(accepted.id)
    assert (standing.state, standing.priority, standing.count) == (AlertState.TRIGGERED, Priority.P1, 1)
    view = await gateway.view(accepted.id)
    assert (view.id, view.summary) == (accepted.id, "checkout is down")
    assert [entry.kind for entry in view.timeline] == [Kind.TROUBLE]


async def test_a_repeat_joins_the_open_alert(gateway: TemporalGateway, service: str, worker: Worker) -> None:
    first = await gateway.trigger(an_event(), service)
    again = await gateway.trigger(an_event("still down"), service)
    assert (again.status, again.id) == ("repeated", first.id)
    assert first.id is not None
    await counted(gateway, first.id, 2)
    assert (await gateway.standing(first.id)).summary == "still down"


async def test_the_same_key_of_another_service_is_another_alert(
    client: Client, directory: Directory, service: str, queue: str
) -> None:
    two = directory.model_copy(update={"services": directory.services | {"other": directory.services[service]}})
    gateway = TemporalGateway(client, lambda: two, task_queue=queue)
    mine = await gateway.trigger(an_event(), service)
    others = await gateway.trigger(an_event(key="disk"), "other")
    assert mine.id != others.id
    assert others.status == "triggered"
    assert await gateway.resolve_key(an_event(verb=Verb.RESOLVE), "other", "source")
    await gateway.aclose()


async def test_ten_thousand_repeats_of_any_size_cost_a_handful_of_signals(
    gateway: TemporalGateway, service: str, worker: Worker, client: Client
) -> None:
    first = await gateway.trigger(an_event(), service)
    assert first.id is not None
    small = an_event("again")
    large = an_event("again " + "x" * 1_048_576, details={"dump": "y" * 1_048_576})

    async def source(repeats: int) -> None:
        for number in range(repeats):
            answer = await gateway.trigger(large if number % 100 == 0 else small, service)
            assert answer.id == first.id

    await asyncio.gather(*(source(50) for _ in range(200)))
    await counted(gateway, first.id, 10_001, 30)
    assert await signals(client, first.id) <= 100
    answer = await gateway.acknowledge(first.id, "ada", "api")
    assert answer.accepted


async def test_a_repeat_that_is_worse_never_waits(
    client: Client, directory: Directory, service: str, queue: str, worker: Worker
) -> None:
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, pace=Pace(window=60))
    first = await gateway.trigger(an_event(priority="P3"), service)
    await gateway.trigger(an_event("again", priority="P3"), service)
    await gateway.trigger(an_event("waits", priority="P3"), service)
    assert first.id is not None
    await counted(gateway, first.id, 2)
    assert await signals(client, first.id) == 1
    await gateway.trigger(an_event("worse", priority="P1"), service)
    await counted(gateway, first.id, 4)
    assert await signals(client, first.id) == 2
    await gateway.aclose()


async def test_what_waits_is_told_when_the_process_ends(
    client: Client, directory: Directory, service: str, queue: str, worker: Worker
) -> None:
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, pace=Pace(window=60))
    first = await gateway.trigger(an_event(), service)
    for number in range(5):
        await gateway.trigger(an_event(f"again {number}"), service)
    assert first.id is not None
    await counted(gateway, first.id, 2)
    await gateway.aclose()
    await counted(gateway, first.id, 6)
    assert (await gateway.standing(first.id)).summary == "again 4"
    assert await signals(client, first.id) == 2


async def test_trigger_resolve_trigger_with_no_worker_leaves_it_open_when_one_comes(
    gateway: TemporalGateway, service: str, a_worker: Worker
) -> None:
    first = await gateway.trigger(an_event(), service)
    assert await gateway.resolve_key(an_event(verb=Verb.RESOLVE), service, "source")
    again = await gateway.trigger(an_event("back again"), service)
    assert first.id is not None
    assert again.id == first.id
    async with a_worker:
        await counted(gateway, first.id, 2)
        assert (await gateway.standing(first.id)).state is AlertState.TRIGGERED


async def test_a_trigger_that_follows_a_resolve_is_told_at_once_however_many_came_before(
    client: Client, directory: Directory, service: str, queue: str, a_worker: Worker
) -> None:
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, pace=Pace(window=60))
    first = await gateway.trigger(an_event(), service)
    for _ in range(5):
        await gateway.trigger(an_event("again"), service)
    assert await gateway.resolve_key(an_event(verb=Verb.RESOLVE), service, "source")
    await gateway.trigger(an_event("back again"), service)
    assert first.id is not None
    # Of the repeats one was told at once and the others just before the resolve; then the trigger after it.
    assert await signals(client, first.id) == 4
    async with a_worker:
        await counted(gateway, first.id, 7)
        assert (await gateway.standing(first.id)).state is AlertState.TRIGGERED
    await gateway.aclose()


async def test_a_trigger_that_follows_a_responders_resolve_is_told_at_once_too(
    client: Client, directory: Directory, service: str, queue: str
) -> None:
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, pace=Pace(window=60))
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    for _ in range(5):
        await gateway.trigger(an_event("again"), service)
    with pytest.raises(NotConfirmed):
        await gateway.resolve(alert, "ada", "api")
    await gateway.trigger(an_event("back again"), service)
    assert await signals(client, alert) == 4
    await gateway.aclose()


async def test_what_waits_never_opens_an_alert_that_was_resolved_after_it(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    first = await gateway.trigger(an_event(), service)
    for _ in range(5):
        await gateway.trigger(an_event("again"), service)
    assert await gateway.resolve_key(an_event(verb=Verb.RESOLVE), service, "source")
    assert first.id is not None
    await gateway.aclose()
    await ended(client, first.id)
    view = await gateway.view(first.id)
    assert (view.state, view.count) == (AlertState.RESOLVED, 6)
    page = await gateway.list(None, service, 10, None)
    assert page.alerts == []


async def test_after_resolve_the_same_key_opens_a_new_alert(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    first = await gateway.trigger(an_event(), service)
    assert first.id is not None
    assert (await gateway.resolve(first.id, "ada", "api")).accepted
    await ended(client, first.id)
    second = await gateway.trigger(an_event(), service)
    assert second.status == "triggered"
    assert second.id != first.id


async def test_a_resolve_or_acknowledge_of_nothing_open_says_so(gateway: TemporalGateway, service: str) -> None:
    assert not await gateway.resolve_key(an_event(verb=Verb.RESOLVE, key="never seen"), service, "source")
    assert not await gateway.acknowledge_key(an_event(verb=Verb.ACKNOWLEDGE, key="never seen"), service, "source")


async def test_a_sources_acknowledge_is_kept_for_the_worker(
    gateway: TemporalGateway, service: str, a_worker: Worker
) -> None:
    first = await gateway.trigger(an_event(), service)
    assert await gateway.acknowledge_key(an_event(verb=Verb.ACKNOWLEDGE), service, "monitoring")
    assert first.id is not None
    async with a_worker:
        await owned_by(gateway, str(first.id), "monitoring")
