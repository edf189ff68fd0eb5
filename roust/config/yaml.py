"""YAML as the configuration reads it: few types, no surprises, and every value knows its place.

Built from the parser's events rather than by its constructors: so nesting, aliases and tags are bounded
here, and what YAML 1.1 would guess (`22:30`, `NO`, `on`, `010`, `2026-11-23`) stays text.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml

from roust.config.node import Node
from roust.config.problem import Place, Problem

DEEPEST = 40
"""Levels of nesting; the format itself needs 8."""
MOST_VALUES = 200_000
"""Values of one file with its aliases written out; a file of 1 MiB has about 60,000."""

Expand = Callable[[str, Place], tuple[str, str, str | None]]
"""Text and its place to: what it stands for, the `${…}` it came from (empty: none), what is wrong."""

_INT = re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$")
_WORDS = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
}
_UNFIT = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_OPEN = Node(Place(""), None)
"""Stands for an anchor whose value is still being read: an alias to it would contain itself."""


class _Stop(Exception):
    """Nothing after this can be understood."""


def read(text: str, file: str, expand: Expand) -> tuple[Node | None, list[Problem]]:
    """The mapping that `text` holds, and every mistake in its form. None: it could not be read at all."""
    unfit = _UNFIT.search(text)
    if unfit:
        before = text[: unfit.start()]
        place = Place(file, before.count("\n") + 1, unfit.start() - (before.rfind("\n") + 1) + 1)
        return None, [Problem(place, "", f"not text: holds the control character U+{ord(unfit[0]):04X}")]
    composer = _Composer(text, file, expand)
    try:
        node = composer.document()
    except yaml.MarkedYAMLError as error:
        composer.problem(_place(file, error.problem_mark or error.context_mark), _said(error))
        return None, composer.problems
    except yaml.YAMLError as error:
        composer.problem(Place(file), f"not YAML: {type(error).__name__}")
        return None, composer.problems
    except _Stop:
        return None, composer.problems
    if not isinstance(node.value, dict):
        what = "is empty" if node.value is None else "must be a map of sections (users:, services:, …)"
        composer.problem(Place(file) if node.value is None else node.place, what)
        return None, composer.problems
    return node, composer.problems


def _said(error: yaml.MarkedYAMLError) -> str:
    hint = ""
    if error.problem and "cannot start any token" in error.problem:
        hint = "; quote it (or use spaces instead of a tab)"
    elif error.problem and "mapping values are not allowed" in error.problem:
        hint = "; quote a value that holds ': ', or mend the indentation"
    began = error.context_mark
    within = ""
    if began is not None and error.problem_mark is not None and began.line != error.problem_mark.line:
        within = f", in what begins at {began.line + 1}:{began.column + 1}"
    return f"not YAML: {error.problem or error.context}{within}{hint}"


def _place(file: str, mark: Any) -> Place:
    return Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)


class _Composer:
    """Events to nodes."""

    def __init__(self, text: str, file: str, expand: Expand) -> None:
        self._events = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._file = file
        self._expand = expand
        self._anchors: dict[str, Node] = {}
        self._values = 0
        self.problems: list[Problem] = []

    def problem(self, place: Place, text: str) -> None:
        self.problems.append(Problem(place, "", text))

    def stop(self, place: Place, text: str) -> _Stop:
        self.problem(place, text)
        return _Stop()

    def document(self) -> Node:
        """The one document of the stream."""
        node: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    raise self.stop(self._at(event), "a second document (---): one document per file")
                node = self._node(next(self._events), 1)
        return node if node is not None else Node(Place(self._file), None)

    def _at(self, event: Any) -> Place:
        return _place(self._file, event.start_mark)

    def _count(self, size: int, place: Place) -> None:
        self._values += size
        if self._values > MOST_VALUES:
            raise self.stop(place, f"too much: more than {MOST_VALUES} values, aliases written out")

    def _node(self, event: Any, depth: int) -> Node:
        place = self._at(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, place, depth)
        if depth > DEEPEST:
            raise self.stop(place, f"nested more than {DEEPEST} levels deep")
        self._count(1, place)
        if event.tag not in _PLAIN_TAGS:
            self.problem(place, "a tag (!…): quote the value if it is meant as text")
        if event.anchor:
            self._anchors[event.anchor] = _OPEN
        if isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(place, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(place, depth)
        else:
            node = self._scalar(event, place)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, anchor: str | None, place: Place, depth: int) -> Node:
        named = f"*{(anchor or '')[:40]}"
        node = self._anchors.get(anchor or "")
        if node is None:
            raise self.stop(place, f"unknown anchor {named}")
        if node is _OPEN:
            raise self.stop(place, f"cyclic: {named} stands inside the value that it names")
        if depth + node.height > DEEPEST:
            raise self.stop(place, f"nested more than {DEEPEST} levels deep")
        self._count(node.size, place)
        return node

    def _scalar(self, event: Any, place: Place) -> Node:
        text: str = event.value
        if event.implicit[0]:
            if text in _WORDS:
                return Node(place, _WORDS[text])
            if _INT.match(text):
                return Node(place, int(text))
        value, origin, wrong = self._expand(text, place)
        return Node(place, value, origin=origin, missing=wrong or "")

    def _sequence(self, place: Place, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node(place, items).sized()

    def _mapping(self, place: Place, depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[tuple[Place, Node]] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            at = self._at(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise self.stop(at, "a key must be a plain word")
            value = self._node(next(self._events), depth + 1)
            if event.value == "<<" and event.implicit[0]:
                merged.append((at, value))
            elif event.value in entries:
                first = keys[event.value]
                self.problem(at, f"duplicate key {_shown(event.value)}, first given in line {first.line}")
            else:
                entries[event.value], keys[event.value] = value, at
            if event.anchor:
                self.problem(at, "an anchor on a key")
        for at, value in merged:
            self._merge(entries, keys, at, value)
        return Node(place, entries, keys).sized()

    def _merge(self, entries: dict[str, Node], keys: dict[str, Place], at: Place, value: Node) -> None:
        sources = value.value if isinstance(value.value, list) else [value]
        for source in sources:
            if not isinstance(source.value, dict):
                self.problem(at, "<< takes an alias of a map, or a list of them")
                continue
            self._count(source.size, at)
            for key, inherited in source.value.items():
                if key not in entries:
                    entries[key], keys[key] = inherited, source.keys[key]


def _shown(key: str) -> str:
    return repr(key) if re.fullmatch(r"[\w.-]{1,64}", key) else "(not a name)"
