"""`roust maintenance add`, `list`, `end`: one request each."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import Roust
from tests.fakes.api import FakeApi, an_error

PATH = "/v1/maintenance"


def an_entry(**parts: Any) -> dict[str, Any]:
    whole = {
        "id": "1a2b3c4d",
        "services": ["checkout"],
        "match": [],
        "from": "2026-12-01T22:00:00Z",
        "to": "2026-12-02T02:00:00Z",
        "every": None,
        "reason": "database upgrade",
        "made_by": "ada",
        "ended_by": None,
        "state": "coming",
        "next": {"from": "2026-12-01T22:00:00Z", "to": "2026-12-02T02:00:00Z"},
    }
    return whole | parts


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def test_add_is_one_request_and_one_line(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", PATH, 201, an_entry(match=['region="eu"']))
    words = ("--service", "checkout", "--match", 'region="eu"', "--for", "4h", "--reason", "database upgrade")
    result = roust("maintenance", "add", *words)
    assert (result.exit_code, result.output) == (
        0,
        'maintenance 1a2b3c4d: checkout (region="eu"), Tue 1 Dec 2026 22:00:00 UTC to Wed 2 Dec 2026 02:00:00 UTC\n',
    )
    (asked,) = api.asked
    assert asked.body == {
        "services": ["checkout"],
        "match": ['region="eu"'],
        "for": "4h",
        "reason": "database upgrade",
    }


def test_the_list_says_what_when_by_whom_and_why(api: FakeApi, roust: Roust) -> None:
    planned = an_entry(id=None, made_by=None, services=None, every="1w", reason="backup", state="now")
    ended = an_entry(state="over", next=None, ended_by="ben")
    api.answers("GET", PATH, 200, {"maintenance": [planned, ended]})
    result = roust("maintenance", "list", "--over")
    assert api.asked[0].query == {"over": "true"}
    rows = [line.split(None, 2)[:2] for line in result.output.splitlines()]
    assert rows == [["ID", "STATE"], ["-", "now"], ["1a2b3c4d", "over"]]
    assert "all services" in result.output
    assert "Tue 1 Dec 2026 22:00:00 UTC to Wed 2 Dec 2026 02:00:00 UTC, every 1w" in result.output
    assert "ada, ended by ben" in result.output


def test_none_is_said(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", PATH, 200, {"maintenance": []})
    assert roust("maintenance", "list").output == "no maintenance\n"


@pytest.mark.parametrize(
    ("released", "said"),
    [(0, "ended\n"), (1, "ended; 1 held alert climbs now\n"), (3, "ended; 3 held alerts climb now\n")],
)
def test_end_says_what_climbs_now(api: FakeApi, roust: Roust, released: int, said: str) -> None:
    api.answers("DELETE", f"{PATH}/1a2b3c4d", 200, {**an_entry(state="over"), "released": released})
    assert roust("maintenance", "end", "1a2b3c4d").output == said


def test_a_refusal_is_told_with_its_reason(api: FakeApi, roust: Roust) -> None:
    api.answers("DELETE", f"{PATH}/1a2b3c4d", 409, an_error("refused", "it is over since 2026-12-01T23:00:00Z"))
    result = roust("maintenance", "end", "1a2b3c4d")
    assert (result.exit_code, result.stderr) == (1, "roust: it is over since 2026-12-01T23:00:00Z\n")


@pytest.mark.parametrize(
    "words", [("add",), ("add", "--for", "1h", "--to", "2026-12-01T22:00Z"), ("end", "../x"), ("end",)]
)
def test_what_cannot_be_meant_is_2_and_nothing_is_sent(api: FakeApi, roust: Roust, words: tuple[str, ...]) -> None:
    assert roust("maintenance", *words).exit_code == 2
    assert api.asked == []
