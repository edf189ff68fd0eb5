"""Asking the configuration itself, without a server."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from roust.cli.reader import reader_zone
from roust.cli.terminal import plain
from roust.domain.directory import Directory
from roust.domain.errors import RoustError, UnknownName
from roust.domain.schedule import Schedule
from roust.domain.zones import instant, parse_time, read_time

DEFAULT_CONFIG = Path("roust.yaml")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@contextmanager
def ask_offline(config: list[Path] | None, zone: str | None) -> Iterator[tuple[Directory, ZoneInfo]]:
    """The directory that `config` says, and the reader's zone; what goes wrong inside is told in words.

    Exit 1 when the configuration has mistakes, 2 when the question cannot be answered as it was put.
    """
    from roust.config.load import BadConfiguration, load

    try:
        yield load(config or [DEFAULT_CONFIG], os.environ).get(), reader_zone(zone)
    except BadConfiguration as mistakes:
        typer.echo(plain(str(mistakes), lines=True), err=True)
        raise typer.Exit(1) from None
    except (RoustError, ValueError) as wrong:
        typer.echo(f"roust: {plain(str(wrong))}", err=True)
        raise typer.Exit(2) from None


def schedule_named(directory: Directory, name: str) -> Schedule:
    """The schedule `name`; UnknownName when there is none."""
    if name not in directory.schedules:
        raise UnknownName("schedule", name)
    return directory.schedules[name]


def asked_time(text: str | None, schedules: Iterable[Schedule], default: datetime) -> datetime:
    """The instant that `text` means to `schedules`, `default` when there is none.

    A time without an offset is by their clock, as in the configuration; ValueError when they differ.
    """
    if text is None:
        return default
    text = f"{text}T00:00" if _DATE.fullmatch(text) else text
    written = parse_time(text)
    if written.tzinfo is not None:
        return instant(written)
    zones = sorted({schedule.time_zone for schedule in schedules})
    if len(zones) > 1:
        raise ValueError(
            f"{text} is not one instant: the schedules go by different clocks ({', '.join(zones)}); "
            "give it with an offset, such as 2026-01-05T08:00Z, or choose one --schedule"
        )
    return read_time(text, zones[0] if zones else "UTC")
