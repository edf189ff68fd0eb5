"""The configuration that a command goes by, or all its mistakes and the end."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roust.cli.terminal import plain

if TYPE_CHECKING:
    from roust.config.load import Loaded
    from roust.domain.directory import Directory

ConfigOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--config", metavar="FILE", help="A file or folder; repeatable. Default: ROUST_CONFIG, else roust.yaml."
    ),
]


def directory_or_exit(config: list[Path] | None) -> "Directory":
    """The directory; with a mistake in the files, all are told on stderr and the command ends with 1."""
    from roust.config.load import load
    from roust.config.locate import config_paths

    loaded = load(config_paths(config, os.environ), os.environ)
    if loaded.directory is None:
        print_problems(loaded, err=True)
        raise typer.Exit(1)
    return loaded.directory


def print_problems(loaded: "Loaded", err: bool = False) -> None:
    """Every mistake, then every warning, a line each."""
    for problem in (*loaded.problems, *loaded.warnings):
        typer.echo(plain(str(problem)), err=err)
