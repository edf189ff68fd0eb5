"""`roust escalate`, `reassign`, `snooze`, `note`, `update`, `ack --service`: one request each, honest about it."""

import pytest

from tests.cli.alerts import a_whole_alert, alert_id
from tests.cli.conftest import Roust
from tests.fakes.api import FakeApi, an_error

ID = alert_id()
DONE = {"state": "triggered", "owner": None, "step": 2}


def path(verb: str) -> str:
    return f"/v1/alerts/{ID}/{verb}"


def test_escalate_goes_from_the_step_that_is_current_now(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", f"/v1/alerts/{ID}", 200, a_whole_alert())
    api.answers("POST", path("escalate"), 200, DONE)
    result = roust("escalate", ID)
    assert (result.exit_code, result.output) == (0, "escalated from step 2: the next step begins now\n")
    assert [(asked.path, asked.body) for asked in api.asked][1:] == [(path("escalate"), {"step": 2})]


def test_escalate_from_a_reassignment_names_no_step_0(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", path("escalate"), 200, {**DONE, "step": 0})
    result = roust("escalate", ID, "--step", "0")
    assert result.output == "escalated from the reassignment: the next step begins now\n"


def test_escalate_from_the_step_that_they_saw_asks_nothing_else(api: FakeApi, roust: Roust) -> None:
    reason = "stale: step 2 is current by now, not step 1"
    api.answers("POST", path("escalate"), 409, an_error("refused", reason))
    result = roust("escalate", ID, "--step", "1", "--by", "ben")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"roust: {reason}\n")
    (asked,) = api.asked
    assert asked.body == {"step": 1, "by": "ben"}


@pytest.mark.parametrize(
    ("words", "verb", "body", "said"),
    [
        (("reassign", ID, "--user", "ben"), "reassign", {"user": "ben"}, "reassigned to ben\n"),
        (
            ("reassign", ID, "--policy", "db"),
            "reassign",
            {"escalation_policy": "db"},
            "reassigned to policy db\n",
        ),
        (("snooze", ID, "--for", "90m"), "snooze", {"for": "1h30m"}, "snoozed for 1h30m\n"),
        (("update", ID, "we look into it"), "updates", {"text": "we look into it"}, "posted\n"),
        (
            ("update", ID, "found it", "--next", "30m"),
            "updates",
            {"text": "found it", "next": "30m"},
            "posted; the next news is promised in 30m\n",
        ),
        (
            ("update", ID, "found it", "--next", "2026-03-02T14:30Z", "--by", "ben"),
            "updates",
            {"text": "found it", "next": "2026-03-02T14:30Z", "by": "ben"},
            "posted; the next news is promised for 2026-03-02T14:30Z\n",
        ),
        (("note", ID, "the disk is full"), "notes", {"text": "the disk is full"}, "noted\n"),
    ],
)
def test_a_verb_is_one_request_and_one_line(
    api: FakeApi, roust: Roust, words: tuple[str, ...], verb: str, body: dict[str, str], said: str
) -> None:
    api.answers("POST", path(verb), 200, DONE)
    result = roust(*words)
    assert (result.exit_code, result.output) == (0, said)
    (asked,) = api.asked
    assert (asked.path, asked.body, asked.authorization) == (path(verb), body, "Bearer token-of-ada")


def test_with_no_worker_it_says_that_nothing_was_done(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", path("snooze"), 503, an_error("unavailable", "no worker answers: not done"), retry_after="5")
    result = roust("snooze", ID, "--for", "1h")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no worker answers: not done; try again in 5 s" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("reassign", ID),
        ("reassign", ID, "--user", "ben", "--policy", "db"),
        ("snooze", ID),
        ("snooze", ID, "--for", "-1h"),
        ("snooze", ID, "--for", "10y"),
        ("note", ID, "  "),
        ("update", ID, "  "),
        ("escalate", ID, "--step", "-1"),
        ("ack",),
        ("ack", ID, "--service", "checkout"),
        ("ack", "--service", "../x"),
    ],
)
def test_what_cannot_be_meant_is_2_and_nothing_is_sent(api: FakeApi, roust: Roust, words: tuple[str, ...]) -> None:
    assert roust(*words).exit_code == 2
    assert api.asked == []


ALL = "/v1/services/checkout/acknowledge"


def test_one_word_acknowledges_all_of_a_service(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", ALL, 200, {"acknowledged": [ID, alert_id("1" * 20)], "failed": []})
    result = roust("ack", "--service", "checkout")
    assert (result.exit_code, result.output) == (0, "acknowledged: 2 alerts of checkout\n")
    (asked,) = api.asked
    assert (asked.path, asked.body) == (ALL, {})


def test_what_was_not_acknowledged_is_said_and_ends_with_1(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", ALL, 200, {"acknowledged": [ID], "failed": [{"id": alert_id("1" * 20), "reason": "away"}]})
    result = roust("ack", "--service", "checkout")
    assert (result.exit_code, result.stdout) == (1, "acknowledged: 1 alert of checkout\n")
    assert "1 NOT acknowledged (away); call it again" in result.stderr
