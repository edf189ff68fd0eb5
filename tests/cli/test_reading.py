"""`roust alerts`, `roust show`: seeing, in a terminal and in a pipe."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console, RenderableType

from roust.cli.alert_sheet import alert_sheet
from roust.cli.moments import span
from roust.cli.tables import alerts_table
from tests.cli.alerts import a_listed_alert, a_whole_alert, alert_id, an_entry
from tests.cli.conftest import Roust
from tests.fakes.api import FakeApi

SIX_LATER = datetime(2026, 3, 2, 12, 6, tzinfo=UTC)
NASTY = "down\x1b]0;owned\x07 \x1b[2J \u202egnp.exe \x9b31m \u2028 [bold]x[/bold] \ud800"


def printed(thing: RenderableType, width: int = 80) -> str:
    out = Console(width=width, markup=False, highlight=False, no_color=True)
    with out.capture() as captured:
        out.print(thing)
    return captured.get()


def test_a_list_has_one_line_per_alert_with_whole_ids_in_a_pipe(api: FakeApi, roust: Roust) -> None:
    long = "a summary that is far too long for any terminal " * 5
    api.alerts = [
        a_listed_alert(summary=long.strip(), count=12),
        a_listed_alert(id=alert_id("f" * 20), owner="ada"),
    ]
    head, first, second = roust("alerts").stdout.splitlines()
    assert head.split() == ["ID", "STATE", "PRIO", "SINCE", "OWNER", "SUMMARY"]
    assert first.startswith(alert_id())
    assert first.endswith(long.strip() + " (×12)")
    assert second.startswith(alert_id("f" * 20))
    assert "ada" in second


def test_state_service_and_limit_are_the_servers_to_apply(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert()]
    roust("alerts", "--state", "exhausted", "--service", "checkout", "--limit", "7")
    (asked,) = api.asked
    assert asked.query == {"state": "exhausted", "service": "checkout", "limit": "7"}
    assert asked.authorization == "Bearer token-of-ada"


def test_no_alerts_is_said(api: FakeApi, roust: Roust) -> None:
    assert roust("alerts").stdout == "no alerts\n"


def test_that_there_are_more_is_said_beside_the_list(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(), a_listed_alert(id=alert_id("f" * 20))]
    result = roust("alerts", "--limit", "1")
    assert len(result.stdout.splitlines()) == 2
    assert "more than these 1" in result.stderr


def test_json_lists_are_the_apis_own(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", "/v1/alerts", 200, '{"next":null,  "alerts":[ ]}')
    assert roust("alerts", "--json").stdout == '{"next":null,  "alerts":[ ]}\n'


def test_in_a_terminal_an_alert_is_one_line_of_eighty_columns() -> None:
    alerts = [
        a_listed_alert(summary="a summary that is far too long for a terminal of eighty columns"),
        a_listed_alert(id=alert_id("0123459999abcdef0123"), state="acknowledged", owner="margaret"),
    ]
    lines = printed(alerts_table(alerts, SIX_LATER, short=True)).splitlines()
    assert len(lines) == 3
    assert all(len(line) <= 80 for line in lines)
    assert [line.split()[0] for line in lines[1:]] == ["checkout-0123456", "checkout-0123459"]
    assert "6m ago" in lines[1]


def test_an_alert_of_many_lines_is_one_line_of_the_list(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(summary="first\n\tsecond\r\nthird")]
    lines = roust("alerts").stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("first  second\\r third")


def test_a_proxy_is_not_asked_for_an_api_on_this_machine(
    api: FakeApi, roust: Roust, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert roust("alerts").exit_code == 0
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (3_725, "1h2m"), (3_605, "1h"), (90_061, "1d1h"), (86_400 * 400, "400d")],
)
def test_a_span_is_its_two_largest_units(seconds: int, written: str) -> None:
    assert span(timedelta(seconds=seconds)) == written


def test_a_detail_leaves_the_timeline_on_the_screen() -> None:
    shown = printed(alert_sheet(a_whole_alert(details={"dump": "x" * 16_000}), SIX_LATER))
    assert len(shown.splitlines()) <= 40
    assert "x …" in shown.replace("\n", "")


def test_the_sheet_answers_why_ada_was_paged(api: FakeApi, roust: Roust) -> None:
    api.answers("GET", f"/v1/alerts/{alert_id()}", 200, a_whole_alert())
    shown = roust("show", alert_id()).stdout
    assert "ada by mail: refused" in shown
    assert "why: on call in payments-primary" in shown
    assert "provider: 550 5.1.1 no such mailbox a***@example.com" in shown
    assert "Step 2 of 3, pass 1 of 3: notifying user ben." in shown
    assert alert_id() in shown


def test_the_sheet_fits_one_screen_of_eighty_columns() -> None:
    shown = printed(alert_sheet(a_whole_alert(), SIX_LATER)).splitlines()
    assert len(shown) <= 40
    assert all(len(line.rstrip()) <= 80 for line in shown)


def test_the_sheet_says_how_it_stands_and_what_comes_next() -> None:
    shown = printed(alert_sheet(a_whole_alert(count=3), SIX_LATER))
    assert "triggered: step 2 of 3, pass 1 of 3" in shown
    assert "step 2 of 3, pass 1 of 3: then the next step (in 9m1s)" in shown
    assert "6m ago, 3 events" in shown
    assert "+5m2s" in shown
    assert re.search(r'burn +{"1h": 14.4}', shown)


def test_an_acknowledged_alert_says_who_has_it_and_since_when() -> None:
    alert = a_whole_alert(state="acknowledged", owner="ben", acknowledged_at="2026-03-02T12:05:30Z")
    alert |= {"next": "ben has it", "next_due": "2026-03-02T12:30:30Z"}
    shown = printed(alert_sheet(alert, SIX_LATER))
    assert "acknowledged by ben, 30s ago" in shown
    assert "ben has it; Roust acts again in 24m30s" in shown


def test_a_resolved_alert_says_by_whom() -> None:
    alert = a_whole_alert(state="resolved", resolved_by="ada", resolved_at="2026-03-02T12:04:00Z")
    assert "resolved by ada, 2m ago" in printed(alert_sheet(alert, SIX_LATER))


def test_what_a_person_wrote_is_told_with_who_wrote_it() -> None:
    written = [
        an_entry(9, "note", "the disk is full", user="ada"),
        an_entry(10, "update", "We look into it.", user="ben", why="the next news is promised for 12:30 UTC"),
    ]
    alert = a_whole_alert(timeline=written, news_due="2026-03-02T12:30:00Z")
    shown = printed(alert_sheet(alert, SIX_LATER), width=120)
    assert "Note by ada: the disk is full" in shown
    assert "Status update by ben: We look into it." in shown
    assert "why: the next news is promised" in shown
    assert "promised for Mon 2 Mar 2026 12:30:00 UTC" in shown


def test_what_the_sentence_says_already_is_not_said_twice() -> None:
    entry = an_entry(1, "paged", "ada by mail: 250 ok.", result="sent", said="250 ok", why="on call")
    shown = printed(alert_sheet(a_whole_alert(timeline=[entry]), SIX_LATER))
    assert "provider:" not in shown
    assert "why: on call" in shown


def test_show_takes_an_ids_beginning(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert()]
    api.answers("GET", f"/v1/alerts/{alert_id()}", 200, a_whole_alert())
    assert roust("show", "checkout-01").exit_code == 0


def test_show_finds_a_resolved_alert_by_its_beginning_when_no_open_one_fits(api: FakeApi, roust: Roust) -> None:
    api.alerts = [a_listed_alert(state="resolved")]
    api.answers("GET", f"/v1/alerts/{alert_id()}", 200, a_whole_alert(state="resolved"))
    assert roust("show", "checkout-01").exit_code == 0
    assert [asked.query.get("state") for asked in api.asked] == [None, "resolved", None]


def test_json_of_one_alert_is_the_apis_own(api: FakeApi, roust: Roust) -> None:
    text = json.dumps(a_whole_alert(), indent=3)
    api.answers("GET", f"/v1/alerts/{alert_id()}", 200, text)
    assert roust("show", alert_id(), "--json").stdout == text + "\n"


@pytest.mark.parametrize("command", ["alerts", "show"])
def test_an_alerts_text_cannot_steer_the_terminal(api: FakeApi, roust: Roust, command: str) -> None:
    poisoned = a_whole_alert(
        summary=NASTY,
        description=NASTY,
        owner=NASTY,
        state="acknowledged",
        labels={NASTY: NASTY},
        details={NASTY: [NASTY]},
        links=[{"href": NASTY, "text": NASTY}],
        runbook=NASTY,
        next=NASTY,
        timeline=[an_entry(1, "paged", NASTY, why=NASTY + "!", said=NASTY + "?", result=NASTY)],
    )
    api.alerts = [poisoned]
    api.answers("GET", f"/v1/alerts/{alert_id()}", 200, poisoned)
    shown = roust(*([command, alert_id()] if command == "show" else [command])).stdout
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u2028\ud800\x00")
    assert "\\x1b[2J" in shown
    assert "[bold]x[/bold]" in shown
    told = roust(*([command, alert_id()] if command == "show" else [command]), "--json").stdout
    assert not set(told) & set("\x1b\x07\x9b\u202e\u2028\ud800\x00")
    whole = json.loads(told)
    assert (whole if command == "show" else whole["alerts"][0])["summary"] == NASTY


def test_why_it_is_suppressed_is_said_once(api: FakeApi, roust: Roust) -> None:
    why = "route 2: severity=info is suppressed"
    entries = [
        an_entry(0, "triggered", "Triggered: x", why=why),
        an_entry(0, "suppressed", "Suppressed: kept, and nobody is notified.", why=why),
    ]
    api.answers("GET", f"/v1/alerts/{alert_id()}", 200, a_whole_alert(state="suppressed", timeline=entries))
    shown = roust("show", alert_id()).stdout
    assert shown.count(why) == 1
    assert shown.index("Triggered: x") < shown.index(why) < shown.index("Suppressed: kept")
