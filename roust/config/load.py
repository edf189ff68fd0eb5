"""From files to a Directory, or to every mistake in them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from roust.config import sources
from roust.config.check import check
from roust.config.problem import Problem, in_order
from roust.config.validate import Draft, draft, whole
from roust.domain.directory import Directory
from roust.domain.errors import RoustError


class BadConfiguration(RoustError):
    """The configuration has mistakes; the message is all of them, a line each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


@dataclass(frozen=True)
class Loaded:
    """What came of reading. `directory` is None when there are `problems`; warnings stop nothing.

    `digest`: sha256 (hex) of all that the files say, references followed: equal in two processes exactly
    when they go by the same configuration. Empty when there are problems. `files`: all that was read.
    """

    directory: Directory | None = field(repr=False)
    problems: list[Problem]
    warnings: list[Problem]
    digest: str = ""
    files: tuple[Path, ...] = ()

    def get(self) -> Directory:
        """The directory. Raises BadConfiguration with every mistake."""
        if self.directory is None:
            raise BadConfiguration(self.problems)
        return self.directory


def load(paths: Sequence[Path], environ: Mapping[str, str]) -> Loaded:
    """Read `paths` (files, or folders of them) as one configuration. Never raises for what they hold.

    When a file cannot be read at all, the others are checked only by themselves: what they refer to may
    stand in it.
    """
    read = sources.read(paths, environ)
    result = draft(read.root) if read.root.value else Draft(read.root, Directory(), [])
    if read.whole:
        check(result)
    found = in_order([*read.problems, *result.problems])
    directory = None
    if not any(not problem.warning for problem in found):
        directory = whole(result)
        found = in_order([*found, *result.problems])
    problems = [problem for problem in found if not problem.warning]
    warnings = [problem for problem in found if problem.warning]
    if problems:
        return Loaded(None, problems, warnings, files=read.files)
    return Loaded(directory, [], warnings, _digest(result), read.files)


def _digest(result: Draft) -> str:
    effective = json.dumps(result.root.plain(), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(effective.encode("ascii")).hexdigest()
