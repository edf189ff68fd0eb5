"""Whatever a file holds, reading it ends with a directory or with mistakes, never with a crash."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from roust.config.load import load
from roust.domain.directory import Directory
from tests.config.files import ENVIRON, GOOD

WORDS = st.sampled_from(
    [field.alias or name for name, field in Directory.model_fields.items()]
    + ["ada", "web", "standard", "mail", "email", "contacts", "members", "steps", "notify", "wait", "user", "layers"]
    + ["overrides", "from", "to", "match", "last_resort", "5m", "22:30", "Europe/Berlin", "${SECRET}", "${NONE}", "<<"]
    + ["+447700900001", "https://[::1", "a@b", "0s", "2026-13-01T25:00", "..", "/etc/passwd", "hunter2 {0} %s"]
)
SCALARS = st.one_of(WORDS, st.text(max_size=8), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=True))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=4),
    max_leaves=25,
)


def _settles(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roust.yaml"
        file.write_bytes(data)
        found = load([file], ENVIRON)
    assert (found.directory is None) == bool(found.problems)
    assert all(problem.place.line >= 1 and problem.place.column >= 1 for problem in found.problems)
    assert ENVIRON["SECRET"] not in "\n".join(map(str, (*found.problems, *found.warnings)))


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_any_tree_settles(tree: Any) -> None:
    _settles(yaml.safe_dump(tree, allow_unicode=True).encode())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.binary(max_size=6) | st.just(b"&a *a")), max_size=6
    )
)
def test_any_damage_to_a_good_file_settles(cuts: list[tuple[int, int, bytes]]) -> None:
    data = GOOD.encode()
    for start, length, put in cuts:
        data = data[:start] + put + data[start + length :]
    _settles(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="&*!|>%@`{}[],:?-#'\" \n\tab<$", max_size=60).map(str.encode))
def test_any_bytes_settle(data: bytes) -> None:
    _settles(data)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(Directory.model_fields)), TREES)
def test_anything_in_a_section_settles(section: str, tree: Any) -> None:
    _settles((GOOD.replace(f"{section}:", "x:", 1) + yaml.safe_dump({section: tree})).encode())


def _places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for part, child in inside:
        yield (*path, part)
        yield from _places(child, (*path, part))


@pytest.mark.parametrize("wrong", [{}, [{}], 7], ids=str)
def test_another_shape_in_any_place_of_a_good_file_settles(wrong: Any) -> None:
    for path in list(_places(yaml.safe_load(GOOD))):
        tree = inner = yaml.safe_load(GOOD)
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = wrong
        _settles(yaml.safe_dump(tree).encode())
