"""Which files the configuration is read from, and how they become one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from roust.config import yaml
from roust.config.expand import Expansion
from roust.config.node import Node
from roust.config.problem import Place, Problem, label

MOST_BYTES = 1024 * 1024
"""Of one file."""

SUFFIXES = (".yaml", ".yml")
REHEARSALS = "rehearsals"
"""A folder of this name may stand beside the files: it holds no configuration."""


@dataclass
class Sources:
    """What the files say together. `whole`: every file could be read, so that what is missing is missing."""

    root: Node
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    files: tuple[Path, ...] = ()


def read(paths: Sequence[Path], environ: Mapping[str, str], expansion: Expansion | None = None) -> Sources:
    """The files of `paths` (files, or folders of them in lexical order) merged: maps of names together,
    lists joined; a name given twice is a problem that names both places. `expansion` reads the references."""
    files, problems = _files(paths)
    expansion = expansion or Expansion(environ)
    documents: list[Node] = []
    if not paths:
        problems.append(Problem(Place("roust.yaml"), "", "no file named to read"))
    for file in files:
        text, unreadable = read_text(file)
        problems += unreadable
        if text is None:
            continue
        node, mistakes = yaml.read(text, str(file), expansion)
        problems += mistakes
        if node is not None:
            documents.append(node)
    whole = bool(documents) and len(documents) == len(files)
    start = documents[0].place.file if documents else str(paths[0]) if paths else ""
    root = _merge(documents, Place(start), problems)
    return Sources(root, problems, whole, (*files, *sorted(expansion.files)))


def _files(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    files: dict[Path, Path] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            found = _folder(path, problems) if path.is_dir() else [path]
            for file in found:
                files.setdefault(file.resolve(), file)
        except (OSError, ValueError, RuntimeError) as error:
            problems.append(Problem(Place(str(path)), "", f"cannot be read: {_reason(error)}"))
    return list(files.values()), problems


def _folder(folder: Path, problems: list[Problem]) -> list[Path]:
    # Names with a dot are not ours: an editor's swap file, Kubernetes' `..data`.
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in entries if entry.suffix in SUFFIXES and not entry.is_dir()]
    for entry in entries:
        if entry.is_dir() and entry.name != REHEARSALS and any(inner.suffix in SUFFIXES for inner in entry.iterdir()):
            problems.append(Problem(Place(str(entry)), "", "a folder in a folder is not read: name it on its own"))
    if not files:
        problems.append(Problem(Place(str(folder)), "", "no *.yaml or *.yml in this folder"))
    return files


def read_text(file: Path) -> tuple[str | None, list[Problem]]:
    """What stands in `file`, at most 1 MiB of UTF-8; None and why not."""

    def wrong(text: str, line: int = 1, column: int = 1) -> tuple[None, list[Problem]]:
        return None, [Problem(Place(str(file), line, column), "", text)]

    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return wrong("no such file")
    except (OSError, ValueError) as error:
        return wrong(f"cannot be read: {_reason(error)}")
    if len(data) > MOST_BYTES:
        return wrong(f"larger than {MOST_BYTES // 1024} KiB: split it into a folder of files")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        return wrong(f"not UTF-8 text (byte 0x{data[error.start]:02x})", before.count(b"\n") + 1, column)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "not a path"


def _merge(documents: Iterable[Node], start: Place, problems: list[Problem]) -> Node:
    whole: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for document in documents:
        assert isinstance(document.value, dict)
        for section, node in document.value.items():
            if node.value is None:
                continue  # a section whose entries are all commented out
            if section not in whole:
                whole[section], keys[section] = node, document.keys[section]
            else:
                whole[section] = _joined(section, whole[section], node, (keys, document.keys), problems)
    return Node(start, whole, keys).sized()


def _joined(
    section: str,
    first: Node,
    second: Node,
    keys: tuple[dict[str, Place], dict[str, Place]],
    problems: list[Problem],
) -> Node:
    if isinstance(first.value, list) and isinstance(second.value, list):
        return Node(first.place, first.value + second.value).sized()
    if not (isinstance(first.value, dict) and isinstance(second.value, dict)):
        problems.append(_twice((section,), keys[1][section], keys[0][section]))
        return first
    entries, places = dict(first.value), dict(first.keys)
    for name, node in second.value.items():
        if name in entries:
            problems.append(_twice((section, name), second.keys[name], places[name]))
        else:
            entries[name], places[name] = node, second.keys[name]
    return Node(first.place, entries, places).sized()


def _twice(path: tuple[str, ...], place: Place, first: Place) -> Problem:
    return Problem(place, label(path), f"defined twice, first at {first}")
