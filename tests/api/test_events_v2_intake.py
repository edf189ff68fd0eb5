"""`POST /v2/enqueue`: PagerDuty's Events API v2, as its clients use it."""

from typing import Any

import pytest

from tests.api.asking import KEY, OTHER_KEY, asking
from tests.fakes.gateway import RecordingGateway


def an_event(**parts: Any) -> dict[str, Any]:
    return {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "cpu/web-1",
        "payload": {"summary": "CPU high", "source": "web-1", "severity": "critical"},
    } | parts


async def post(gateway: RecordingGateway, body: Any, path: str = "/v2/enqueue") -> Any:
    async with asking(gateway, key=None) as client:
        return await client.post(path, json=body)


async def test_a_trigger_is_answered_as_pagerduty_answers() -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, an_event())
    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Event processed", "dedup_key": "cpu/web-1"}
    [told] = gateway.told
    assert (told.verb, told.service, told.event.severity, told.event.source) == (
        "trigger",
        "checkout",
        "critical",
        "web-1",
    )


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
async def test_acknowledge_and_resolve_need_no_payload_and_nothing_open(verb: str) -> None:
    gateway = RecordingGateway()
    event = an_event(event_action=verb)
    del event["payload"]
    answer = await post(gateway, event)
    assert (answer.status_code, answer.json()["dedup_key"]) == (202, "cpu/web-1")
    [told] = gateway.told
    assert (told.verb, told.service, told.by) == (verb, "checkout", "source:checkout")


async def test_a_trigger_without_a_dedup_key_is_always_a_new_alert() -> None:
    gateway = RecordingGateway()
    event = an_event()
    del event["dedup_key"]
    keys = {(await post(gateway, event)).json()["dedup_key"] for _ in range(3)}
    assert len(keys) == 3
    assert keys == {event.dedup_key for event in gateway.events}


async def test_a_resolve_takes_the_way_of_its_trigger_though_it_says_less() -> None:
    gateway = RecordingGateway()
    await post(gateway, an_event(payload={"summary": "x", "severity": "info", "class": "c", "group": "g"}))
    assert gateway.events[0].labels == {}
    assert gateway.events[0].details == {"class": "c", "group": "g"}


@pytest.mark.parametrize("key", [None, "", "wrong", KEY[:-1], KEY + "x", 7, [KEY], {"a": 1}, "key-öf", "\u0000"])
@pytest.mark.parametrize("path", ["/v2/enqueue", "/v2/change/enqueue"])
async def test_missing_unknown_and_wrong_keys_are_answered_alike(key: Any, path: str) -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, an_event(routing_key=key), path)
    assert answer.status_code == 401
    assert answer.json() == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["'routing_key' is not a valid integration key"],
    }
    assert gateway.told == []


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ({"event_action": "page"}, ["event_action"]),
        ({"event_action": None}, ["event_action"]),
        ({"event_action": ["trigger"]}, ["event_action"]),
        ({"event_action": "resolve", "dedup_key": ""}, ["dedup_key"]),
        ({"event_action": "acknowledge", "dedup_key": None}, ["dedup_key"]),
        ({"payload": None}, ["payload.summary"]),
        ({"payload": {"summary": " "}}, ["payload.summary"]),
        ({"payload": "x", "dedup_key": "k" * 256}, ["dedup_key", "payload.summary"]),
    ],
)
async def test_a_bad_event_is_refused_with_everything_that_is_wrong(parts: dict[str, Any], faults: list[str]) -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, an_event(**parts))
    assert answer.status_code == 400
    body = answer.json()
    assert (body["status"], body["message"]) == ("invalid event", "Event object is invalid")
    assert [error.split("'")[1] for error in body["errors"]] == faults
    assert gateway.told == []


@pytest.mark.parametrize("body", [[], "x", 7, True])
async def test_what_is_no_object_is_an_invalid_event(body: Any) -> None:
    answer = await post(RecordingGateway(), body)
    assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")


@pytest.mark.parametrize(
    "payload",
    [
        {"summary": "x", "severity": "catastrophic", "timestamp": "2026-01-01T00:00:00+00:00Z"},
        {"summary": "x", "severity": 7, "timestamp": "yesterday", "source": None},
        {"summary": 42, "custom_details": ["a", 1]},
        {"summary": "x", "custom_details": "text", "component": {"a": 1}},
    ],
)
async def test_what_does_not_matter_for_paging_is_read_leniently(payload: dict[str, Any]) -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, an_event(payload=payload, links="none", images=[1, {"src": "x"}], client=7))
    assert answer.status_code == 202
    assert gateway.verbs == ["trigger"]


async def test_the_key_says_which_service() -> None:
    gateway = RecordingGateway()
    await post(gateway, an_event(routing_key=OTHER_KEY))
    assert gateway.services == ["search"]


async def test_a_change_is_taken_and_dropped() -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, {"routing_key": KEY, "payload": {"summary": "deploy"}}, "/v2/change/enqueue")
    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Change event processed"}
    assert gateway.told == []


async def test_what_temporal_did_not_accept_is_to_be_sent_again() -> None:
    for verb in ("trigger", "acknowledge", "resolve"):
        answer = await post(RecordingGateway(all_away=True), an_event(event_action=verb))
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
