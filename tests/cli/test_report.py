"""`roust report`: a table that people like to read, and JSON for programs."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Roust
from tests.fakes.api import FakeApi

PATH = "/v1/report"


def counted(**parts: Any) -> dict[str, Any]:
    whole = {"pages": 7, "nights": 2, "acknowledged": 3, "to_acknowledge_median": 95.0, "to_acknowledge_p90": 400.0}
    return whole | parts


def a_report(**parts: Any) -> dict[str, Any]:
    service = {"service": "checkout", "alerts": 5, "quiet": 1, "exhausted": 0, "healed": 1, "untouched": 2}
    whole: dict[str, Any] = {
        "since": "2026-03-02T12:00:00Z",
        "until": "2026-03-09T12:00:00Z",
        "alerts": 5,
        "untold": 0,
        "open": 0,
        "kept_days": 30.0,
        "cut": False,
        "services": [service | counted()],
        "people": [{"user": "ada"} | counted(to_acknowledge_median=None, to_acknowledge_p90=None)],
        "noise": [
            {"service": "checkout", "summary": "disk 91 %", "dedup_key": "d", "alerts": 2, "pages": 4, "nights": 1}
        ],
    }
    return whole | parts


def test_it_says_what_it_cost_and_what_to_delete(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", PATH, 200, a_report())
    result = roust("report", "--since", "7d")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0].startswith("7d, Mon 2 Mar 2026")
    assert lines[0].endswith(": 5 alerts closed, 1 of them paged nobody.")
    assert lines[1] == "The server keeps closed alerts for 30 days."
    assert lines[3:5] == [
        "SERVICE ALERTS PAGES NIGHT ACK ACK P90 EXHAUSTED HEALED UNTOUCHED",
        "checkout 5 7 2 1m35s 6m40s - 1 2",
    ]
    assert lines[6:8] == ["PERSON PAGES NIGHT ACKNOWLEDGED ACK ACK P90", "ada 7 2 3 - -"]
    assert lines[-1] == "2 4 1 checkout disk 91 %"
    assert api.asked[0].query == {"since": "7d"}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"open": 1}, "1 alert still open: not counted before they are over."),
        ({"untold": 2}, "2 ended in Temporal without a last word: only counted."),
        ({"cut": True}, "There were more: these are the newest."),
        ({"kept_days": 3.0}, "The server keeps closed alerts for 3 days: what is older is NOT in this report."),
        ({"kept_days": None}, "The server did not say how long it keeps closed alerts: older ones are not in this."),
        ({"noise": []}, "No alert paged people without anybody ever acting upon it."),
    ],
)
def test_what_is_not_in_it_is_said(api: FakeApi, roust: Roust, parts: dict[str, Any], said: str) -> None:
    api.answers("GET", PATH, 200, a_report(**parts))
    assert said in roust("report").output.splitlines()


def test_nothing_closed_is_one_line_and_how_long_is_kept(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", PATH, 200, a_report(alerts=0, services=[], people=[], noise=[]))
    assert len(roust("report").output.splitlines()) == 2


def test_a_summary_cannot_move_the_cursor(api: FakeApi, roust: Roust) -> None:
    noise = [{"service": "checkout", "summary": "\x1b[2Jgone", "dedup_key": "", "alerts": 1, "pages": 1, "nights": 0}]
    api.answers("GET", PATH, 200, a_report(noise=noise))
    assert "\\x1b[2Jgone" in roust("report").output


def test_json_is_the_api_s_own(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", PATH, 200, a_report())
    assert json.loads(roust("report", "--json").stdout) == a_report()


def test_a_length_that_cannot_be_is_2_and_nothing_is_asked(api: FakeApi, roust: Roust) -> None:
    assert roust("report", "--since", "last week").exit_code == 2
    assert api.asked == []
