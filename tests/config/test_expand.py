"""`${…}`: what a file says without holding it."""

from pathlib import Path

import pytest

from roust.config.expand import MOST_BYTES, Expansion
from roust.config.problem import Place
from tests.config.files import GOOD, loaded, said


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("${NAME}", "value"),
        ("a ${NAME} b ${NAME}", "a value b value"),
        ("${EMPTY}", ""),
        ("${EMPTY:-other}", "other"),
        ("${NONE:-}", ""),
        ("${NONE:-a:-b}", "a:-b"),
        ("$${NAME}", "${NAME}"),
        ("$NAME $ $$", "$NAME $ $$"),
        ("no reference", "no reference"),
    ],
)
def test_a_reference_stands_for_its_value(text: str, meant: str) -> None:
    value, origin, wrong = Expansion({"NAME": "value", "EMPTY": ""})(text, Place("roust.yaml"))
    assert (value, wrong) == (meant, None)
    assert bool(origin) == ("${" in text and not text.startswith("$$"))


def test_a_value_is_not_read_for_references_again() -> None:
    assert Expansion({"A": "${B}", "B": "secret"})("${A}", Place("roust.yaml"))[0] == "${B}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("${NONE}", "the environment variable NONE is not set"),
        ("${not a name}", "not a reference"),
        ("${}", "not a reference"),
        ("${NAME", "without its }"),
        ("${file:none}", "no file none"),
        ("${file:}", "no file"),
        ("${file:/dev/zero}", "no file"),
        ("${file:nul\0}", "no file"),
    ],
)
def test_a_missing_one_is_named(text: str, reason: str) -> None:
    _, _, wrong = Expansion({"NAME": "value"})(text, Place("roust.yaml"))
    assert wrong is not None
    assert reason in wrong


def test_a_file_is_read_from_beside_the_configuration_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "link-key").write_text("a-key-from-a-file-of-secrets\n")
    found = loaded(tmp_path, GOOD.replace("${LONG_KEY}", "${file:link-key}"))
    assert found.get().link_keys[0].get_secret_value() == "a-key-from-a-file-of-secrets"
    assert tmp_path / "link-key" in found.files


def test_a_file_that_is_no_secret_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"s3cret" * MOST_BYTES)
    (tmp_path / "binary").write_bytes(b"s3cret\xff")
    text = GOOD.replace('"${LONG_KEY}"', '"${file:big}", "${file:binary}"')
    problems = said(loaded(tmp_path, text))
    assert [line.split(": ", 2)[2] for line in problems] == [
        "the file big is larger than 64 KiB",
        "the file binary is not UTF-8 text",
    ]
