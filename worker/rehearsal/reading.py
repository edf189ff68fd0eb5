"""Reading rehearsals: files to scripts, or to every mistake in them, each with its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from roust.config import yaml
from roust.config.node import Node
from roust.config.problem import Path as Way
from roust.config.problem import Place, Problem, in_order, label
from roust.config.sources import read_text
from roust.config.validate import one
from roust.config.words import did_you_mean
from roust.domain.directory import Directory
from worker.rehearsal.script import Script


@dataclass(frozen=True)
class Rehearsal:
    """One file: its name as it was given, and what stands in it."""

    file: str
    script: Script


def read(files: Sequence[Path], directory: Directory) -> tuple[list[Rehearsal], list[Problem]]:
    """The rehearsals of `files`, checked against `directory`. Never raises for what they hold."""
    rehearsals: list[Rehearsal] = []
    problems: list[Problem] = []
    for file in files:
        script, mistakes = _read(file, directory)
        problems += mistakes
        if script is not None:
            rehearsals.append(Rehearsal(str(file), script))
    return rehearsals, in_order(problems)


def _read(file: Path, directory: Directory) -> tuple[Script | None, list[Problem]]:
    text, problems = read_text(file)
    if text is None:
        return None, problems
    # Nothing here is taken from the environment: `${…}` in a summary is a summary.
    root, problems = yaml.read(text, str(file), lambda value, _: (value, "", None))
    if root is None:
        return None, _in_our_words(problems)
    script, mistakes = one(root, Script)
    problems = [*problems, *mistakes, *_unknown(root, directory)]
    return (None if problems else script), problems


def _in_our_words(problems: list[Problem]) -> list[Problem]:
    said = "must be a map (alert:, at:, events:, expect:)"
    return [
        Problem(problem.place, problem.path, said if "map of sections" in problem.text else problem.text)
        for problem in problems
    ]


_NAMES = (
    ("alert.service", "service", "services"),
    ("events.*.reassign.user", "user", "users"),
    ("events.*.reassign.escalation_policy", "escalation policy", "escalation_policies"),
    ("events.*.fail.user", "user", "users"),
    ("expect.pages.*.user", "user", "users"),
    ("expect.notices.*.group", "stakeholder group", "stakeholder_groups"),
)
"""Where a name stands that the configuration must hold: a slip of the pen would be a test that proves nothing."""


def _unknown(root: Node, directory: Directory) -> Iterator[Problem]:
    for pattern, kind, section in _NAMES:
        known = getattr(directory, section)
        for path, node in root.select(pattern):
            if isinstance(node.value, str) and node.value not in known:
                yield _no_such(root, path, kind, node.value, list(known))
    for pattern in ("events.*.fail", "expect.pages.*"):
        for path, node in root.select(pattern):
            user, contact = node.child("user"), node.child("contact")
            found = directory.users.get(str(user.value)) if user is not None else None
            if found is None or contact is None or not isinstance(contact.value, str):
                continue
            if contact.value not in found.contacts:
                yield _no_such(root, (*path, "contact"), "contact of this user", contact.value, list(found.contacts))
    if root.at(("alert", "service")) is None and directory.default_service is None:
        yield Problem(_place(root), "alert.service", "is required: the configuration has no default_service")


def _place(root: Node) -> Place:
    return root.locate(("alert",))


def _no_such(root: Node, path: Way, kind: str, name: str, known: list[str]) -> Problem:
    cure = did_you_mean(name, known) or f"; there are: {', '.join(known[:20]) or 'none'}"
    return Problem(root.locate(path), label(path), f"no {kind} named {name[:64]!r}{cure}")
