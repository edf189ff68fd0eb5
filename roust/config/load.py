"""From files to a Directory, or to every mistake in them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from roust.config import sources
from roust.config.check import check
from roust.config.expand import StandIns
from roust.config.problem import Problem, in_order
from roust.config.validate import Draft, draft, whole
from roust.domain.directory import Directory
from roust.domain.errors import RoustError
from roust.domain.foresight import foresee


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


def load(
    paths: Sequence[Path],
    environ: Mapping[str, str],
    foreseen_at: datetime | None = None,
    stand_ins: StandIns | None = None,
) -> Loaded:
    """Read `paths` (files, or folders of them) as one configuration. Never raises for what they hold.

    `foreseen_at`: warn also of what will go wrong in the 30 days from then (gaps, layers without people).
    `stand_ins`: for rehearsals, from which nothing leaves: secrets may be missing, contacts need no channel.

    When a file cannot be read at all, the others are checked only by themselves: what they refer to may
    stand in it.
    """
    read = sources.read(paths, environ, stand_ins)
    result = draft(read.root) if read.root.value else Draft(read.root, Directory(), [])
    if read.whole:
        check(result, leaves=stand_ins is None)
    found = in_order([*read.problems, *result.problems])
    directory = None
    if not any(not problem.warning for problem in found):
        directory = whole(result)
        if directory is not None and foreseen_at is not None:
            for finding in foresee(directory, foreseen_at):
                result.warn(finding.place, finding.text)
        found = in_order([*found, *result.problems])
    problems = [problem for problem in found if not problem.warning]
    warnings = [problem for problem in found if problem.warning]
    if problems:
        return Loaded(None, problems, warnings, files=read.files)
    return Loaded(directory, [], warnings, _digest(result), read.files)


def load_to_rehearse(paths: Sequence[Path], environ: Mapping[str, str]) -> tuple[Loaded, list[str]]:
    """The configuration for a rehearsal, and what is missing outside the files and stood in for."""
    stand_ins = StandIns(environ)
    loaded = load(paths, environ, stand_ins=stand_ins)
    if loaded.problems and stand_ins.missing:
        # A stand-in may not fit its place: then the true reason is that something is missing.
        places = {problem.place for problem in loaded.problems}
        true = [problem for problem in load(paths, environ).problems if problem.place in places]
        return replace(loaded, problems=true), []
    return loaded, sorted(stand_ins.missing)


def _digest(result: Draft) -> str:
    effective = json.dumps(result.root.plain(), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(effective.encode("ascii")).hexdigest()
