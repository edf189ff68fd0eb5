"""An alert's id names it for ever: which workflow, and the run that its chain began with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages import AlertRef, alert_id, parse_alert_id, workflow_id

RUN = "0199a3c4-7b1d-4f60-9a2e-3c5d7e9f1b2a"
services = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
runs = st.uuids().map(str)


@given(services, st.text(max_size=80), runs)
def test_an_id_taken_apart_names_the_workflow_and_the_run_it_was_made_of(service: str, key: str, run: str) -> None:
    workflow = workflow_id(service, key)
    assert parse_alert_id(alert_id(workflow, run)) == AlertRef(workflow, run)


@given(services, st.text(max_size=80), runs)
def test_an_id_is_safe_in_a_path_whatever_the_dedup_key_holds(service: str, key: str, run: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+", alert_id(workflow_id(service, key), run))


def test_a_service_that_looks_like_a_tail_is_still_told_apart() -> None:
    service = "a-" + "0" * 20
    workflow = workflow_id(service, "disk")
    assert parse_alert_id(alert_id(workflow, RUN)) == AlertRef(workflow, RUN)


def test_the_same_key_of_two_services_is_two_alerts() -> None:
    assert workflow_id("checkout", "disk") != workflow_id("search", "disk")
    assert workflow_id("checkout", "disk") == workflow_id("checkout", "disk")
    assert workflow_id("checkout", "disk") != workflow_id("checkout", "disk ")


def test_the_next_alert_of_the_same_key_has_another_id() -> None:
    workflow = workflow_id("checkout", "disk")
    assert alert_id(workflow, RUN) != alert_id(workflow, RUN.replace("a", "b"))


def test_a_key_with_a_lone_surrogate_makes_an_id_too() -> None:
    assert re.fullmatch(r"alert/checkout/[0-9a-f]{20}", workflow_id("checkout", "\ud800"))


TAIL = "0123456789abcdef0123"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "checkout",
        f"checkout-{TAIL}",
        f"checkout-{TAIL}-{RUN}\n",
        f"checkout-{TAIL}-{RUN}x",
        f" checkout-{TAIL}-{RUN}",
        f"-{TAIL}-{RUN}",
        f"check/out-{TAIL}-{RUN}",
        f"../checkout-{TAIL}-{RUN}",
        f"checkout-{TAIL.upper()}-{RUN}",
        f"checkout-{TAIL[:-1]}-{RUN}",
        f"checkout-{TAIL}-{RUN.upper()}",
        f"checkout-{TAIL}-{RUN[:-1]}",
        f"{'s' * 65}-{TAIL}-{RUN}",
        "é" + f"-{TAIL}-{RUN}",
    ],
)
def test_what_is_no_id_names_nothing(text: str) -> None:
    assert parse_alert_id(text) is None
