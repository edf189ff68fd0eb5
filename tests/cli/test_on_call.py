"""`roust on-call` and `roust shifts`, from the file alone."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from roust.cli.main import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "follow-the-sun" / "roust.yaml"
OFFICE = """
users: {ada: {}, ben: {}}
link_keys: ["${A_SECRET_OF_THE_SERVER}"]
schedules:
  office:
    time_zone: Europe/Berlin
    layers:
      - users: [ada, ben]
        every: 1w
        start: 2026-01-05T09:00
        hours: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
    overrides:
      - {kind: add, user: ben, from: 2026-03-30T12:00, to: 2026-03-30T13:00, reason: "pair\\u001b[31m"}
"""


def ask(config: Path, *words: str, width: int = 80) -> Result:
    environment = {"COLUMNS": str(width), "TZ": "Europe/Berlin"}
    return CliRunner().invoke(app, [*words, "--config", str(config)], env=environment)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    file = tmp_path / "roust.yaml"
    file.write_text(OFFICE)
    return file


def test_on_call_for_programs_is_schedules_with_their_users_sorted(office: Path) -> None:
    result = ask(office, "on-call", "--at", "2026-03-30T10:30:00Z", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [{"schedule": "office", "users": ["ada", "ben"]}]


def test_shifts_for_programs_are_stretches_in_utc_in_order(office: Path) -> None:
    result = ask(
        office, "shifts", "office", "--from", "2026-03-27T09:00", "--to", "2026-03-31T09:00:00+02:00", "--json"
    )
    assert json.loads(result.stdout) == [
        {"user": "ben", "start": "2026-03-27T08:00:00Z", "end": "2026-03-27T16:00:00Z"},
        {"user": "ada", "start": "2026-03-30T07:00:00Z", "end": "2026-03-30T15:00:00Z"},
        {"user": "ben", "start": "2026-03-30T10:00:00Z", "end": "2026-03-30T11:00:00Z"},
    ]


def test_the_secrets_of_the_server_are_not_needed_to_ask_who_is_on_call(office: Path) -> None:
    result = ask(office, "on-call", "--at", "2026-03-30T08:00Z")
    assert result.exit_code == 0
    assert "mistakes elsewhere (1): roust check names them" in result.stderr


def test_the_calendar_shows_lanes_hand_offs_and_every_gap(office: Path) -> None:
    result = ask(office, "shifts", "office", "--from", "2026-03-30", "--to", "2026-04-01")
    assert result.stdout.splitlines() == [
        "office  times in Europe/Berlin",
        "",
        "Mar 2026        │Mon 30  │Tue 31  │Wed 1   │Thu 2   │Fri 3   │Sat 4   │Sun 5",
        "ada             │···██▌··│···██▌··│········│········│········│········│········",
        "ben             │····▌···│········│········│········│········│········│········",
        "NOBODY          │!!!··!!!│!!!··!!!│········│········│········│········│········",
        "",
        " NOBODY ON CALL  Mon 30 Mar 2026 00:00 to Mon 30 Mar 2026 09:00  (9h)",
        " NOBODY ON CALL  Mon 30 Mar 2026 17:00 to Tue 31 Mar 2026 09:00  (16h)",
        " NOBODY ON CALL  Tue 31 Mar 2026 17:00 to Wed  1 Apr 2026 00:00  (7h)",
        "ben is added, Mon 30 Mar 2026 12:00 to Mon 30 Mar 2026 13:00  (pair\\x1b[31m)",
    ]


def test_the_calendar_is_by_the_readers_clock(office: Path) -> None:
    result = ask(office, "shifts", "office", "--from", "2026-03-30", "--to", "2026-04-01", "--zone", "Asia/Tokyo")
    assert "times in Asia/Tokyo; hand-offs go by Europe/Berlin" in result.stdout
    assert "Mon 30 Mar 2026 07:00 to Mon 30 Mar 2026 16:00" in result.stdout


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_of_the_calendar_is_wider_than_the_terminal(width: int) -> None:
    result = ask(EXAMPLE, "shifts", "platform", "--from", "2026-12-21", width=width)
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= width


def test_the_list_names_every_shift_and_gap_to_the_minute(office: Path) -> None:
    result = ask(office, "shifts", "office", "--from", "2026-03-30", "--to", "2026-03-31", "--list")
    assert result.stdout.splitlines()[2:] == [
        "FROM                   TO                     LENGTH  USER",
        "Mon 30 Mar 2026 00:00  Mon 30 Mar 2026 09:00  9h      NOBODY",
        "Mon 30 Mar 2026 09:00  Mon 30 Mar 2026 17:00  8h      ada",
        "Mon 30 Mar 2026 12:00  Mon 30 Mar 2026 13:00  1h      ben",
        "Mon 30 Mar 2026 17:00  Tue 31 Mar 2026 00:00  7h      NOBODY",
    ]


def test_who_is_on_call_is_told_with_who_follows(office: Path) -> None:
    result = ask(office, "on-call", "--at", "2026-03-29T12:00")
    assert result.stdout.splitlines() == [
        "SCHEDULE  ON CALL  UNTIL                  THEN",
        "office    NOBODY   Mon 30 Mar 2026 09:00  ada",
        "At Sun 29 Mar 2026 12:00, Europe/Berlin.",
    ]


@pytest.mark.parametrize(
    ("words", "code", "cure"),
    [
        (["on-call", "--schedule", "offic"], 2, "no schedule named 'offic'; there are: office"),
        (["shifts", "offic"], 2, "there are: office"),
        (["on-call", "--at", "tomorrow"], 2, "write it like 2026-01-05T09:00"),
        (["on-call", "--at", "2200-01-05T09:00"], 2, "must be from 1970 to 2199"),
        (["on-call", "--zone", "Europe/Berln"], 2, "did you mean Europe/Berlin?"),
        (["shifts", "office", "--from", "2026-02-01", "--to", "2026-01-01"], 2, "is not after --from 2026-02-01"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_how_to_put_it(
    office: Path, words: list[str], code: int, cure: str
) -> None:
    result = ask(office, *words)
    assert result.exit_code == code
    assert cure in result.stderr
    assert result.stdout == ""


def test_a_time_without_offset_is_refused_where_clocks_differ() -> None:
    result = ask(EXAMPLE, "on-call", "--at", "2026-12-24T12:00")
    assert result.exit_code == 2
    assert "go by different clocks (Europe/Stockholm, UTC)" in result.stderr


def test_a_mistake_in_a_schedule_is_told_with_its_place(office: Path) -> None:
    office.write_text(OFFICE.replace("[ada, ben]", "[ada, zed]").replace("1w", "0w"))
    result = ask(office, "on-call")
    assert result.exit_code == 1
    assert f"{office}:8:22: schedules.office.layers[0].users[1]:" in result.stderr
    assert f"{office}:9:9: schedules.office.layers[0].every: must be at least 1w (got 0w)" in result.stderr


def test_the_company_that_follows_the_sun_has_no_gap_in_years_and_a_holiday_swap() -> None:
    years = json.loads(
        ask(EXAMPLE, "shifts", "platform", "--from", "2026-01-10", "--to", "2028-01-10", "--json").stdout
    )
    covered = years[0]["start"]
    for shift in years:
        assert shift["start"] <= covered
        covered = max(covered, shift["end"])
    assert (years[0]["start"], covered) == ("2026-01-10T00:00:00Z", "2028-01-10T00:00:00Z")

    def users(at: str) -> list[str]:
        (said,) = json.loads(ask(EXAMPLE, "on-call", "--schedule", "platform", "--at", at, "--json").stdout)
        return list(said["users"])

    assert users("2026-12-23T09:00:00Z") == ["ada"]
    assert users("2026-12-24T09:00:00Z") == ["mei"]
    assert users("2027-02-09T01:00:00Z") == ["ada"]
    assert users("2027-02-10T01:00:00Z") == ["mei"]
    assert users("2026-12-31T23:59:59Z") == ["joan", "tove"]
    assert users("2026-11-28T09:00:00Z") == ["ada"]
