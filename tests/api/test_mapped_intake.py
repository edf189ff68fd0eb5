"""`/in/webhook/{name}`: any JSON, by a mapping of the configuration."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.intake.mapped_payload import read
from roust.config.load import load
from roust.domain.alert import Event, Link, Priority, Verb
from roust.domain.intake import Intake
from tests.api.asking import KEY, Held, asking, two_services
from tests.api.captured import CAPTURES, requests_of
from tests.fakes.gateway import RecordingGateway

EXAMPLE = Path("examples/intakes/roust.yaml")
INTAKES = load([EXAMPLE], {"ROUST_LINK_KEY": "k" * 40, "CHECKOUT_KEY": "c" * 40}).directory.intakes
SNS = requests_of("unknown_sns_cloudwatch")[0]["body"]
KUMA = requests_of("unknown_uptime_kuma_down")[0]["body"]
SENTRY = requests_of("unknown_sentry_issue_alert")[0]["body"]
DATADOG = json.loads((CAPTURES / "mapped" / "datadog.json").read_text())


def the_event(name: str, body: Any) -> Event:
    (one,) = read(INTAKES[name], name, body)
    assert one.clear
    assert one.event.details == {"received": one.event.details["received"]}
    return one.event


async def post(name: str, body: Any, *, key: str | None = KEY, path: str = "", **parts: Any) -> Any:
    gateway = RecordingGateway()
    held = Held(two_services(intakes={name: intake.model_dump() for name, intake in INTAKES.items()} | parts))
    async with asking(gateway, held, key=key) as client:
        answer = await client.post(f"/in/webhook/{name}{path}", content=json.dumps(body).encode())
    return gateway, answer


def test_datadog() -> None:
    event = the_event("datadog", DATADOG)
    assert event.summary == "[P1] [Triggered] Error rate of checkout is high"
    assert (event.verb, event.priority, event.dedup_key) == (Verb.TRIGGER, Priority.P1, "6871021213")
    assert event.links == [Link(href="https://app.datadoghq.com/monitors/4711", text="Monitor")]
    assert event.labels["scope"] == "service:checkout"
    recovered = the_event("datadog", DATADOG | {"transition": "Recovered", "priority": "normal"})
    assert (recovered.verb, recovered.dedup_key, recovered.priority) == (Verb.RESOLVE, "6871021213", None)
    assert read(INTAKES["datadog"], "datadog", DATADOG | {"transition": "Renotify"}) == []


def test_sentry() -> None:
    event = the_event("sentry", SENTRY)
    assert (event.summary, event.severity) == ("ReferenceError: heck is not defined", "error")
    assert event.dedup_key == "1117540176"
    assert event.labels == {"environment": "prod", "rule": "Very Important Alert Rule!"}


def test_uptime_kuma() -> None:
    event = the_event("kuma", KUMA)
    assert event.summary == "[checkout-api] [🔴 Down] connect ECONNREFUSED checkout.example:443"
    assert (event.verb, event.dedup_key, event.severity) == (Verb.TRIGGER, "29", "critical")
    up = KUMA | {"heartbeat": KUMA["heartbeat"] | {"status": 1}}
    assert the_event("kuma", up).verb is Verb.RESOLVE
    for quiet in (2, 3):
        assert read(INTAKES["kuma"], "kuma", KUMA | {"heartbeat": {"status": quiet}}) == []


def test_cloudwatch_over_sns() -> None:
    event = the_event("cloudwatch", SNS)
    assert event.summary == "High CPU: Threshold Crossed"
    assert event.dedup_key == "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:High CPU"
    assert event.labels == {"region": "EU (Ireland)", "metric": "CPUUtilization"}
    ok = SNS | {"Message": SNS["Message"].replace('"NewStateValue":"ALARM"', '"NewStateValue":"OK"')}
    assert the_event("cloudwatch", ok).verb is Verb.RESOLVE


async def test_a_subscription_to_confirm_is_shown_to_people_with_its_address() -> None:
    address = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    body = {"Type": "SubscriptionConfirmation", "SubscribeURL": address, "Message": "You have chosen to subscribe …"}
    gateway, answer = await post("cloudwatch", body)
    assert answer.status_code == 202
    (told,) = gateway.told
    assert (told.service, told.event.summary) == ("platform", "intake cloudwatch found no summary in what came")
    assert told.event.details["received"]["SubscribeURL"] == address


async def test_the_key_may_stand_in_the_path() -> None:
    gateway, answer = await post("kuma", KUMA, key=None, path=f"/{KEY}")
    assert (answer.status_code, [told.service for told in gateway.told]) == (202, ["checkout"])
    assert (await post("kuma", KUMA, key=None))[1].status_code == 401
    assert (await post("kuma", KUMA, key=None, path="/wrong"))[1].status_code == 401


async def test_an_intake_that_nobody_wrote_is_404_and_tells_nobody() -> None:
    gateway, answer = await post("nagios", KUMA)
    assert (answer.status_code, gateway.told) == (404, [])
    assert "nagios" in answer.json()["error"]["message"]


async def test_several_alerts_in_one_payload_are_each_told() -> None:
    intake = {"each": "items", "summary": "name", "dedup_key": "name", "acknowledge": "seen"}
    body = {"items": [{"name": "a"}, {"name": "b", "seen": True}, {"other": 1}]}
    gateway, answer = await post("many", body, many=intake)
    assert [(told.verb, told.event.summary) for told in gateway.told if told.service == "checkout"] == [
        ("trigger", "a"),
        ("acknowledge", "b"),
    ]
    assert [told.event.summary for told in gateway.told if told.service == "platform"] == [
        "intake many found no summary in what came"
    ]
    assert [one["status"] for one in answer.json()["alerts"]] == ["triggered", "nothing_open", "triggered"]


@pytest.mark.parametrize("body", [[], "x", None, {"items": {}}, {"items": None}])
def test_what_has_no_list_pages_all_the_same(body: Any) -> None:
    (one,) = read(Intake(each="items", summary="name"), "many", body)
    assert not one.clear
    assert one.event.details == {"received": body}


def test_a_field_that_cannot_be_asked_is_named_and_costs_nothing_else() -> None:
    intake = Intake(summary="name", description="join(', ', name)", dedup_key="name")
    (one,) = read(intake, "x", {"name": "disk full"})
    assert (one.event.summary, one.event.description) == ("disk full", "")
    (wrong,) = one.event.details["not_read"]
    assert wrong.startswith("description: ")


def test_a_mistake_in_a_mapping_is_named_with_its_place(tmp_path: Path) -> None:
    broken = EXAMPLE.read_text().replace("summary: msg", "summary: 'msg ||'").replace("debug: info", "debug: loud")
    file = tmp_path / "roust.yaml"
    file.write_text(broken)
    loaded = load([file], {"ROUST_LINK_KEY": "k" * 40, "CHECKOUT_KEY": "c" * 40})
    told = "\n".join(map(str, loaded.problems))
    assert "roust.yaml:48:5: " in told
    assert "intakes.kuma.summary: is no JMESPath expression: Incomplete expression;" in told
    assert "unknown severity 'loud'" in told


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["msg", "heartbeat", "monitor", "status", "id", "Message", "data", "event", "title", "tags", "transition"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(INTAKES)), body=_JSON)
def test_whatever_comes_is_an_event_or_what_the_mapping_ignores(name: str, body: Any) -> None:
    for one in read(INTAKES[name], name, body):
        assert one.event.summary or one.event.dedup_key
