"""on-call, shifts: who is on call, and when; asked of the API, or of the configuration alone."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from roust.cli.http import DEFAULT_URL, Api, UsageTrouble, trouble_told
from roust.cli.moments import instant, now
from roust.cli.responder import UrlOption, as_responder
from roust.cli.terminal import console, plain, plain_json, show

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from roust.cli.weeks import Holding, Weeks

FOUR_WEEKS = timedelta(weeks=4)

ConfigOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Ask this file or folder alone, not the API; repeatable.",
    ),
]
ZoneOption = Annotated[
    str | None, typer.Option("--zone", help="Show times by the clock there, not here.", metavar="ZONE")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: instants in UTC.")]
_A_TIME = "2026-01-05T08:00Z; without an offset by the schedule's clock, without a time its midnight"


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("on-call")(on_call_command)
    app.command("shifts")(shifts_command)


def on_call_command(
    at: Annotated[str | None, typer.Option("--at", help=f"{_A_TIME}. Default: now.", metavar="TIME")] = None,
    schedule: Annotated[str | None, typer.Option("--schedule", help="Only this one.", metavar="NAME")] = None,
    config: ConfigOption = None,
    zone: ZoneOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Who is on call, and who follows."""
    from roust.cli.on_call_sheet import on_call_sheet

    if config:
        when, holding, reader = _held_by_file(config, at, schedule, zone)
    else:
        when, holding, reader = _held_by_api(url, at, schedule, zone)
    if as_json:
        _say([{"schedule": name, "users": list(users)} for name, (users, _) in holding.items()])
        return
    out = console()
    for part in on_call_sheet(holding, when, reader):
        show(out, part)


def shifts_command(
    schedule: Annotated[str, typer.Argument(help="The schedule's name.", metavar="SCHEDULE")],
    start: Annotated[str | None, typer.Option("--from", help=f"{_A_TIME}. Default: today.", metavar="TIME")] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="The same. Default: four weeks later.", metavar="TIME")
    ] = None,
    config: ConfigOption = None,
    zone: ZoneOption = None,
    as_list: Annotated[bool, typer.Option("--list", help="A line per shift, to the minute.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """When who is on call: the coming weeks as a calendar."""
    from roust.cli.on_call_sheet import shifts_list, shifts_sheet
    from roust.domain.zones import format_time

    if config:
        weeks, reader = _weeks_by_file(config, schedule, start, end, zone)
    else:
        weeks, reader = _weeks_by_api(url, schedule, start, end, zone)
    if as_json:
        _say([{"user": s.user, "start": format_time(s.start), "end": format_time(s.end)} for s in weeks.shifts])
        return
    out = console()
    sheet = shifts_list if as_list else shifts_sheet
    for part in sheet(weeks, reader, now(), _width(out.width), out.encoding):
        show(out, part)


def _held_by_file(
    config: list[Path], at: str | None, schedule: str | None, zone: str | None
) -> "tuple[datetime, Holding, ZoneInfo]":
    from roust.cli.offline import ask_offline, asked_time, schedule_named
    from roust.domain.schedule import next_handoff, on_call

    with ask_offline(config, zone) as (schedules, reader):
        asked = {schedule: schedule_named(schedules, schedule)} if schedule else schedules
        when = asked_time(at, asked.values(), now())
        return when, {name: (on_call(each, when), next_handoff(each, when)) for name, each in asked.items()}, reader


def _held_by_api(
    url: str, at: str | None, schedule: str | None, zone: str | None
) -> "tuple[datetime, Holding, ZoneInfo]":
    from roust.cli.weeks import holding_told

    with asking(url, zone) as (api, reader):
        body = api.get("/v1/on-call", at=at, schedule=schedule).body
        _noted(body)
        return instant(body["at"]), holding_told(body), reader


def _weeks_by_file(
    config: list[Path], schedule: str, start: str | None, end: str | None, zone: str | None
) -> "tuple[Weeks, ZoneInfo]":
    from roust.cli.offline import BadQuestion, ask_offline, asked_time, schedule_named
    from roust.cli.on_call_sheet import today
    from roust.cli.weeks import weeks_of
    from roust.domain.zones import format_time

    with ask_offline(config, zone) as (schedules, reader):
        asked = schedule_named(schedules, schedule)
        begins = asked_time(start, [asked], today(now(), reader))
        ends = asked_time(end, [asked], begins + FOUR_WEEKS)
        if ends <= begins:
            raise BadQuestion(f"--to {end or format_time(ends)} is not after --from {start or format_time(begins)}")
        return weeks_of(schedule, asked, begins, ends), reader


def _weeks_by_api(
    url: str, schedule: str, start: str | None, end: str | None, zone: str | None
) -> "tuple[Weeks, ZoneInfo]":
    from roust.cli.on_call_sheet import today
    from roust.cli.weeks import weeks_told
    from roust.domain.zones import format_time

    with asking(url, zone) as (api, reader):
        span = {"from": start or format_time(today(now(), reader)), "to": end}
        body = api.get(f"{path_of(schedule)}/shifts", **span).body
        _noted(body)
        return weeks_told(body), reader


@contextmanager
def asking(url: str, zone: str | None) -> "Iterator[tuple[Api, ZoneInfo]]":
    """The API and the reader's zone; what goes wrong is one line on stderr and the exit code."""
    from roust.cli.reader import UnknownZone, reader_zone

    with trouble_told():
        try:
            reader = reader_zone(zone)
        except UnknownZone as unknown:
            raise UsageTrouble(str(unknown)) from unknown
        with as_responder(url) as api:
            yield api, reader


def path_of(schedule: str) -> str:
    """Where the API has the schedule."""
    return f"/v1/schedules/{quote(schedule, safe='')}"


def _noted(body: dict[str, Any]) -> None:
    for note in body["notes"]:
        typer.echo(f"roust: {plain(str(note))}", err=True)


def _width(columns: int) -> int:
    # A pipe has no width, but a calendar has one: as wide as the reader says, else 80.
    said = os.environ.get("COLUMNS", "")
    return min(columns, int(said) if said.isdecimal() else 80) if columns > 400 else columns


def _say(answer: Any) -> None:
    typer.echo(plain_json(json.dumps(answer, indent=2, ensure_ascii=False)))
