"""The schedules alone, for whoever only asks who is on call: without the secrets that the rest needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from roust.config import sources
from roust.config.node import Node
from roust.config.problem import Place, Problem, in_order
from roust.config.references import check_references
from roust.config.validate import draft
from roust.domain.schedule import Schedule
from roust.domain.zones import pin_zone_data


@dataclass(frozen=True)
class Schedules:
    """`by_name` is right when there are no `problems`; those `elsewhere` do not touch the answer."""

    by_name: dict[str, Schedule]
    problems: list[Problem]
    elsewhere: list[Problem]


def load_schedules(paths: Sequence[Path], environ: Mapping[str, str]) -> Schedules:
    """Read the schedules of `paths` (files, or folders of them). Never raises for what they hold.

    A laptop has none of the secrets that `${NAME}` takes from a server's environment: a mistake counts
    only in `schedules`, or where it may touch them.
    """
    pin_zone_data()
    read = sources.read(paths, environ)
    result = draft(read.root)
    check_references(result)
    missing = set(_missing(node for key, node in read.root.children() if key != "schedules"))
    found = [p for p in in_order([*read.problems, *result.problems]) if not p.warning]
    elsewhere = [p for p in found if (p.path or p.place in missing) and not _in_schedules(p)]
    return Schedules(result.directory.schedules, [p for p in found if p not in elsewhere], elsewhere)


def _in_schedules(problem: Problem) -> bool:
    return problem.path == "schedules" or problem.path.startswith("schedules.")


def _missing(nodes: Iterable[Node]) -> Iterator[Place]:
    """Where something is named that the environment or a file should give and does not."""
    for node in nodes:
        if node.missing:
            yield node.place
        yield from _missing(child for _, child in node.children())
