"""`POST /v1/alerts`: Roust's own intake."""

from typing import Any

import pytest

from roust.domain.alert import Priority
from tests.api.asking import KEY, Held, asking, token_of, two_services
from tests.fakes.gateway import RecordingGateway


async def test_an_alert_is_accepted_with_everything_it_says() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post(
            "/v1/alerts",
            json={
                "summary": "checkout is down",
                "dedup_key": "checkout/up",
                "priority": "p1",
                "severity": "critical",
                "source": "prober",
                "description": "no answer for 2 minutes",
                "labels": {"region": "eu", "shard": 3},
                "links": [{"href": "https://dash.example.com/x", "text": "Dashboard"}],
                "details": {"code": 502},
                "build": "abc",
            },
        )
    assert answer.status_code == 202
    assert answer.json() == {
        "id": "checkout-1",
        "dedup_key": "checkout/up",
        "status": "triggered",
        "url": "http://x/1",
    }
    [told] = gateway.told
    assert (told.verb, told.service) == ("trigger", "checkout")
    assert told.event.priority is Priority.P1
    assert told.event.labels == {"region": "eu", "shard": "3"}
    assert told.event.details == {"build": "abc", "code": 502}
    assert told.event.links[0].href == "https://dash.example.com/x"


async def test_without_a_key_of_its_own_an_alert_is_known_by_its_summary() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        first = (await client.post("/v1/alerts", json={"summary": "disk full"})).json()
        second = (await client.post("/v1/alerts", json={"summary": "disk full", "description": "95 %"})).json()
        other = (await client.post("/v1/alerts", json={"summary": "disk slow"})).json()
    assert first["dedup_key"] == second["dedup_key"] != other["dedup_key"]


async def test_a_key_opens_the_door_of_its_own_service_only() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        own = await client.post("/v1/alerts", json={"summary": "x", "service": "checkout"})
        other = await client.post("/v1/alerts", json={"summary": "x", "service": "search"})
    assert (own.status_code, other.status_code) == (202, 403)
    assert gateway.services == ["checkout"]


async def test_an_unknown_service_is_named_as_the_fault_with_a_hint() -> None:
    gateway = RecordingGateway()
    async with asking(gateway, key=token_of("responder")) as client:
        answer = await client.post("/v1/alerts", json={"summary": "x", "service": "chekout"})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "unknown_service"
    assert error["fields"] == [{"field": "service", "message": "no service has this name; did you mean checkout?"}]
    assert gateway.told == []


async def test_a_responder_may_trigger_for_any_service_or_for_none() -> None:
    gateway = RecordingGateway()
    async with asking(gateway, key=token_of("responder")) as client:
        for body in ({"summary": "x", "service": "search"}, {"summary": "y"}):
            assert (await client.post("/v1/alerts", json=body)).status_code == 202
    assert gateway.services == ["search", None]


async def test_whoever_names_no_service_where_none_is_the_default_is_told() -> None:
    gateway = RecordingGateway()
    held = Held(two_services(default_service=None, routes=[{"match": ["team=web"], "service": "search"}]))
    async with asking(gateway, held, key=token_of("responder")) as client:
        lost = await client.post("/v1/alerts", json={"summary": "x"})
        routed = await client.post("/v1/alerts", json={"summary": "x", "labels": {"team": "web"}})
    assert (lost.status_code, routed.status_code) == (422, 202)
    assert lost.json()["error"]["fields"][0]["field"] == "service"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "summary"),
        ({"summary": ""}, "summary"),
        ({"summary": "  \n"}, "summary"),
        ({"summary": ["x"]}, "summary"),
        ({"summary": "x", "priority": "P0"}, "priority"),
        ({"summary": "x", "labels": ["a"]}, "labels"),
        ({"summary": "x", "dedup_key": "k" * 256}, "dedup_key"),
        ({"summary": "x", "links": [{"href": "javascript:alert(1)"}]}, "links.0.href"),
        ({"summary": "x", "details": "text"}, "details"),
        ([], "body"),
        ("x", "body"),
    ],
)
async def test_what_is_wrong_is_said_field_by_field(body: Any, field: str) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post("/v1/alerts", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert [one["field"] for one in error["fields"]] == [field]
    assert gateway.told == []


async def test_several_mistakes_are_said_at_once() -> None:
    async with asking(RecordingGateway()) as client:
        answer = await client.post("/v1/alerts", json={"priority": "P9", "labels": 1})
    assert {one["field"] for one in answer.json()["error"]["fields"]} == {"summary", "priority", "labels"}


async def test_the_severity_label_counts_where_no_severity_is_given() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        await client.post("/v1/alerts", json={"summary": "x", "labels": {"severity": "critical"}})
    assert gateway.events[0].severity == "critical"


async def test_what_temporal_did_not_accept_is_to_be_sent_again() -> None:
    gateway = RecordingGateway(all_away=True)
    async with asking(gateway) as client:
        answer = await client.post("/v1/alerts", json={"summary": "x"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["error"]["code"] == "unavailable"


async def test_a_form_content_type_does_not_cost_a_page() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post(
            "/v1/alerts",
            content=b'{"summary": "from a shell script"}',
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    assert answer.status_code == 202
    assert gateway.summaries == ["from a shell script"]


async def test_a_new_directory_holds_for_the_next_request() -> None:
    gateway = RecordingGateway()
    held = Held(two_services())
    async with asking(gateway, held, key="a-new-key") as client:
        before = await client.post("/v1/alerts", json={"summary": "x"})
        held.directory = two_services(
            services={"checkout": {"escalation_policy": "payments", "integration_keys": ["a-new-key"]}}
        )
        after = await client.post("/v1/alerts", json={"summary": "x"})
        old = await client.post("/v1/alerts", json={"summary": "x"}, headers={"Authorization": f"Bearer {KEY}"})
    assert (before.status_code, after.status_code, old.status_code) == (401, 202, 401)
