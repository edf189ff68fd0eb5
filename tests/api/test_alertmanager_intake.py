"""`/in/alertmanager`: Alertmanager's groups and Grafana's, alert by alert."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.asking import KEY, asking
from tests.fakes.gateway import RecordingGateway


def an_alert(fingerprint: str = "f1", status: str = "firing", **parts: Any) -> dict[str, Any]:
    return {
        "status": status,
        "fingerprint": fingerprint,
        "labels": {"alertname": "Down", "instance": "db-0", "severity": "critical"},
        "annotations": {"summary": f"{fingerprint} is down"},
    } | parts


def a_group(*alerts: Any, **parts: Any) -> dict[str, Any]:
    return {"version": "4", "status": "firing", "alerts": list(alerts), "truncatedAlerts": 0} | parts


async def post(gateway: RecordingGateway, body: Any) -> Any:
    async with asking(gateway) as client:
        return await client.post("/in/alertmanager", content=json.dumps(body).encode())


async def test_each_alert_goes_by_its_own_status_never_by_the_groups() -> None:
    gateway = RecordingGateway()
    group = a_group(an_alert("f1", "resolved"), an_alert("f2"), status="firing")
    answer = await post(gateway, group)
    assert answer.status_code == 202
    told = {one.event.dedup_key: (one.verb, one.service, one.by) for one in gateway.told}
    assert told == {"f1": ("resolve", "checkout", "source:checkout"), "f2": ("trigger", "checkout", "")}


async def test_a_group_called_resolved_still_pages_for_what_fires_in_it() -> None:
    gateway = RecordingGateway()
    await post(gateway, a_group(an_alert("f1"), status="resolved"))
    assert gateway.verbs == ["trigger"]


async def test_the_same_fingerprint_is_told_in_its_order() -> None:
    gateway = RecordingGateway()
    await post(gateway, a_group(an_alert("f1"), an_alert("f2"), an_alert("f1", "resolved"), an_alert("f1")))
    assert [one.verb for one in gateway.told if one.event.dedup_key == "f1"] == ["trigger", "resolve", "trigger"]


@pytest.mark.parametrize(
    ("parts", "summary"),
    [
        ({"annotations": {"summary": "s", "title": "t"}}, "s"),
        ({"annotations": {"summary": " ", "title": "t", "message": "m"}}, "t"),
        ({"annotations": {"message": "m"}}, "m"),
        ({"annotations": {}}, "Down on db-0"),
        ({"annotations": None}, "Down on db-0"),
        ({"annotations": [], "labels": {"alertname": "Down"}}, "Down"),
        ({"annotations": {}, "labels": {"job": "api", "env": "prod"}}, "job=api, env=prod"),
        ({"annotations": {}, "labels": {}}, "Alertmanager alert without a summary"),
        ({"annotations": {"summary": {"a": 1}}}, '{"a": 1}'),
    ],
)
async def test_every_alert_has_a_summary(parts: dict[str, Any], summary: str) -> None:
    gateway = RecordingGateway()
    await post(gateway, a_group(an_alert(**parts)))
    assert gateway.summaries == [summary]


async def test_links_that_lead_somewhere_are_kept() -> None:
    gateway = RecordingGateway()
    alert = an_alert(
        annotations={"runbook_url": "https://runbooks.example/x"},
        generatorURL="http://prom.example:9090/graph",
        dashboardURL="",
        panelURL="javascript:alert(1)",
        silenceURL="https://grafana.example/silence",
    )
    await post(gateway, a_group(alert))
    assert [(link.text, link.href) for link in gateway.events[0].links] == [
        ("Runbook", "https://runbooks.example/x"),
        ("Source", "http://prom.example:9090/graph"),
        ("Silence", "https://grafana.example/silence"),
    ]


async def test_an_alert_without_a_fingerprint_is_known_by_its_labels() -> None:
    gateway = RecordingGateway()
    same, swapped, other = {"a": "1", "b": "2"}, {"b": "2", "a": "1"}, {"a": "1"}
    for labels in (same, swapped, other):
        await post(gateway, a_group(an_alert(fingerprint="", labels=labels)))
    first, second, third = (event.dedup_key for event in gateway.events)
    assert first == second != third


@pytest.mark.parametrize("alert", [None, "down", 7, [], {}, {"labels": {}}, {"labels": [1], "annotations": {}}])
async def test_what_cannot_be_understood_in_a_group_pages_the_default_service(alert: Any) -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, a_group(an_alert("f1"), alert))
    assert answer.status_code == 202
    by_service = {one.service: one.event for one in gateway.told}
    assert set(by_service) == {"checkout", "platform"}
    assert "without labels and fingerprint" in by_service["platform"].summary
    assert by_service["platform"].details == {"received": alert}


@pytest.mark.parametrize("body", [[], {}, "down", 7, None, True, {"alerts": []}, {"alerts": {}}, {"title": "CPU"}])
async def test_a_body_of_no_known_shape_pages_the_default_service(body: Any) -> None:
    gateway = RecordingGateway()
    answer = await post(gateway, body)
    assert answer.status_code == 202
    [told] = gateway.told
    assert (told.verb, told.service) == ("trigger", "platform")
    assert "no Alertmanager notification" in told.event.summary
    assert told.event.details == {"received": body}


async def test_alerts_that_were_left_out_of_a_group_are_told() -> None:
    gateway = RecordingGateway()
    await post(gateway, a_group(an_alert("f1"), truncatedAlerts=3, groupKey="g"))
    assert gateway.services == ["checkout", "platform"]
    assert gateway.events[1].details["left_out"] == 3


async def test_one_alert_that_could_not_be_stored_has_the_whole_group_sent_again() -> None:
    gateway = RecordingGateway(away={"f2"})
    group = a_group(an_alert("f1"), an_alert("f2"), an_alert("f3"))
    first = await post(gateway, group)
    assert first.status_code == 503
    assert "retry-after" in first.headers
    assert {event.dedup_key for event in gateway.events} == {"f1", "f3"}
    gateway.away.clear()
    assert (await post(gateway, group)).status_code == 202
    assert "f2" in {event.dedup_key for event in gateway.events}


async def test_the_key_may_come_by_bearer_by_path_or_as_a_password() -> None:
    basic = base64.b64encode(f"grafana:{KEY}".encode()).decode()
    gateway = RecordingGateway()
    async with asking(gateway, key=None) as client:
        answers = [
            await client.post("/in/alertmanager", json=a_group(an_alert()), headers={"Authorization": f"Bearer {KEY}"}),
            await client.put("/in/alertmanager", json=a_group(an_alert()), headers={"Authorization": f"Basic {basic}"}),
            await client.post(f"/in/alertmanager/{KEY}", json=a_group(an_alert())),
            await client.put(f"/in/alertmanager/{KEY}/", json=a_group(an_alert())),
            await client.post("/in/alertmanager/next-key-of-checkout", json=a_group(an_alert())),
        ]
    assert [answer.status_code for answer in answers] == [202] * 5
    assert gateway.services == ["checkout"] * 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("status", "labels", "annotations", "startsAt", "generatorURL", "fingerprint", "values", "summary")
ALERTS = st.lists(
    st.fixed_dictionaries({}, optional={name: JSON | st.sampled_from(["firing", "resolved"]) for name in NAMES}) | JSON,
    max_size=4,
)
GROUPS = st.fixed_dictionaries(
    {"alerts": ALERTS | JSON},
    optional=dict.fromkeys(("status", "version", "orgId", "groupKey", "truncatedAlerts", "receiver"), JSON),
)


@settings(max_examples=60, deadline=None)
@given(body=GROUPS | JSON)
async def test_whatever_json_comes_is_told_to_the_gateway_never_lost(body: Any) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post("/in/alertmanager", content=json.dumps(body).encode())
    assert answer.status_code == 202, answer.text
    alerts = body.get("alerts") if isinstance(body, dict) else None
    assert len(gateway.told) >= max(1, len(alerts) if isinstance(alerts, list) else 1)
