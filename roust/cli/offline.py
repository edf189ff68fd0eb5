"""Asking the configuration itself who is on call, without a server."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from roust.cli.reader import reader_zone
from roust.cli.terminal import plain
from roust.domain import zones
from roust.domain.errors import RoustError
from roust.domain.schedule import Schedule


class BadQuestion(RoustError):
    """The question cannot be answered as it was put; the message says how to put it."""


@contextmanager
def ask_offline(config: list[Path] | None, zone: str | None) -> Iterator[tuple[Mapping[str, Schedule], ZoneInfo]]:
    """The schedules that `config` gives, and the reader's zone; what goes wrong inside is told in words.

    Exit 1 when the schedules have mistakes, 2 when the question cannot be answered as it was put.
    """
    from roust.config.locate import config_paths
    from roust.config.schedules import load_schedules

    found = load_schedules(config_paths(config, os.environ), os.environ)
    for problem in found.problems:
        typer.echo(plain(str(problem)), err=True)
    if found.problems:
        raise typer.Exit(1)
    if found.elsewhere:
        typer.echo(f"roust: mistakes elsewhere ({len(found.elsewhere)}): roust check names them", err=True)
    try:
        yield found.by_name, reader_zone(zone)
    except RoustError as wrong:
        typer.echo(f"roust: {plain(str(wrong))}", err=True)
        raise typer.Exit(2) from None


def schedule_named(schedules: Mapping[str, Schedule], name: str) -> Schedule:
    """The schedule `name`; BadQuestion names those there are."""
    if name not in schedules:
        raise BadQuestion(f"no schedule named {name!r}; there are: {', '.join(sorted(schedules)) or 'none'}")
    return schedules[name]


def asked_time(text: str | None, schedules: Iterable[Schedule], default: datetime) -> datetime:
    """The instant that `text` means to `schedules`, `default` when there is none.

    A time without an offset is by their clock, as in the configuration. BadQuestion when it is no time,
    or when their clocks differ.
    """
    if text is None:
        return default
    try:
        return zones.asked_time(text, (schedule.time_zone for schedule in schedules))
    except ValueError as wrong:
        raise BadQuestion(str(wrong)) from wrong
