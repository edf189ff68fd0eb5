"""on-call, shifts: who is on call, and when."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from roust.cli.moments import now
from roust.cli.terminal import console, show

if TYPE_CHECKING:
    from roust.domain.schedule import Schedule

FOUR_WEEKS = timedelta(weeks=4)

ConfigOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--config", metavar="FILE", help="A file or folder; repeatable. Default: ROUST_CONFIG, else roust.yaml."
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
    as_json: JsonOption = False,
) -> None:
    """Who is on call, and who follows."""
    from roust.cli.offline import ask_offline, asked_time, schedule_named
    from roust.cli.on_call_sheet import on_call_sheet
    from roust.domain.schedule import next_handoff, on_call

    with ask_offline(config, zone) as (schedules, reader):
        asked = {schedule: schedule_named(schedules, schedule)} if schedule else schedules
        when = asked_time(at, asked.values(), now())
        if as_json:
            _say([{"schedule": name, "users": on_call(each, when)} for name, each in asked.items()])
            return
        following = {name: (on_call(each, when), next_handoff(each, when)) for name, each in asked.items()}
        out = console()
        for part in on_call_sheet(following, when, reader):
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
    as_json: JsonOption = False,
) -> None:
    """When who is on call: the coming weeks as a calendar."""
    from roust.cli.offline import BadQuestion, ask_offline, asked_time, schedule_named
    from roust.cli.on_call_sheet import shifts_list, shifts_sheet, today
    from roust.domain.zones import format_time

    with ask_offline(config, zone) as (schedules, reader):
        asked = schedule_named(schedules, schedule)
        begins = asked_time(start, [asked], today(now(), reader))
        ends = asked_time(end, [asked], begins + FOUR_WEEKS)
        if ends <= begins:
            raise BadQuestion(f"--to {end or format_time(ends)} is not after --from {start or format_time(begins)}")
        if as_json:
            _say(_shifts_json(asked, begins, ends))
            return
        out = console()
        sheet = shifts_list if as_list else shifts_sheet
        for part in sheet(schedule, asked, begins, ends, reader, now(), _width(out.width), out.encoding):
            show(out, part)


def _shifts_json(schedule: "Schedule", start: datetime, end: datetime) -> list[dict[str, str]]:
    from roust.domain.schedule import shifts
    from roust.domain.zones import format_time

    return [
        {"user": shift.user, "start": format_time(shift.start), "end": format_time(shift.end)}
        for shift in shifts(schedule, start, end)
    ]


def _width(columns: int) -> int:
    # A pipe has no width, but a calendar has one: as wide as the reader says, else 80.
    said = os.environ.get("COLUMNS", "")
    return min(columns, int(said) if said.isdecimal() else 80) if columns > 400 else columns


def _say(answer: Any) -> None:
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
