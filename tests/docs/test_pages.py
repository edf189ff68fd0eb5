"""What the documentation says is true: links lead somewhere, examples parse, commands exist."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from typer.main import get_group
from typer.testing import CliRunner

from roust.cli.main import app
from tests.docs.pages import PAGES, ROOT, Block, anchors, blocks, prose

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_COMMAND = re.compile(r"(?:^|`|\$ |; |&& |=\S+ )roust ([a-z][a-z-]+)", re.MULTILINE)


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_between_files_leads_somewhere(page: Path) -> None:
    for target in ("".join(either) for either in _LINK.findall(prose(page))):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{_name(page)} links to {target}"
        assert not anchor or anchor in anchors(file), f"{_name(page)} links to {target}"


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_every_json_example_parses(block: Block) -> None:
    assert isinstance(json.loads(block.text), dict)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_every_yaml_example_parses(block: Block) -> None:
    assert isinstance(yaml.safe_load(block.text), dict)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(_COMMAND.findall(text))
    known = set(get_group(app).commands)
    assert named <= known, f"{_name(page)} names {sorted(named - known)}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_option_named_beside_a_command_exists(page: Path) -> None:
    for row in re.findall(r"^\| `roust ([a-z-]+)[^`]*` \|(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        command, text = row
        help_text = CliRunner().invoke(app, [command, "--help"]).output
        for option in re.findall(r"`(--[a-z-]+)`", text):
            assert option in help_text, f"{_name(page)}: roust {command} {option}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_row_of_a_table_has_the_cells_of_its_head(page: Path) -> None:
    for table in re.findall(r"(?:^\|.*\n?)+", prose(page), re.MULTILINE):
        cells = [len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()]
        broken = [row for row, count in zip(table.splitlines(), cells, strict=True) if count != cells[0]]
        assert broken == [], _name(page)


@pytest.mark.parametrize("image", sorted(ROOT.glob("docs/images/*.svg")), ids=_name)
def test_every_picture_says_in_words_what_it_shows(image: Path) -> None:
    root = ElementTree.parse(image).getroot()
    names = [child.tag.rpartition("}")[2] for child in root]
    assert names[:2] == ["title", "desc"]


def test_every_picture_is_shown_somewhere() -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [image.name for image in (ROOT / "docs" / "images").iterdir() if image.name not in shown] == []


def test_make_targets_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^\$ |`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= targets, f"{_name(page)} names {sorted(named - targets)}"
