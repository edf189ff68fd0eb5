"""`roust route`: the way an event would take, rule by rule, and as a test."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Roust
from tests.config.files import ENVIRON

COMPANY = """
url: https://roust.example.com
link_keys: ["${LONG_KEY}"]
operators: [{user: ada}]
default_service: platform
defaults: {last_resort: [{user: ada}]}
users:
  ada: {contacts: {mail: {email: ada@example.com}}}
  ben: {contacts: {mail: {email: ben@example.com}}}
schedules:
  primary: {time_zone: UTC, layers: [{users: [ben], every: 1w, start: 2026-01-05T09:00}]}
escalation_policies:
  payments: {steps: [{notify: [{schedule: primary}], wait: 5m}]}
  standard: {steps: [{notify: [{user: ada}], wait: 5m}]}
services:
  checkout: {escalation_policy: payments, group_by: [region], settle: 2m, page_when: ['slo=~".+"']}
  platform: {escalation_policy: standard}
routes:
  - {match: ['env="dev"'], action: drop}
  - {match: ['service="checkout"', 'severity="critical"'], service: checkout, priority: P1}
  - {match: ['service="checkout"'], service: checkout}
channels:
  email: {host: smtp.example.com, from: roust@example.com}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ROUST_CONFIG", raising=False)
    (tmp_path / "roust.yaml").write_text(COMPANY)
    monkeypatch.chdir(tmp_path)


def labelled(**labels: str) -> list[str]:
    return [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]


def test_the_way_is_told_rule_by_rule_to_the_people_of_now(roust: Roust) -> None:
    result = roust("route", *labelled(service="checkout", severity="warning", slo="availability", region="eu"))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        'route 1: no: env="dev" does not hold: no label env',
        'route 2: no: severity="critical" does not hold: severity is "warning"',
        'route 3 matches: service="checkout"',
        "service checkout: the route says so",
        "priority P3: severity warning",
        "urgency low: by priority P3",
        "page: nothing speaks against it",
        'group_by region: one alert for all of {region="eu"}',
        "settle: waits 2m to see whether it heals by itself",
        "policy payments: step 1 notifies schedule primary",
        "that is now: ben (on call in primary: layer 1, with no end in sight)",
    ]


def test_what_is_suppressed_or_dropped_notifies_nobody_and_says_why(roust: Roust) -> None:
    quiet = roust("route", *labelled(service="checkout", severity="critical")).output.splitlines()
    assert quiet[-2:] == ['suppress: the service pages only when slo=~".+"', "nobody is notified"]
    dropped = roust("route", *labelled(env="dev"), "--key-service", "checkout").output.splitlines()
    assert dropped[0] == 'route 1 matches: env="dev"'
    assert dropped[-2:] == ["drop: the route says so", "nobody is notified"]


def test_without_labels_the_key_and_then_the_default_service_take_it(roust: Roust) -> None:
    keyed = roust("route", "--key-service", "checkout", "--priority", "P2")
    assert "service checkout: its key was shown" in keyed.output
    assert "urgency high: by priority P2" in keyed.output
    assert "service platform: it is the default_service" in roust("route").output


def test_as_expected_is_0_and_anything_else_1_with_the_difference(roust: Roust) -> None:
    words = labelled(service="checkout", severity="critical", slo="x")
    good = "service=checkout,priority=P1,action=page,urgency=high,policy=payments"
    assert roust("route", *words, "--expect", good).exit_code == 0
    wrong = roust("route", *words, "--expect", "service=platform,priority=P1", "--expect", "policy=standard")
    assert wrong.exit_code == 1
    assert wrong.stderr.splitlines() == [
        "not as expected: service is checkout, not platform",
        "not as expected: policy is payments, not standard",
    ]


MAINTENANCE = """
maintenance:
  - {services: [platform], from: 2026-12-01T22:00Z, to: 2026-12-02T02:00Z, reason: database upgrade}
"""


def test_maintenance_that_would_hold_it_is_told_and_may_be_expected(roust: Roust) -> None:
    Path("roust.yaml").write_text(COMPANY + MAINTENANCE)
    during, after = ("--at", "2026-12-01T23:00:00+01:00"), ("--at", "2026-12-02T02:00Z")
    held = roust("route", *during, "--expect", "held=yes")
    assert held.exit_code == 0
    assert (
        "held: database upgrade until 2026-12-02 02:00 UTC (planned in the file); "
        "nobody is paged before 2026-12-02 02:00 UTC"
    ) in held.output.splitlines()
    assert "held:" not in roust("route", *after, "--expect", "held=no").output
    assert roust("route", *during, "--expect", "held=no").exit_code == 1
    assert json.loads(roust("route", *during, "--json").stdout)["held_until"] == "2026-12-02T02:00:00+00:00"
    assert roust("route", *during, *labelled(env="dev"), "--expect", "held=no").exit_code == 0


def test_the_way_as_json(roust: Roust) -> None:
    words = labelled(service="checkout", severity="critical", slo="x", region="eu")
    result = roust("route", *words, "--expect", "action=drop", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert {name: said[name] for name in ("ok", "service", "priority", "urgency", "action", "policy", "grouped")} == {
        "ok": False,
        "service": "checkout",
        "priority": "P1",
        "urgency": "high",
        "action": "page",
        "policy": "payments",
        "grouped": '{region="eu"}',
    }
    assert said["routes"][-1] == {
        "route": 2,
        "matched": True,
        "why": 'service="checkout", severity="critical"',
    }
    assert said["step"]["now"] == [{"user": "ben", "why": "on call in primary: layer 1, with no end in sight"}]
    assert said["differences"] == [{"name": "action", "expected": "drop", "is": "page"}]


@pytest.mark.parametrize(
    "words",
    [
        ("--label", "service"),
        ("--label", "a=1", "--label", "a=2"),
        ("--expect", "colour=red"),
        ("--expect", "service"),
        ("--expect", " , "),
        ("--key-service", "unknown"),
        ("--priority", "P9"),
        ("--at", "tonight"),
        ("--at", "2026-12-01T22:00"),
    ],
)
def test_what_cannot_be_asked_is_2(roust: Roust, words: tuple[str, ...]) -> None:
    assert roust("route", *words).exit_code == 2


def test_a_broken_file_is_told_with_its_places(roust: Roust) -> None:
    Path("roust.yaml").write_text(COMPANY.replace('env="dev"', "env=~("))
    result = roust("route")
    assert result.exit_code == 1
    assert "routes[0].match[0]" in result.stderr
