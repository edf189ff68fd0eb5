"""check, policies: what the configuration says."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from roust.cli.configured import ConfigOption, directory_or_exit, print_problems
from roust.cli.http import DEFAULT_URL
from roust.cli.moments import now
from roust.cli.override import overrides_told
from roust.cli.responder import UrlOption
from roust.cli.terminal import console, plain, show

if TYPE_CHECKING:
    from roust.config.load import Loaded
    from roust.config.problem import Problem

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

_COUNTED = (
    *("users", "teams", "groups", "schedules", "escalation_policies", "services", "routes"),
    *("stakeholder_groups", "tokens"),
)


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("check")(check)
    app.command("policies")(policies)


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files or folders, read as one configuration.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read the configuration and name every mistake and warning with its place; 1 when there is a mistake."""
    from roust.config.load import load
    from roust.config.locate import config_paths

    paths = config_paths(files, os.environ)
    loaded = load(paths, os.environ, foreseen_at=now())
    if as_json:
        _print_json(_report(loaded))
    else:
        print_problems(loaded)
        typer.echo(_summary(paths, loaded))
    if loaded.problems:
        raise typer.Exit(1)


def policies(
    *,
    config: ConfigOption = None,
    live: Annotated[bool, typer.Option("--live", help="With the overrides made day to day, asked of the API.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Each escalation policy as a table: who is paged at each step, who that is now, and when."""
    from roust.cli.policy_table import as_data, heading, policy_table

    directory = directory_or_exit(config)
    at, overrides = now(), overrides_told(url, directory.schedules) if live else {}
    if as_json:
        _print_json([as_data(name, directory, at, overrides) for name in directory.escalation_policies])
        return
    out = console()
    for place, name in enumerate(directory.escalation_policies):
        typer.echo(("\n" if place else "") + heading(name, directory))
        show(out, policy_table(name, directory, at, overrides))


def _summary(paths: list[Path], loaded: "Loaded") -> str:
    said = [_count(len(loaded.warnings), "warning")] if loaded.warnings else []
    if loaded.directory is None:
        return ", ".join([_count(len(loaded.problems), "mistake"), *said])
    held = [
        _count(len(getattr(loaded.directory, section)), _singular(section))
        for section in _COUNTED
        if getattr(loaded.directory, section)
    ]
    named = plain(", ".join(str(path) for path in paths))
    return f"{named}: {', '.join(held) or 'nothing'}: " + ", ".join(["no mistakes", *said])


def _singular(section: str) -> str:
    return "escalation policy" if section == "escalation_policies" else section.removesuffix("s").replace("_", " ")


def _count(number: int, thing: str) -> str:
    several = thing.removesuffix("y") + "ies" if thing.endswith("y") else thing + "s"
    return f"{number} {thing if number == 1 else several}"


def _report(loaded: "Loaded") -> dict[str, Any]:
    return {
        "ok": loaded.directory is not None,
        "mistakes": [_as_data(problem) for problem in loaded.problems],
        "warnings": [_as_data(problem) for problem in loaded.warnings],
    }


def _as_data(problem: "Problem") -> dict[str, Any]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": problem.path,
        "text": problem.text,
    }


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2))
