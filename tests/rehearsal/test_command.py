"""`roust rehearse`: tables, verdicts, exit codes, and one server for all files."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.cli.conftest import Roust, roust

__all__ = ["roust"]

COMPANY = Path(__file__).parents[2] / "examples" / "company"
REHEARSALS = sorted(COMPANY.glob("rehearsals/*.yaml"))
FAILS = COMPANY / "rehearsals" / "a-contact-fails.yaml"
CONFIG = ("--config", str(COMPANY))


@pytest.fixture(autouse=True)
def without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in anybody's CI."""
    for name in ("ROUST_LINK_KEY", "CHECKOUT_KEY", "ROUST_CONFIG", "TZ"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An entry for each server that is started."""
    started: list[int] = []
    start = WorkflowEnvironment.start_time_skipping

    async def counted(**how: Any) -> WorkflowEnvironment:
        started.append(1)
        return await start(**how)

    monkeypatch.setattr(WorkflowEnvironment, "start_time_skipping", counted)
    return started


def test_the_companys_rehearsals_go_as_expected_without_its_secrets(roust: Roust) -> None:
    assert len(REHEARSALS) >= 5
    result = roust("rehearse", *map(str, REHEARSALS), *CONFIG)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"{len(REHEARSALS)} rehearsals: all OK"
    assert "  +0s  Wed 04:00:00 EDT     grace  push     step 1, pass 1: refused\n" in result.stdout
    assert "resolved after 2h30m: OK\n" in result.stdout
    assert "not set, and stood in for: ${ALERTMANAGER_KEY}" in result.stderr


def test_a_wrong_expectation_fails_with_a_readable_difference(roust: Roust, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    text = FAILS.read_text(encoding="utf-8")
    assert "contact: mail" in text
    wrong.write_text(text.replace("contact: mail", "contact: push").replace("resolved", "acknowledged"))
    result = roust("rehearse", str(wrong), str(FAILS), *CONFIG)
    assert result.exit_code == 1
    told = [line.strip() for line in result.stdout.splitlines() if line.startswith("  ") and "xpected" in line]
    assert told == [
        "0s grace by mail (step 1, pass 1): not expected",
        "expected 0s grace by push (step 1, pass 1): did not happen",
        "expected outcome acknowledged: it is resolved",
    ]
    assert result.stdout.splitlines()[-1] == "2 rehearsals: 1 failed"


def test_json_has_the_shape_of_the_contract_an_object_for_each_file(roust: Roust, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(FAILS.read_text(encoding="utf-8").replace("outcome: resolved", "outcome: exhausted"))
    result = roust("rehearse", "--json", str(FAILS), str(wrong), *CONFIG)
    assert result.exit_code == 1
    good, bad = map(json.loads, result.stdout.splitlines())
    assert list(good) == ["file", "ok", "outcome", "pages", "notices", "timeline"]
    assert (good["file"], good["ok"], good["outcome"], good["notices"]) == (str(FAILS), True, "resolved", [])
    assert good["pages"] == [
        {
            "after": 0,
            "at": "2026-04-08T08:00:00Z",
            "user": "grace",
            "contact": "mail",
            "step": 1,
            "pass": 1,
            "cycle": 1,
        }
    ]
    assert [entry["kind"] for entry in good["timeline"]][-2:] == ["resolved", "told"]
    assert (bad["ok"], bad["pages"]) == (False, good["pages"])
    assert f"{wrong}: expected outcome exhausted: it is resolved" in result.stderr


def test_fifty_rehearsals_share_one_server(roust: Roust, tmp_path: Path, servers: list[int]) -> None:
    files = [tmp_path / f"{number}.yaml" for number in range(50)]
    for file in files:
        file.write_text("{alert: {service: checkout, summary: x}, at: 2026-03-02T12:00:00Z, for: 1s}")
    result = roust("rehearse", *map(str, files), *CONFIG)
    assert result.exit_code == 0
    assert result.stdout.count("triggered after 1s: nothing expected") == 50
    assert servers == [1]


def test_a_file_that_cannot_be_used_exits_with_2_and_nothing_is_played(
    roust: Roust, tmp_path: Path, servers: list[int]
) -> None:
    result = roust("rehearse", str(FAILS), str(tmp_path / "absent.yaml"), *CONFIG)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"{tmp_path}/absent.yaml:1:1: no such file\n")
    assert result.stdout == ""
    assert servers == []


def test_a_configuration_with_mistakes_exits_with_2_and_names_those_alone(roust: Roust, tmp_path: Path) -> None:
    config = tmp_path / "roust.yaml"
    text = (COMPANY / "roust.yaml").read_text(encoding="utf-8")
    config.write_text(text.replace("escalation_policy: search", "escalation_policy: serach"))
    result = roust("rehearse", str(FAILS), "--config", str(config))
    assert result.exit_code == 2
    assert "no escalation policy named 'serach'; did you mean 'search'?" in result.stderr
    assert "environment" not in result.stderr


def test_where_only_the_client_is_installed_it_says_so_in_one_sentence(
    roust: Roust, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "worker"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "worker", None)
    result = roust("rehearse", str(FAILS), *CONFIG)
    assert result.exit_code == 1
    (told,) = result.stderr.splitlines()
    assert told.startswith(
        "roust: this is the client alone; `roust demo`, `up`, `api`, `worker` and `rehearse` run from"
    )
