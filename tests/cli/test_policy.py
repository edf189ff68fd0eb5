"""`roust check` and `roust policies`."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from roust.cli.policy_table import heading, policy_table
from roust.cli.terminal import show
from roust.config.load import load
from tests.cli.conftest import Roust
from tests.config.files import ENVIRON, GOOD
from tests.fakes.api import FakeApi

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRETS = (
    *("ROUST_LINK_KEY", "CHECKOUT_KEY", "INVOICES_KEY", "ALERTMANAGER_KEY", "SEARCH_KEY", "SMTP_PASSWORD", "WEB_KEY"),
)
OUTSIDE = {name: f"{name}-of-the-tests-only" for name in SECRETS}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good `roust.yaml`, to stand in."""
    for name, value in (ENVIRON | OUTSIDE).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ROUST_CONFIG", raising=False)
    (tmp_path / "roust.yaml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_without_mistakes_says_what_was_checked(here: Path, roust: Roust) -> None:
    result = roust("check", "roust.yaml")
    assert result.exit_code == 0
    assert result.output == "roust.yaml: 1 user, 1 escalation policy, 1 service: no mistakes\n"


def test_every_mistake_and_warning_is_printed_and_ends_with_1(here: Path, roust: Roust) -> None:
    (here / "roust.yaml").write_text(
        GOOD.replace("5m", "0s").replace("operators: [{user: ada}]", "operators: []").replace("web}", "wbe}")
        + "routes: [{match: ['a=\"b\"'], service: wbe}]\n"
    )
    result = roust("check", "roust.yaml")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "roust.yaml:9:46: escalation_policies.standard.steps[0].wait: must be at least 1s (got 0s)",
        "roust.yaml:14:29: routes[0].service: no service named 'wbe'; did you mean 'web'?",
        "roust.yaml:3:1: warning: operators: nobody is told when Roust itself is in trouble",
        "2 mistakes, 1 warning",
    ]


def test_warnings_alone_end_with_0(here: Path, roust: Roust) -> None:
    (here / "roust.yaml").write_text(GOOD.replace("operators: [{user: ada}]", ""))
    result = roust("check")
    assert result.exit_code == 0
    assert result.output.endswith("no mistakes, 1 warning\n")


def test_check_as_json(here: Path, roust: Roust) -> None:
    (here / "roust.yaml").write_text(GOOD.replace("5m", "0s"))
    result = roust("check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "ok": False,
        "mistakes": [
            {
                "file": "roust.yaml",
                "line": 9,
                "column": 46,
                "path": "escalation_policies.standard.steps[0].wait",
                "text": "must be at least 1s (got 0s)",
            }
        ],
        "warnings": [],
    }


