"""`roust trigger`: an alert from a shell."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.alerts import alert_id
from tests.cli.conftest import Roust
from tests.fakes.api import FakeApi, an_error

ACCEPTED = {
    "id": alert_id(),
    "dedup_key": "disk",
    "status": "triggered",
    "url": "https://roust.example.com/v1/alerts/x",
}


@pytest.fixture
def accepting(api: FakeApi) -> FakeApi:
    api.answers("POST", "/v1/alerts", 202, ACCEPTED)
    return api


def test_a_trigger_says_everything_it_was_given(accepting: FakeApi, roust: Roust) -> None:
    words = ["trigger", "disk-is-full", "--service", "checkout", "--priority", "P2", "--severity", "error"]
    words += ["--dedup-key", "disk"]
    words += ["--source", "cron", "--description", "97 %", "--label", "region=eu", "--label", "expr=a=b"]
    words += ["--link", "graph=https://graphs.example.com/?a=b", "--link", "https://example.com/?x=y"]
    words += ["--detail", "free=3%"]
    result = roust(*words)
    assert result.exit_code == 0
    assert result.output.split() == ["triggered", alert_id(), ACCEPTED["url"]]
    (asked,) = accepting.asked
    assert asked.body == {
        "summary": "disk-is-full",
        "service": "checkout",
        "priority": "P2",
        "severity": "error",
        "dedup_key": "disk",
        "source": "cron",
        "description": "97 %",
        "labels": {"region": "eu", "expr": "a=b"},
        "links": [
            {"href": "https://graphs.example.com/?a=b", "text": "graph"},
            {"href": "https://example.com/?x=y"},
        ],
        "details": {"free": "3%"},
    }


def test_what_was_not_said_is_left_out(accepting: FakeApi, roust: Roust) -> None:
    assert roust("trigger", "--summary", "disk is full").exit_code == 0
    assert accepting.asked[0].body == {"summary": "disk is full"}


def test_the_key_comes_from_the_environment(accepting: FakeApi, roust: Roust) -> None:
    roust("trigger", "disk is full")
    assert accepting.asked[0].authorization == "Bearer key-of-checkout"


def test_a_key_file_wins_over_the_environment(accepting: FakeApi, roust: Roust, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("key-in-a-file\n")
    roust("trigger", "disk is full", "--key-file", str(file))
    assert accepting.asked[0].authorization == "Bearer key-in-a-file"


def test_without_a_key_a_responder_triggers_by_their_token(
    accepting: FakeApi, roust: Roust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROUST_KEY")
    assert roust("trigger", "disk is full", "--service", "checkout").exit_code == 0
    assert accepting.asked[0].authorization == "Bearer token-of-ada"


def test_what_the_message_says_of_a_field_is_not_said_twice(accepting: FakeApi, roust: Roust) -> None:
    error = an_error("invalid", "summary: is blank", [{"field": "summary", "message": "is blank"}])
    accepting.answers("POST", "/v1/alerts", 422, error)
    assert roust("trigger", "disk is full").stderr == "roust: summary: is blank\n"


def test_an_empty_key_file_is_not_passed_over(accepting: FakeApi, roust: Roust, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    result = roust("trigger", "disk is full", "--key-file", str(tmp_path / "key"))
    assert result.exit_code == 2
    assert "holds no integration key" in result.stderr
    assert accepting.asked == []


def test_json_is_the_apis_own(accepting: FakeApi, roust: Roust) -> None:
    accepting.answers("POST", "/v1/alerts", 202, '{"id":  "x", "status": "held"}')
    assert roust("trigger", "disk is full", "--json").output == '{"id":  "x", "status": "held"}\n'


def test_a_dropped_event_has_no_id(accepting: FakeApi, roust: Roust) -> None:
    accepting.answers("POST", "/v1/alerts", 202, ACCEPTED | {"id": None, "url": None, "status": "dropped"})
    assert roust("trigger", "disk is full").output == "dropped\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trigger"], "no summary"),
        (["trigger", " "], "no summary"),
        (["trigger", "a", "--summary", "b"], "two summaries"),
        (["trigger", "a", "--label", "region"], "--label name=value"),
        (["trigger", "a", "--label", "=eu"], "--label name=value"),
        (["trigger", "a", "--label", "r=1", "--label", "r=2"], "given twice"),
        (["trigger", "a", "--key-file", "/nonexistent/key"], "cannot read the integration key"),
        (["trigger", "a", "--url", "roust.example.com"], "not an address"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_sent(
    accepting: FakeApi, roust: Roust, words: list[str], said: str
) -> None:
    result = roust(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert accepting.asked == []


@pytest.mark.parametrize("key", ["", "  ", "schlüssel", "two\nlines"])
def test_a_key_that_cannot_be_one_is_never_sent(
    accepting: FakeApi, roust: Roust, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.delenv("ROUST_TOKEN")
    monkeypatch.setenv("ROUST_KEY", key)
    result = roust("trigger", "disk is full")
    assert result.exit_code == 2
    assert "ROUST_KEY" in result.stderr
    assert accepting.asked == []


def test_a_refusal_names_the_fields(accepting: FakeApi, roust: Roust) -> None:
    error = an_error("invalid", "the alert is not valid", [{"field": "priority", "message": "must be P1 to P5"}])
    accepting.answers("POST", "/v1/alerts", 422, error)
    result = roust("trigger", "disk is full", "--priority", "P9")
    assert result.exit_code == 1
    assert result.stderr == "roust: the alert is not valid (priority: must be P1 to P5)\n"


def test_an_unknown_key_is_said_with_its_cure_and_never_shown(accepting: FakeApi, roust: Roust) -> None:
    accepting.answers("POST", "/v1/alerts", 401, an_error("unauthorized", "unauthorized"))
    result = roust("trigger", "disk is full")
    assert result.exit_code == 1
    assert "does not know this integration key; check ROUST_KEY" in result.stderr
    assert "key-of-checkout" not in result.output


def test_python_m_roust_is_the_same_command(accepting: FakeApi) -> None:
    command = [sys.executable, "-m", "roust", "trigger", "disk is full"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"triggered {alert_id()}\n")
    assert [asked.body for asked in accepting.asked] == [{"summary": "disk is full"}]
