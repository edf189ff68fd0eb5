"""Nodes to domain values, entry by entry: one bad entry hides no mistake in another."""

import types
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from roust.config.node import Node
from roust.config.problem import Path, Problem, in_order, label
from roust.config.words import NAME_RULE, did_you_mean, words
from roust.domain.directory import Directory
from roust.domain.policy import Name

MOST_HINTS, MOST_COMPARED = 100, 2_000

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Draft:
    """What is known so far: `directory` holds every entry that is valid by itself and no other."""

    root: Node
    directory: Directory
    problems: list[Problem]
    hints: int = MOST_HINTS

    def hint(self, word: str, known: Collection[str]) -> str:
        """`; did you mean 'users'?`, or nothing; for the first mistakes only: looking takes its time."""
        if self.hints == 0 or len(known) > MOST_COMPARED:
            return ""
        self.hints -= 1
        return did_you_mean(word, sorted(known))

    def error(self, path: Path, text: str) -> None:
        """Add a mistake at `path`."""
        self.problems.append(Problem(self.root.locate(path), label(path), text))

    def warn(self, path: Path, text: str) -> None:
        """Add a warning at `path`."""
        self.problems.append(Problem(self.root.locate(path), label(path), text, warning=True))

    def names(self, section: str) -> frozenset[str]:
        """Every name that `section` gives, of valid entries and of others."""
        node = self.root.child(section)
        return frozenset(node.value) if node is not None and isinstance(node.value, dict) else frozenset()


def draft(root: Node) -> Draft:
    """Validate every section of `root` on its own."""
    result = Draft(root, Directory(), [])
    sections = {field.alias or name: (name, field) for name, field in Directory.model_fields.items()}
    parts: dict[str, Any] = {}
    for key, node in root.children():
        assert isinstance(key, str)
        if key not in sections:
            known = result.hint(key, sections) or "; known are " + ", ".join(sections)
            result.error((key,), f"unknown key{known}")
            continue
        name, field = sections[key]
        value = _section(result, (key,), node, field)
        if value is not _INVALID:
            parts[name] = value
    result.directory = Directory.model_construct(**parts)
    for path, why in _missing(root, (), set()):
        result.error(path, why)
    return result


def _missing(node: Node, path: Path, seen: set[int]) -> Iterator[tuple[Path, str]]:
    if id(node) in seen:
        return  # an alias: told where it was first met
    seen.add(id(node))
    if node.missing:
        yield path, node.missing
    for part, child in node.children():
        yield from _missing(child, (*path, part), seen)


def whole(result: Draft) -> Directory | None:
    """The directory of a draft without mistakes, validated in one piece; None and the mistake if it is not."""
    try:
        return Directory.model_validate(result.root.plain())
    except ValidationError as error:
        _explain(result, (), error, Directory)
        return None


def one(root: Node, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """A file that is not the configuration: `root` as one `model`, or every mistake in it."""
    result = Draft(root, Directory(), [])
    value = _validated(result, (), root, model)
    return (None if value is _INVALID else value), in_order(result.problems)


_INVALID = object()


def _section(result: Draft, path: Path, node: Node, field: FieldInfo) -> Any:
    annotation = field.annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict and isinstance(node.value, dict):
        for name in node.value:
            _validated(result, (*path, name), Node(node.keys[name], name), Name, lambda _: NAME_RULE)
        entries = {name: _validated(result, (*path, name), child, arguments[1]) for name, child in node.value.items()}
        return {name: value for name, value in entries.items() if value is not _INVALID}
    if origin is list and isinstance(node.value, list):
        items = [_validated(result, (*path, i), child, arguments[0]) for i, child in node.children()]
        return [value for value in items if value is not _INVALID]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(node.value, dict):
        return _parts(result, path, node, annotation)
    return _validated(result, path, node, annotation)


def _parts(result: Draft, path: Path, node: Node, model: type[BaseModel]) -> Any:
    """A model whose valid fields are worth having when another is not."""
    whole_value = _validated(result, path, node, model)
    if whole_value is not _INVALID:
        return whole_value
    parts: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        child = node.child(field.alias or name)
        value = _validated(Draft(node, result.directory, []), (), child, field.annotation) if child else _INVALID
        if value is not _INVALID:
            parts[name] = value
    return model.model_construct(**parts)


@lru_cache(maxsize=64)
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _validated(result: Draft, path: Path, node: Node, annotation: Any, say: Callable[[Path], str] | None = None) -> Any:
    try:
        return _adapter(annotation).validate_python(node.plain())
    except ValidationError as error:
        if say is not None:
            result.error(path, say(path))
        else:
            _explain(result, path, error, annotation)
        return _INVALID


def _explain(result: Draft, base: Path, errors: ValidationError, annotation: Any) -> None:
    for error in errors.errors(include_url=False, include_input=False):
        path = base
        for part in error["loc"]:
            # Parts that are no keys of the file are pydantic's own (a union's tag, `[key]`).
            if result.root.at((*path, part)) is not None:
                path = (*path, part)
        node = result.root.at(path)
        if node is not None and node.missing:
            continue
        if error["loc"] and error["loc"][-1] == "[key]":
            last = path[-1] if path else ""
            result.error(path, NAME_RULE if error["type"] == "string_pattern_mismatch" else words(error, None, last))
            continue
        fields = _fields(annotation, path[len(base) :])
        last = next((part for part in reversed(path) if isinstance(part, str)), "")
        text = words(error, node, last, fields)
        shown = (*path, error["loc"][-1]) if error["type"] == "missing" else path
        result.problems.append(Problem(result.root.locate(path), label(shown), text))


def _fields(annotation: Any, path: Path) -> list[str]:
    """The keys that could stand where the last of `path` stands."""
    for part in path[:-1]:
        annotation = _inner(annotation, part)
    model = _bare(annotation)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(annotation: Any, part: str | int) -> Any:
    bare = _bare(annotation)
    if get_origin(bare) in (dict, list):
        return get_args(bare)[-1]
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        for name, field in bare.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    return None


def _bare(annotation: Any) -> Any:
    """Without Annotated and Optional."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return next((_bare(inner) for inner in get_args(annotation) if inner is not type(None)), None)
    return annotation
