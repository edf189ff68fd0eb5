"""Maintenance over HTTP, on a real Temporal server: made, listed, ended, and what it does to alerts."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from api.app import create_app
from api.holds import Holds
from api.lane import Pace
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import AlertState
from roust.domain.directory import Directory
from roust.domain.maintenance import Maintenance
from roust.domain.zones import format_time
from tests.api.seen import an_event
from tests.api.serving import Held
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until

HOUR = timedelta(hours=1)
ROLES = ("viewer", "responder", "editor")


@pytest.fixture
def held(directory: Directory) -> Held:
    """The directory in force, with a token of each role; `ada`'s is an editor's."""
    tokens: list[dict[str, Any]] = [{"name": role, "role": role} for role in ROLES]
    tokens.append({"name": "ada-laptop", "role": "editor", "user": "ada"})
    sealed = [{**each, "sha256": hashlib.sha256(each["name"].encode()).hexdigest()} for each in tokens]
    return Held(Directory.model_validate({**directory.model_dump(by_alias=True), "tokens": sealed}))


@pytest.fixture
async def gateway(client: Client, held: Held, queue: str) -> AsyncIterator[TemporalGateway]:
    gateway = TemporalGateway(
        client, lambda: held.directory, queue, Pace(window=0.2), 30.0, kept_in=f"maintenance-{uuid.uuid4().hex[:8]}"
    )
    yield gateway
    await gateway.aclose()


@pytest.fixture
async def http(gateway: TemporalGateway, held: Held) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=create_app(gateway, held))
    headers = {"Authorization": "Bearer ada-laptop"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://x/v1", headers=headers) as http:
        yield http


async def state_of(gateway: TemporalGateway, alert: str | None) -> AlertState:
    assert alert is not None
    return (await gateway.standing(alert)).state


async def is_in(gateway: TemporalGateway, alert: str | None, state: str) -> bool:
    return await state_of(gateway, alert) == state


async def in_force(gateway: TemporalGateway) -> None:
    """Until what was made is in force, which takes a second at most: what was read last may be half a second old."""

    async def known() -> bool:
        return bool((await gateway.maintenance.in_force(datetime.now(UTC))).entries)

    await until(known, within=1.0)


async def listed_as_held(gateway: TemporalGateway, service: str, count: int = 1) -> None:
    """Until the list, which lags, shows them."""

    async def shown() -> bool:
        return len((await gateway.list("held", service, 50, None)).alerts) == count

    await until(shown)


async def test_what_is_made_holds_what_starts_and_ended_early_it_climbs(
    http: httpx2.AsyncClient, gateway: TemporalGateway, service: str, worker: Worker, channel: RecordingChannel
) -> None:
    made = await http.post("/maintenance", json={"services": [service], "for": "1h", "reason": "database upgrade"})
    assert made.status_code == 201
    entry = made.json()
    assert (entry["made_by"], entry["reason"], entry["state"], entry["planned"]) == (
        "ada", "database upgrade", "now", False,
    )  # fmt: skip
    await in_force(gateway)
    one = await gateway.trigger(an_event(), service)
    again = await gateway.trigger(an_event("worse"), service)
    assert (one.status, again.status, again.id) == ("held", "repeated", one.id)
    assert await state_of(gateway, one.id) == "held"
    assert one.id is not None
    view = await gateway.view(one.id)
    assert view.timeline[1].why is not None
    assert f"database upgrade until {entry['to'][:10]}" in view.timeline[1].why
    assert f"(made by ada, id {entry['id']})" in view.timeline[1].why
    await listed_as_held(gateway, service)
    assert channel.messages == []
    ended = await http.delete(f"/maintenance/{entry['id']}")
    assert (ended.status_code, ended.json()["released"], ended.json()["ended_by"]) == (200, 1, "ada")
    await until(lambda: channel.paged == [("ada", "mail")])

    async def told() -> bool:
        assert one.id is not None
        timeline = (await gateway.view(one.id)).timeline
        return any(each.why == f"maintenance {entry['id']} was ended early" for each in timeline)

    await until(told)
    listed = (await http.get("/maintenance")).json()["maintenance"]
    assert listed == []
    (record,) = (await http.get("/maintenance", params={"over": True})).json()["maintenance"]
    assert (record["id"], record["state"], record["ended_by"], record["made_by"]) == (entry["id"], "over", "ada", "ada")
    assert (await http.delete(f"/maintenance/{entry['id']}")).status_code == 409


async def test_maintenance_that_is_prolonged_holds_on_what_it_held(
    http: httpx2.AsyncClient, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    begin = datetime.now(UTC).replace(microsecond=0)
    end, later = format_time(begin + HOUR), format_time(begin + 2 * HOUR)
    await http.post("/maintenance", json={"services": [service], "to": end})
    await in_force(gateway)
    one = await gateway.trigger(an_event(), service)
    assert one.status == "held"
    await listed_as_held(gateway, service)
    await http.post("/maintenance", json={"services": [service], "from": end, "to": later})

    async def held_on() -> bool:
        assert one.id is not None
        return (await gateway.standing(one.id)).next_due == begin + 2 * HOUR

    await until(held_on)


async def test_only_alerts_that_fit_are_held(
    http: httpx2.AsyncClient, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    await http.post("/maintenance", json={"match": ['region="eu"'], "for": "1h"})
    await in_force(gateway)
    assert (await gateway.trigger(an_event(key="1", labels={"region": "us"}), service)).status == "triggered"
    eu = await gateway.trigger(an_event(key="2", labels={"region": "eu"}), service)
    assert eu.status == "held"
    await listed_as_held(gateway, service)
    # Labels are known to the holds as well: nothing else than what fits is held on or let go.
    assert await gateway.follow_holds() == await gateway.follow_holds() == 0
    assert await is_in(gateway, eu.id, "held")


async def test_an_entry_dropped_from_the_file_releases_what_it_held_when_seen_twice(
    client: Client, gateway: TemporalGateway, held: Held, service: str, worker: Worker, channel: RecordingChannel
) -> None:
    now = datetime.now(UTC)
    planned = Maintenance.model_validate({"from": format_time(now - HOUR), "to": format_time(now + HOUR)})
    without = held.directory
    held.directory = without.model_copy(update={"maintenance": [planned]})
    one = await gateway.trigger(an_event(), service)
    assert one.status == "held"
    await listed_as_held(gateway, service)
    held.directory = without
    holds = Holds(client, lambda: held.directory, gateway.maintenance)
    assert await holds.follow() == 0
    assert await is_in(gateway, one.id, "held")
    assert await holds.follow() == 1
    await until(lambda: channel.paged == [("ada", "mail")])


async def test_a_keeper_that_does_not_answer_holds_up_no_alert_and_the_alert_says_so(
    gateway: TemporalGateway, service: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*words: object, **more: object) -> None:
        raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    with monkeypatch.context() as patched:
        patched.setattr(WorkflowHandle, "describe", away)
        one = await gateway.trigger(an_event(), service)
        # Nobody is let go for want of an answer.
        assert await gateway.follow_holds() == 0
    assert (one.status, one.id is not None) == ("triggered", True)
    assert one.id is not None
    why = (await gateway.view(one.id)).timeline[0].why
    assert why is not None
    assert "maintenance made day to day: no answer (RPCError); by the file alone" in why


async def test_without_a_worker_nothing_is_made_and_reading_goes_on(
    client: Client, held: Held, gateway: TemporalGateway, http: httpx2.AsyncClient, service: str
) -> None:
    now = datetime.now(UTC)
    weekly = {"services": [service], "from": format_time(now - HOUR), "to": format_time(now + HOUR), "every": "1w"}
    held.directory = held.directory.model_copy(update={"maintenance": [Maintenance.model_validate(weekly)]})
    answer = await http.post("/maintenance", json={"for": "1h"})
    assert answer.status_code == 503
    assert "not done" in answer.json()["error"]["message"]
    (planned,) = (await http.get("/maintenance")).json()["maintenance"]
    assert (planned["planned"], planned["state"], planned["every"], planned["id"]) == (True, "now", "1w", None)
    assert (await gateway.trigger(an_event(), service)).status == "held"


async def test_who_may_what(http: httpx2.AsyncClient, worker: Worker) -> None:
    def as_(role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {role}"}

    assert (await http.get("/maintenance", headers=as_("viewer"))).status_code == 200
    assert (await http.post("/maintenance", json={"for": "1h"}, headers=as_("responder"))).status_code == 403
    assert (await http.delete("/maintenance/x", headers=as_("responder"))).status_code == 403
    made = await http.post("/maintenance", json={"for": "1h", "by": "ben"}, headers=as_("editor"))
    assert (made.status_code, made.json()["made_by"]) == (201, "ben")
    path = f"/maintenance/{made.json()['id']}"
    ended = await http.delete(path, params={"by": "ada"}, headers=as_("editor"))
    assert (ended.status_code, ended.json()["ended_by"]) == (200, "ada")
    assert (await http.delete("/maintenance/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "to"),
        ({"for": "1h", "to": "2026-12-01T22:00Z"}, "to"),
        ({"for": "-1h"}, "for"),
        ({"for": "0s"}, "to"),
        ({"for": "1h", "services": ["nothing"]}, "services"),
        ({"for": "1h", "services": []}, "services"),
        ({"for": "1h", "match": ["a="]}, "match.0"),
        ({"to": "2020-01-01T00:00Z"}, "to"),
        ({"from": "2020-01-01T00:00Z", "to": "2020-01-02T00:00Z"}, "to"),
        ({"from": "2020-01-01T00:00", "to": "2099-01-02T00:00"}, "from"),
        ({"from": "2199-12-31T23:00Z", "for": "3650d"}, "to"),
        ({"for": "2d", "every": "1d"}, "to"),
        ({"for": "1h", "every": "never"}, "every"),
        ({"for": "1h", "time_zone": "Mars/Base"}, "time_zone"),
        ({"for": "1h", "reason": "x" * 1001}, "reason"),
        ({"for": "1h", "colour": "red"}, "colour"),
        ({"for": "1h", "by": "nobody"}, "by"),
    ],
)
async def test_what_cannot_be_meant_is_422_with_its_field(
    http: httpx2.AsyncClient, body: dict[str, Any], field: str
) -> None:
    headers = {"Authorization": "Bearer editor"}
    answer = await http.post("/maintenance", json=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert field in [each["field"] for each in answer.json()["error"]["fields"]]
