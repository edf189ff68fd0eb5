"""Broken files: each beside what is said of it, word for word and all at once."""

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from roust.config import channels
from roust.config.load import BadConfiguration, load
from tests.config.files import ENVIRON

BROKEN = Path(__file__).parent / "broken"
NAMES = sorted(file.stem for file in BROKEN.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_of_a_file_is_reported_at_once_with_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    # Whether the optional package is installed is not the file's doing.
    monkeypatch.setattr(channels, "find_spec", lambda name: ModuleSpec(name, None))
    found = load([Path(f"{name}.yaml")], ENVIRON)
    assert [str(each) for each in (*found.problems, *found.warnings)] == (
        (BROKEN / f"{name}.expected").read_text().splitlines()
    )
    assert found.problems
    assert found.directory is None
    assert found.digest == ""


def test_what_came_from_outside_is_never_repeated() -> None:
    found = load([BROKEN / "outside.yaml"], ENVIRON)
    assert "hunter2" not in repr(found)
    with pytest.raises(BadConfiguration) as raised:
        found.get()
    assert "hunter2" not in str(raised.value)


def test_nothing_of_a_broken_folder_is_loaded() -> None:
    assert load([BROKEN], ENVIRON).directory is None
