"""`roust override`, and `roust on-call` and `roust shifts` over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from roust.cli.override import KINDS
from roust.config.load import load
from roust.domain.overrides import OverrideKind
from tests.cli.conftest import Roust
from tests.docs.pages import ROOT
from tests.fakes.api import FakeApi, an_error

PATH = "/v1/schedules/payments-primary/overrides"
BERLIN = ("--zone", "Europe/Berlin")


def an_override(**parts: Any) -> dict[str, Any]:
    whole = {
        "id": "3f2a91bc",
        "kind": "cover",
        "user": "linus",
        "replaces": None,
        "from": "2099-12-23T23:00:00Z",
        "to": "2099-12-26T23:00:00Z",
        "reason": "holidays",
        "made_by": "margaret",
        "made_at": "2026-03-02T12:00:00Z",
    }
    return whole | parts


PLANNED = an_override(
    id=None,
    made_by=None,
    made_at=None,
    kind="replace",
    user="grace",
    replaces="ada",
    **{"from": "2098-01-01T00:00:00Z", "to": "2098-01-02T00:00:00Z"},
)
OVER = an_override(id="00000001", **{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"})


def lists(api: FakeApi, *overrides: dict[str, Any], planned: list[dict[str, Any]] | None = None) -> None:
    body = {"schedule": "payments-primary", "time_zone": "Europe/Berlin", "overrides": overrides}
    api.answers("GET", PATH, 200, body | {"planned": planned or []})


def test_add_is_one_request_and_says_who_when_and_its_id(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", PATH, 201, an_override())
    words = ("--user", "linus", "--from", "2099-12-24", "--to", "2099-12-27T00:00+01:00", "--reason", "holidays")
    result = roust("override", "add", "payments-primary", *words, *BERLIN)
    assert (result.exit_code, result.output) == (
        0,
        "linus covers from Thu 24 Dec 2099 00:00 to Sun 27 Dec 2099 00:00, Europe/Berlin (3f2a91bc)\n",
    )
    (asked,) = api.asked
    assert (asked.method, asked.path, asked.authorization) == ("POST", PATH, "Bearer token-of-ada")
    assert asked.body == {
        "kind": "cover",
        "user": "linus",
        "from": "2099-12-24T00:00",
        "to": "2099-12-27T00:00+01:00",
        "reason": "holidays",
    }


def test_a_replace_says_whom_and_a_program_for_whom_it_acts(api: FakeApi, roust: Roust) -> None:
    api.answers("POST", PATH, 201, an_override(kind="replace", replaces="ada"))
    words = ("--kind", "replace", "--user", "linus", "--replaces", "ada", "--from", "2099-12-24", "--to", "2099-12-27")
    result = roust("override", "add", "payments-primary", *words, "--by", "ada", "--json")
    assert json.loads(result.stdout)["replaces"] == "ada"
    (asked,) = api.asked
    assert (asked.body["kind"], asked.body["replaces"], asked.body["by"]) == ("replace", "ada", "ada")


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(api: FakeApi, roust: Roust) -> None:
    words = ("--kind", "swap", "--user", "linus", "--from", "2099-12-24", "--to", "2099-12-27")
    result = roust("override", "add", "payments-primary", *words)
    assert (result.exit_code, result.stdout, api.asked) == (2, "", [])
    assert result.stderr == "roust: --kind: must be one of cover, replace, add, remove (got 'swap')\n"
    assert set(KINDS) == {kind.value for kind in OverrideKind}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (409, "from: overlaps another override that names linus"),
        (422, "to: has no length; put the end later"),
        (404, "no schedule has this name; there are: payments-primary"),
        (403, "this needs the role editor; the token has responder"),
    ],
)
def test_what_is_refused_is_told_in_the_apis_words(api: FakeApi, roust: Roust, status: int, said: str) -> None:
    api.answers("POST", PATH, status, an_error("refused", said))
    words = ("--user", "linus", "--from", "2099-12-24", "--to", "2099-12-27")
    result = roust("override", "add", "payments-primary", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"roust: {said}\n")


def test_list_shows_who_when_by_whom_and_why_of_those_not_over(api: FakeApi, roust: Roust) -> None:
    lists(api, OVER, an_override(), planned=[PLANNED])
    result = roust("override", "list", "payments-primary", *BERLIN)
    assert result.stdout.splitlines() == [
        "ID        WHO                 FROM                   TO                     MADE BY   REASON",
        "-         grace replaces ada  Wed  1 Jan 2098 01:00  Thu  2 Jan 2098 01:00  the file  holidays",
        "3f2a91bc  linus covers        Thu 24 Dec 2099 00:00  Sun 27 Dec 2099 00:00  margaret  holidays",
        "Times in Europe/Berlin; in bold: in force now.",
    ]
    assert "00000001" in roust("override", "list", "payments-primary", "--all").stdout
    lists(api, OVER)
    assert roust("override", "list", "payments-primary").stdout == "no overrides\n"
    assert json.loads(roust("override", "list", "payments-primary", "--json").stdout)["overrides"] == [OVER]


def test_remove_says_how_it_ended(api: FakeApi, roust: Roust) -> None:
    api.answers("DELETE", f"{PATH}/3f2a91bc", 200, an_override())
    result = roust("override", "remove", "payments-primary", "3f2a91bc", "--by", "ada", *BERLIN)
    assert result.output.startswith("removed: linus covers from Thu 24 Dec 2099 00:00 to ")
    (asked,) = api.asked
    assert (asked.method, asked.path, asked.query) == ("DELETE", f"{PATH}/3f2a91bc", {"by": "ada"})


def test_export_is_yaml_that_the_file_takes_and_that_means_the_same(api: FakeApi, roust: Roust, tmp_path: Path) -> None:
    twice = an_override(id="b", user="ada", **{"from": "2027-10-31T00:30:00Z", "to": "2027-10-31T01:30:00Z"})
    swap = an_override(id="c", kind="replace", user="grace", replaces="ada", reason='${HOME}: "no", # {yes}\n- 010')
    lists(
        api, OVER, twice, an_override(reason=""), swap | {"from": "2098-12-23T23:00:00Z", "to": "2098-12-26T23:00:30Z"}
    )
    result = roust("override", "export", "payments-primary")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("# For schedules.payments-primary; then `roust override remove`")
    assert lines[3] == (
        "  - {kind: cover, user: linus, from: '2099-12-24T00:00', to: '2099-12-27T00:00'}  # 3f2a91bc, by margaret"
    )
    schedule = {
        "time_zone": "Europe/Berlin",
        "layers": [{"users": ["ada", "grace", "linus"], "every": "1w", "start": "2026-01-05T09:00"}],
    }
    (readme,) = [b for b in _yaml_of("README.md") if "users" in b]
    readme["users"]["linus"] = readme["users"]["grace"]
    whole = readme | {"schedules": {**readme["schedules"], "payments-primary": schedule}}
    text = yaml.safe_dump(whole, sort_keys=False)
    pasted = "\n".join("    " + line for line in lines)
    text = text.replace("  payments-primary:\n", f"  payments-primary:\n{pasted}\n", 1)
    file = tmp_path / "roust.yaml"
    file.write_text(text)
    loaded = load([file], {"ROUST_LINK_KEY": "k" * 64, "CHECKOUT_KEY": "c" * 64, "ADA_TOKEN_SHA256": "0" * 64})
    assert loaded.directory is not None, [str(problem) for problem in loaded.problems]
    found = loaded.directory.schedules["payments-primary"].overrides
    zone = "Europe/Berlin"
    assert [(o.user, o.start(zone).isoformat(), o.end(zone).isoformat(), o.reason) for o in found] == [
        ("ada", "2027-10-31T00:30:00+00:00", "2027-10-31T01:30:00+00:00", "holidays"),
        ("linus", "2099-12-23T23:00:00+00:00", "2099-12-26T23:00:00+00:00", ""),
        ("grace", "2098-12-23T23:00:00+00:00", "2098-12-26T23:00:30+00:00", swap["reason"]),
    ]


def _yaml_of(page: str) -> list[dict[str, Any]]:
    from tests.docs.pages import blocks

    return [yaml.safe_load(block.text) for block in blocks("yaml") if block.page == ROOT / page]


def test_nothing_to_export_prints_nothing_to_paste(api: FakeApi, roust: Roust) -> None:
    lists(api, OVER)
    result = roust("override", "export", "payments-primary")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_reason_steers_no_terminal_in_what_is_exported(api: FakeApi, roust: Roust) -> None:
    reason = "caf\u00e9 \u202egnp.exe\u200b"
    lists(api, an_override(reason=reason))
    shown = roust("override", "export", "payments-primary").stdout
    assert shown.isascii()
    assert yaml.safe_load(shown)["overrides"][0]["reason"] == reason


ON_CALL = {
    "at": "2026-03-02T12:00:00Z",
    "on_call": [
        {
            "schedule": "payments-primary",
            "users": ["ada"],
            "why": [{"user": "ada", "reason": "weekly layer"}],
            "next": {"at": "2026-03-09T08:00:00Z", "users": ["grace"]},
            "gap": None,
        },
        {"schedule": "empty", "users": [], "why": [], "next": None, "gap": None},
    ],
    "notes": ["overrides of empty made day to day: no answer within 1 s; by the file alone"],
}


def test_who_is_on_call_is_asked_of_the_api_and_shown_by_the_readers_clock(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", "/v1/on-call", 200, ON_CALL)
    result = roust("on-call", "--at", "2026-03-02T12:00Z", "--schedule", "payments-primary", *BERLIN)
    assert result.stdout.splitlines() == [
        "SCHEDULE          ON CALL  UNTIL                  THEN",
        "payments-primary  ada      Mon  9 Mar 2026 09:00  grace",
        "empty             NOBODY   no change in sight",
        "At Mon  2 Mar 2026 13:00, Europe/Berlin.",
    ]
    assert result.stderr == "roust: overrides of empty made day to day: no answer within 1 s; by the file alone\n"
    assert api.asked[0].query == {"at": "2026-03-02T12:00Z", "schedule": "payments-primary"}
    assert json.loads(roust("on-call", "--json").stdout) == [
        {"schedule": "payments-primary", "users": ["ada"]},
        {"schedule": "empty", "users": []},
    ]


SHIFTS = {
    "schedule": "payments-primary",
    "time_zone": "Europe/Berlin",
    "from": "2099-12-20T23:00:00Z",
    "to": "2099-12-27T23:00:00Z",
    "shifts": [
        {"user": "ada", "start": "2099-12-20T23:00:00Z", "end": "2099-12-23T23:00:00Z"},
        {"user": "linus", "start": "2099-12-23T23:00:00Z", "end": "2099-12-26T23:00:00Z"},
    ],
    "gaps": [{"start": "2099-12-26T23:00:00Z", "end": "2099-12-27T23:00:00Z"}],
    "overrides": [an_override()],
    "notes": [],
}


def test_the_calendar_over_http_shows_lanes_gaps_and_overrides_with_who_made_them(
    api: FakeApi, roust: Roust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path = "/v1/schedules/payments-primary/shifts"
    api.answers("GET", path, 200, SHIFTS)
    result = roust("shifts", "payments-primary", "--from", "2099-12-21", "--to", "2099-12-28", *BERLIN)
    assert result.stdout.splitlines() == [
        "payments-primary  times in Europe/Berlin",
        "",
        "Dec 2099        │Mon 21  │Tue 22  │Wed 23  │Thu 24  │Fri 25  │Sat 26  │Sun 27",
        "ada             │████████│████████│████████│········│········│········│········",
        "linus           │········│········│········│████████│████████│████████│········",
        "NOBODY          │········│········│········│········│········│········│!!!!!!!!",
        "",
        " NOBODY ON CALL  Sun 27 Dec 2099 00:00 to Mon 28 Dec 2099 00:00  (1d)",
        "linus covers, Thu 24 Dec 2099 00:00 to Sun 27 Dec 2099 00:00  (holidays, by margaret)",
    ]
    assert api.asked[0].query == {"from": "2099-12-21", "to": "2099-12-28"}
    assert json.loads(roust("shifts", "payments-primary", "--json").stdout) == SHIFTS["shifts"]
    assert "Thu 24 Dec 2099 00:00" in roust("shifts", "payments-primary", "--list", *BERLIN).stdout


def test_a_zone_that_there_is_not_is_2_and_nothing_is_asked(api: FakeApi, roust: Roust) -> None:
    result = roust("on-call", "--zone", "Europe/Berln")
    assert (result.exit_code, "did you mean Europe/Berlin?" in result.stderr) == (2, True)
    assert api.asked == []


def test_a_name_cannot_lead_the_request_elsewhere(api: FakeApi, roust: Roust) -> None:
    roust("override", "list", "../alerts?x#y")
    assert [asked.path for asked in api.asked] == ["/v1/schedules/..%2Falerts%3Fx%23y/overrides"]
