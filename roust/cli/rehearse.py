"""rehearse: an alert played through the real workflow in skipped time."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from roust.cli.configured import ConfigOption, print_problems
from roust.cli.policy import AsJson
from roust.cli.terminal import plain


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("rehearse")(rehearse)


def rehearse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Rehearsals, one to a file.")],
    *,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Play alerts through the real workflow in skipped time: who would be paged, when, by which contact.

    With `expect` in a file it is a test: 1 when it went otherwise, 2 when a file cannot be used.
    """
    from roust.cli.process import run
    from roust.cli.rooms import room
    from roust.config.load import load_to_rehearse
    from roust.config.locate import config_paths
    from roust.runtime.settings import Settings

    code = 0

    async def main(stop: asyncio.Event) -> None:
        nonlocal code
        # First: where it cannot run at all, that is what to say.
        play = room("worker.rehearsal.main").rehearse
        loaded, missing = load_to_rehearse(config_paths(config, os.environ), os.environ)
        if loaded.directory is None:
            print_problems(loaded, err=True)
            code = 2
            return
        if missing:
            typer.echo(plain(f"roust: not set, and stood in for: {', '.join(missing)}"), err=True)
        code = await play(files, loaded.directory, as_json, stop)

    run(Settings(log_level="error"), main)
    if code:
        raise typer.Exit(code)
