"""What a property test prints can be played: the real workflow does what the second reading expects."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from roust.config.load import load
from tests.domain.as_rehearsal import written
from tests.domain.test_verbs_against_a_model import Both
from worker.rehearsal.difference import differences
from worker.rehearsal.play import play
from worker.rehearsal.reading import read
from worker.rehearsal.stage import stage

RULES: dict[str, Any] = {
    "ada": [(0, ["mail"]), (60, ["push"])],
    "ben": [(0, ["mail"])],
    "cleo": [(30, ["call"])],
    "margaret": [(0, ["mail"])],
}
CASE = {
    "steps": [(["ada"], 120, False), ([], 60, False), (["ben", "cleo"], 300, False)],
    "repeats": 1,
    "high": RULES,
    "low": RULES,
    "last_resort": ["margaret"],
    "urgency": "high",
    "timeout": 600,
    "auto_resolve": 86_400,
}
EVENTS = [
    (10, "fail", "ada", "refused"),
    (200, "escalate", "ben", 1),
    (5, "escalate", "ben", 0),
    (60, "acknowledge", "ada"),
    (60, "snooze", "ada", 300),
    (400, "reassign", "ben", "cleo"),
    (100, "repeat", True),
    (600, "note", "ben"),
    (1800, "snooze", "ben", 1),
    (1800, "resolve"),
]


@pytest.mark.parametrize("length", [3, 6, 10])
async def test_what_a_failure_would_print_is_played_as_the_second_reading_expects(tmp_path: Path, length: int) -> None:
    both = Both(CASE)
    for pause, verb, *parts in EVENTS[:length]:
        both.happens(pause, verb, *parts)
    both.pass_time(30)
    printed = dict(zip(("roust.yaml", "rehearsal.yaml"), both.printed(), strict=True))
    for name, text in printed.items():
        (tmp_path / name).write_text(written(text))
    directory = load([tmp_path / "roust.yaml"], {}).directory
    assert directory is not None
    rehearsals, problems = read([tmp_path / "rehearsal.yaml"], directory)
    assert problems == []
    async with stage(directory) as on:
        played = await play(rehearsals[0].script, on)
    assert differences(rehearsals[0].script.expect, played) == []
    assert played.length >= timedelta(seconds=both.second)
    assert yaml.safe_load((tmp_path / "rehearsal.yaml").read_text())["expect"]["pages"]
