"""What real sources sent, replayed: each request becomes exactly the events that were written down once."""

import json
from typing import Any

import pytest

from tests.api.asking import Held, asking, two_services
from tests.api.captured import CAPTURES, requests_of
from tests.fakes.gateway import RecordingGateway

GOLDEN = CAPTURES / "events.golden.json"
NAMES = sorted(path.stem for path in CAPTURES.glob("*.json") if path != GOLDEN)
KEYS = ["R" * 32, "R0UT1NGKEY0123456789012345678901", "secret-key"]
FRESH = ("pagerduty_lib_trigger_no_dedup", "pdpyras_trigger")
"""No dedup key in it: each time a new one."""


async def replay(name: str) -> tuple[RecordingGateway, list[Any]]:
    gateway = RecordingGateway()
    held = Held(
        two_services(
            services={"payments": {"escalation_policy": "payments", "integration_keys": KEYS}},
            default_service="payments",
        )
    )
    answers = []
    async with asking(gateway, held, key="secret-key") as client:
        for request in requests_of(name):
            body = json.dumps(request["body"]).encode()
            answers.append(
                await client.request(request["method"], request["path"], content=body, headers=request["headers"])
            )
    return gateway, answers


def as_written(gateway: RecordingGateway, name: str) -> list[dict[str, Any]]:
    written = []
    for told in gateway.told:
        event = told.event.model_dump(mode="json", exclude_defaults=True)
        if name in FRESH:
            event["dedup_key"] = "fresh"
        written.append({"verb": told.verb, "service": told.service} | event)
    return written


@pytest.mark.parametrize("name", NAMES)
async def test_a_captured_request_becomes_the_events_written_down(name: str) -> None:
    gateway, answers = await replay(name)
    assert [answer.status_code for answer in answers] == [202] * len(answers)
    golden = json.loads(GOLDEN.read_text())
    assert as_written(gateway, name) == golden[name]


async def test_clients_of_events_v2_find_the_key_in_the_answer() -> None:
    for name in NAMES:
        for request, answer in zip(requests_of(name), (await replay(name))[1], strict=True):
            if request["path"] == "/v2/enqueue":
                assert answer.json()["dedup_key"] == request["body"].get("dedup_key", answer.json()["dedup_key"])
                assert answer.json()["dedup_key"]


async def test_a_flap_fires_resolves_and_fires_again_under_one_key() -> None:
    gateway, _ = await replay("alertmanager_flap_fire_resolve_refire")
    by_key: dict[str | None, list[str]] = {}
    for told in gateway.told:
        by_key.setdefault(told.event.dedup_key, []).append(told.verb)
    assert list(by_key.values()) == [["trigger", "resolve", "trigger"]] * 2


async def test_in_a_storm_every_alert_is_told_on_its_own() -> None:
    gateway, _ = await replay("alertmanager_storm")
    keys = {told.event.dedup_key for told in gateway.told}
    sent = {
        alert["fingerprint"] for request in requests_of("alertmanager_storm") for alert in request["body"]["alerts"]
    }
    assert keys == sent
    assert len(keys) == 101
