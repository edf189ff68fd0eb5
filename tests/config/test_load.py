"""From files to a directory: what is read, what is refused whole, what is kept secret."""

from pathlib import Path

import pytest

from roust.config.load import load
from tests.config.files import ENVIRON, GOOD, loaded, said

MIB = 1024 * 1024


def test_a_good_file_has_neither_mistake_nor_warning(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert (found.problems, found.warnings) == ([], [])
    assert found.get().users["ada"].name == "Ada Lovelace"
    assert found.get().link_keys[0].get_secret_value() == ENVIRON["LONG_KEY"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "roust.yaml:1:1: is empty"),
        (b"\xef\xbb\xbf", "roust.yaml:1:1: is empty"),
        (b"users:\n  ada: \xff\n", "roust.yaml:2:8: not UTF-8 text (byte 0xff)"),
        (b"\x7fELF\x02\x01\x01\0\0", "roust.yaml:1:1: not text: holds the control character U+007F"),
        (b"a: b\nc: \0", "roust.yaml:2:4: not text: holds the control character U+0000"),
        (b"#" * (MIB + 1), "roust.yaml:1:1: larger than 1024 KiB: split it into a folder of files"),
        (b"[" * 200_000, "roust.yaml:1:41: nested more than 40 levels deep"),
        (b"a:\n" + b"".join(b" " * n + b"- \n" for n in range(1, 60)), "nested more than 40 levels deep"),
        (b"{" * 500, "roust.yaml:1:2: a key must be a plain word"),
        (b"users: {a: 1, ? : 2", "not YAML: "),
        (b"%YAML 9.9\n---\na: b", "not YAML: "),
    ],
)
def test_what_cannot_be_read_is_one_mistake(tmp_path: Path, data: bytes, words: str) -> None:
    found = loaded(tmp_path, data)
    assert len(found.problems) == 1
    assert words in said(found)[0]
    assert found.directory is None


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert loaded(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()).problems == []


def test_nesting_by_aliases_counts_as_nesting(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60))]
    assert "nested more than 40 levels deep" in said(loaded(tmp_path, "\n".join(lines)))[0]


def test_merged_maps_count_as_written_out(tmp_path: Path) -> None:
    big = "big: &big {" + ", ".join(f"k{n}: v" for n in range(20_000)) + "}\n"
    copies = "".join(f"c{n}: {{<<: *big}}\n" for n in range(20))
    assert "too much: more than 200000 values" in said(loaded(tmp_path, big + copies))[0]


def test_anchors_and_merge_keys_save_writing(tmp_path: Path) -> None:
    text = GOOD.replace(
        "  ada: {", "  ben: &somebody {time_zone: Europe/Berlin, contacts: {mail: {email: ben@example.com}}}\n  ada: {"
    )
    text = text.replace("escalation_policies:", "  carl: {<<: *somebody, name: Carl}\nescalation_policies:")
    found = loaded(tmp_path, text)
    assert found.problems == []
    assert found.get().users["carl"].name == "Carl"
    assert found.get().users["carl"].time_zone == "Europe/Berlin"


def test_a_mistake_behind_an_alias_is_told_where_it_stands(tmp_path: Path) -> None:
    text = GOOD.replace(
        "steps: [{notify: [{user: ada}], wait: 5m}]", "steps: &steps [{notify: [{user: bob}], wait: 5m}]"
    )
    text = text.replace("services:", "  second: {steps: *steps}\nservices:")
    assert [line.split(" ", 1)[0] for line in said(loaded(tmp_path, text))] == ["roust.yaml:9:40:", "roust.yaml:9:40:"]


def test_a_section_whose_entries_are_commented_out_is_as_if_left_out(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD + "routes:\n#  - {match: ['a=\"b\"']}\n").problems == []


def test_yaml_1_1_surprises_stay_text(tmp_path: Path) -> None:
    text = GOOD.replace("Ada Lovelace", "{}")
    for surprise in ("22:30", "NO", "on", "010", "2026-11-23", "1.5", "1e3", "0x10", "1_000", "+49", "=", "yes"):
        found = loaded(tmp_path, text.replace("{}", surprise))
        assert found.problems == []
        assert found.get().users["ada"].name == surprise


def test_a_telephone_number_needs_no_quotes(tmp_path: Path) -> None:
    found = loaded(tmp_path, GOOD.replace("{email: ada@example.com}", "{sms: +447700900001}"))
    assert all("must be text" not in line for line in said(found))


def test_files_of_a_folder_are_one_configuration(tmp_path: Path) -> None:
    first, second = GOOD.split("escalation_policies:")
    (tmp_path / "10-people.yaml").write_text(first)
    (tmp_path / "20-services.yml").write_text("escalation_policies:" + second + "users:\n  ben: {}\n")
    (tmp_path / "30-routes.yaml").write_text("routes: [{match: ['a=\"b\"'], service: web}]\noperators: [{user: ada}]")
    (tmp_path / ".hidden.yaml").write_text("nonsense")
    (tmp_path / "notes.txt").write_text("nonsense")
    found = load([tmp_path], ENVIRON)
    assert found.problems == []
    assert sorted(found.get().users) == ["ada", "ben"]
    assert len(found.get().operators) == 2
    # The same by name, in whatever order, and twice.
    named = sorted(tmp_path.glob("[0-9]*"))
    assert load([*reversed(named), *named], ENVIRON).problems == []


def test_a_name_defined_twice_names_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("url: https://other.example.com\nusers:\n  ada: {name: Other}\n")
    found = load([tmp_path], ENVIRON)
    assert [str(problem).replace(str(tmp_path), "") for problem in found.problems] == [
        "/b.yaml:1:1: url: defined twice, first at /a.yaml:1:1",
        "/b.yaml:3:3: users.ada: defined twice, first at /a.yaml:7:3",
    ]


def test_an_unreadable_file_does_not_make_strangers_of_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("wait: 5m", "wait: 5"))
    (tmp_path / "b.yaml").write_text("users: {")
    texts = [problem.text for problem in load([tmp_path], ENVIRON).problems]
    assert len(texts) == 2
    assert "needs a unit" in texts[0]
    assert "not YAML" in texts[1]


def test_paths_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    inner = tmp_path / "folder" / "inner"
    inner.mkdir(parents=True)
    (inner / "users.yaml").write_text("users: {}")
    missing = load([tmp_path / "none.yaml", tmp_path / "folder"], ENVIRON)
    assert {problem.text for problem in missing.problems} == {
        "no such file",
        "no *.yaml or *.yml in this folder",
        "a folder in a folder is not read: name it on its own",
    }
    assert load([Path("nul\0byte.yaml")], ENVIRON).problems
    assert load([], ENVIRON).directory is None
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    assert load([loop], ENVIRON).directory is None
    assert load([Path("/dev/zero")], ENVIRON).problems[0].text.startswith("larger than")


def test_the_digest_changes_with_what_is_said_and_with_nothing_else(tmp_path: Path) -> None:
    first = loaded(tmp_path).digest
    assert len(first) == 64
    assert loaded(tmp_path, "# a comment\n" + GOOD).digest == first
    assert loaded(tmp_path, GOOD.replace("5m", "6m")).digest != first
    assert loaded(tmp_path, LONG_KEY="another-key-long-enough!").digest != first
