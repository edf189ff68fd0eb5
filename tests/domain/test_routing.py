"""The way an event takes: service, priority, urgency, action, each with its reason."""

from typing import Any

import pytest
from pydantic import ValidationError

from roust.domain.alert import Event, Priority, Urgency
from roust.domain.directory import Directory
from roust.domain.routing import Action, Decision, decide, dedup_key
from tests.builders import a_directory

POLICY = {"escalation_policy": "payments"}


def routed(
    event: dict[str, Any], key: str | None = "checkout", services: dict[str, Any] | None = None, **parts: Any
) -> Decision:
    known = {"checkout": POLICY, "search": POLICY, "platform": POLICY} | (services or {})
    directory = a_directory(**({"default_service": "platform", "services": known} | parts))
    return decide(Event(**({"summary": "x"} | event)), key, directory)


TO_SEARCH = {"match": ['team="search"'], "service": "search"}


def test_a_route_beats_the_key() -> None:
    decision = routed({"labels": {"team": "search"}}, routes=[TO_SEARCH])
    assert decision.service == "search"
    assert decision.why[:2] == ['route 1 matches: team="search"', "service search: the route says so"]


def test_the_first_route_that_matches_wins() -> None:
    routes = [
        {"match": ['team="web"'], "service": "platform"},
        TO_SEARCH,
        {"match": ['team=~".+"'], "service": "checkout"},
    ]
    assert routed({"labels": {"team": "search"}}, routes=routes).service == "search"


def test_every_matcher_of_a_route_must_match() -> None:
    routes = [{"match": ['team="search"', 'env="prod"'], "service": "search"}]
    assert routed({"labels": {"team": "search"}}, routes=routes).service == "checkout"
    assert routed({"labels": {"team": "search", "env": "prod"}}, routes=routes).service == "search"


def test_without_a_route_the_key_says_the_service() -> None:
    assert routed({"labels": {"team": "web"}}, routes=[TO_SEARCH]).service == "checkout"


def test_without_a_key_the_default_service_takes_it() -> None:
    assert routed({}, key=None).service == "platform"


def test_an_event_without_labels_asks_no_route() -> None:
    decision = routed({}, routes=[{"match": ['team=""'], "service": "search"}])
    assert decision.service == "checkout"
    assert decision.why[0] == "no route is asked: the event has no labels"


def test_a_route_without_a_service_only_says_how() -> None:
    routes = [{"match": ['env="dev"'], "priority": "P5", "action": "suppress"}, TO_SEARCH]
    decision = routed({"labels": {"env": "dev", "team": "search"}, "priority": Priority.P1}, routes=routes)
    assert (decision.service, decision.priority, decision.action) == ("checkout", Priority.P5, Action.SUPPRESS)


def test_a_service_that_is_gone_is_passed_over() -> None:
    assert routed({}, key="gone").service == "platform"


def test_without_any_service_the_decision_says_so() -> None:
    decision = routed({}, key=None, default_service=None)
    assert decision.service is None
    assert any("no service" in reason for reason in decision.why)


@pytest.mark.parametrize(
    ("event", "priority", "urgency"),
    [
        ({"severity": "critical"}, "P1", "high"),
        ({"severity": "page"}, "P1", "high"),
        ({"severity": "error"}, "P2", "high"),
        ({"severity": "warning"}, "P3", "low"),
        ({"severity": "info"}, "P5", "low"),
        ({"severity": " Critical "}, "P1", "high"),
        ({"severity": "info", "priority": "P2"}, "P2", "high"),
        ({"priority": "P3"}, "P3", "low"),
        ({"priority": "P4"}, "P4", "low"),
        ({}, "P3", "high"),
        ({"severity": ""}, "P3", "high"),
        ({"severity": "catastrophic"}, "P3", "high"),
    ],
)
def test_how_bad_it_is_and_how_loudly_we_page(event: dict[str, Any], priority: str, urgency: str) -> None:
    decision = routed(event)
    assert (decision.priority, decision.urgency) == (priority, urgency)


def test_a_routes_priority_beats_the_events_and_says_how_loudly() -> None:
    routes = [{"match": ['env="dev"'], "priority": "P3"}]
    decision = routed({"labels": {"env": "dev"}, "severity": "critical"}, routes=routes)
    assert (decision.priority, decision.urgency) == (Priority.P3, Urgency.LOW)
    unsaid = routed({"labels": {"env": "dev"}}, routes=routes)
    assert (unsaid.priority, unsaid.urgency) == (Priority.P3, Urgency.LOW)


def test_a_services_urgency_beats_the_prioritys() -> None:
    loud = {"checkout": POLICY | {"urgency": "high"}, "search": POLICY | {"urgency": "low"}}
    assert routed({"severity": "info"}, services=loud).urgency is Urgency.HIGH
    assert routed({"severity": "critical"}, key="search", services=loud).urgency is Urgency.LOW
    assert routed({}, key="search", services=loud).urgency is Urgency.LOW


def test_what_does_not_match_page_when_is_suppressed() -> None:
    picky = {"checkout": POLICY | {"page_when": ['slo=~".+"', 'env!="dev"']}}
    assert routed({"labels": {"slo": "99.9"}}, services=picky).action is Action.PAGE
    assert routed({"labels": {"slo": "99.9", "env": "dev"}}, services=picky).action is Action.SUPPRESS
    decision = routed({}, services=picky)
    assert decision.action is Action.SUPPRESS
    assert decision.why[-1] == 'suppress: the service pages only when slo=~".+", env!="dev"'


def test_dropping_beats_suppressing() -> None:
    picky = {"checkout": POLICY | {"page_when": ['slo=~".+"']}}
    routes = [{"match": ['env="dev"'], "action": "drop"}]
    assert routed({"labels": {"env": "dev"}}, services=picky, routes=routes).action is Action.DROP


def test_every_step_of_the_decision_has_its_reason() -> None:
    assert routed({"severity": "critical"}).why == [
        "no route is asked: the event has no labels",
        "service checkout: its key was shown",
        "priority P1: severity critical",
        "urgency high: by priority P1",
    ]


def test_a_directory_with_a_bad_matcher_cannot_be() -> None:
    for parts in (
        {"routes": [{"match": ['a=~"("']}]},
        {"services": {"checkout": POLICY | {"page_when": ["a"]}}},
    ):
        with pytest.raises(ValidationError, match="at character"):
            Directory.model_validate(a_directory().model_dump() | parts)


def test_the_same_summary_is_the_same_alert_where_no_key_is_given() -> None:
    assert dedup_key(Event(summary="a")) == dedup_key(Event(summary="a", description="b", dedup_key=""))
    assert dedup_key(Event(summary="a")) != dedup_key(Event(summary="b"))
    assert dedup_key(Event(summary="a", dedup_key="k")) == "k"


def test_a_key_too_long_to_keep_is_stood_for_by_its_hash() -> None:
    long, longer = "k" * 256, "k" * 257
    assert dedup_key(Event(dedup_key="k" * 255)) == "k" * 255
    assert dedup_key(Event(dedup_key=long)) != dedup_key(Event(dedup_key=longer))
    assert len(dedup_key(Event(dedup_key=long))) == 64