def test_the_file_is_the_one_named_else_the_environments_else_the_one_here(
    here: Path, roust: Roust, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert roust("check").output.startswith("roust.yaml: ")
    (here / "other.yaml").write_text(GOOD)
    monkeypatch.setenv("ROUST_CONFIG", "other.yaml")
    assert roust("check").output.startswith("other.yaml: ")
    assert roust("policies", "--config", "none.yaml").exit_code == 1
    assert roust("check", "none.yaml").output == "none.yaml:1:1: no such file\n1 mistake\n"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/roust.yaml")))
def test_the_examples_have_no_mistake_and_warn_only_of_the_gap_that_is_meant(
    name: str, here: Path, roust: Roust
) -> None:
    result = roust("check", str(EXAMPLES / name / "roust.yaml"))
    warnings = [line for line in result.output.splitlines() if ": warning: " in line]
    assert result.exit_code == 0
    assert "no mistakes" in result.output
    # The company's search team is on call by office hours alone: check says so, whatever the day.
    assert [("schedules.search-office: nobody is on call" in line) for line in warnings] == [True] * (name == "company")


def test_what_a_file_says_cannot_steer_the_terminal(here: Path, roust: Roust) -> None:
    (here / "roust.yaml").write_text(GOOD.replace("5m", '"\\e[2J"'))
    assert "\x1b" not in roust("check").output


def test_a_policy_is_a_table_of_who_and_when_that_fits_80_columns() -> None:
    directory = load([EXAMPLES / "company"], OUTSIDE).get()
    out = Console(width=80, file=StringIO())
    show(out, policy_table("payments", directory, datetime(2026, 3, 2, 12, tzinfo=UTC)))
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == [
        "STEP         TARGET                     NOW         PASS 1  PASS 2  PASS 3  WAIT",
        "1            schedule payments-primary  linus           0s     30m      1h    5m",
        "2            schedule payments-backup   grace           5m     35m    1h5m   10m",
        "             schedule payments-primary  linus",
        "3            team payments              ada,           15m     45m   1h15m   15m",
        "                                        grace,",
        "                                        linus",
        "             group incident-command     ada,",
        "                                        margaret,",
        "                                        edsger,",
        "                                        barbara",
        "last resort  user margaret              margaret                     1h30m",
        "             user ada                   ada",
    ]
    assert heading("payments", directory).splitlines()[0] == (
        "payments: 3 steps, 3 passes (1 at low urgency), exhausted after 1h30m"
    )


def test_of_many_passes_the_first_and_the_last_are_shown(here: Path, roust: Roust) -> None:
    (here / "roust.yaml").write_text(GOOD.replace("wait: 5m}]", "wait: 5m}], repeats: 9"))
    lines = roust("policies").output.splitlines()
    assert lines[0] == "standard: 1 step, 10 passes (1 at low urgency), exhausted after 50m"
    assert lines[2].split() == ["STEP", "TARGET", "NOW", "PASS", "1", "PASS", "2", "PASS", "10", "WAIT"]
    assert lines[3].split() == ["1", "user", "ada", "ada", "0s", "5m", "45m", "5m"]
    assert lines[4].split() == ["last", "resort", "user", "ada", "ada", "50m"]


def test_policies_as_json(here: Path, roust: Roust) -> None:
    ada = {"user": "ada", "now": ["ada"], "problems": []}
    assert json.loads(roust("policies", "--json").output) == [
        {
            "policy": "standard",
            "passes": 1,
            "services": ["web"],
            "steps": [{"step": 1, "targets": [ada], "wait": 300, "after": [0]}],
            "exhausted_after": 300,
            "last_resort": [ada],
        }
    ]


def test_policies_of_a_broken_file_are_its_mistakes(here: Path, roust: Roust) -> None:
    (here / "roust.yaml").write_text("users: {")
    result = roust("policies")
    assert result.exit_code == 1
    assert "roust.yaml:2:1: not YAML" in result.stderr


def test_policies_live_show_who_covers_by_an_override_made_day_to_day(
    here: Path, roust: Roust, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    rota = "schedules: {primary: {time_zone: UTC, layers: [{users: [ada], every: 1w, start: 2026-01-05T09:00}]}}\n"
    text = GOOD.replace("{user: ada}], wait", "{schedule: primary}], wait").replace(
        "users:\n", "users:\n  ben: {contacts: {mail: {email: ben@example.com}}}\n"
    )
    (here / "roust.yaml").write_text(text + rota)
    cover = {"id": "o1", "kind": "cover", "user": "ben", "from": "2026-01-01T00:00:00Z", "to": "2190-01-01T00:00:00Z"}
    api.answers("GET", "/v1/schedules/primary/overrides", 200, {"overrides": [cover], "planned": []})

    def now_of(*words: str) -> list[str]:
        result = roust("policies", "--json", *words)
        assert result.exit_code == 0, result.output
        return list(json.loads(result.stdout)[0]["steps"][0]["targets"][0]["now"])

    assert now_of() == ["ada"]
    assert api.asked == []
    assert now_of("--live") == ["ben"]
