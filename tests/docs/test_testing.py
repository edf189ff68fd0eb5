"""The tests that the documentation names for each rule exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", (ROOT / "docs" / "testing.md").read_text(), re.MULTILINE)
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text(), re.MULTILINE)
}


def test_every_rule_has_a_row() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 22))


@pytest.mark.parametrize(("number", "names"), ROWS, ids=[f"rule {number}" for number, _ in ROWS])
def test_every_test_that_a_rule_names_exists(number: str, names: str) -> None:
    named = re.findall(r"`(test_\w+)`", names)
    assert named
    assert [name for name in named if name not in TESTS] == []
