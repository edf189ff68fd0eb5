"""Who is on call and when, as a person likes to read it."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from roust.cli.calendar_sheet import ALARM, BLOCKS, LETTERS, NOBODY, CalendarSheet
from roust.cli.terminal import plain
from roust.cli.weeks import Holding, Weeks
from roust.domain.duration import format_duration
from roust.domain.overrides import Override
from roust.domain.schedule import Gap
from roust.domain.zones import first, wall_clock

_MOST_GAPS = 10


def today(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the day of `at` began in `zone`."""
    return first(datetime.combine(wall_clock(at, zone), time()), zone)


def on_call_sheet(holding: Holding, at: datetime, zone: ZoneInfo) -> list[RenderableType]:
    """By schedule who is on call at `at`, until when, and who follows."""
    if not holding:
        return [Text("No schedules: add one under `schedules`.")]
    table = table_of("SCHEDULE", "ON CALL", "UNTIL", "THEN")
    for name, (users, handoff) in holding.items():
        until = clock(handoff.at, zone) if handoff else "no change in sight"
        table.add_row(plain(name), _people(users), until, _people(handoff.users) if handoff else "")
    return [table, Text(f"At {clock(at, zone)}, {zone.key}.", style="dim")]


def shifts_sheet(weeks: Weeks, zone: ZoneInfo, now: datetime, width: int, encoding: str) -> list[RenderableType]:
    """The weeks as a calendar; below it every gap and every override, to the minute."""
    signs = BLOCKS if encoding.lower().startswith("utf") else LETTERS
    today = wall_clock(now, zone).date()
    sheet = CalendarSheet(weeks.shifts, weeks.gaps, weeks.start, weeks.end, zone, width, today, signs)
    return [
        *_title(weeks, zone),
        *sheet.lines(),
        Text(""),
        *_gaps(weeks.gaps, zone),
        *(_override(each, weeks.time_zone, zone) for each in weeks.overrides),
    ]


def shifts_list(weeks: Weeks, zone: ZoneInfo, now: datetime, width: int, encoding: str) -> list[RenderableType]:
    """A line per shift and gap, in order; the one of now in bold."""
    table = table_of("FROM", "TO", "LENGTH", "USER")
    every = [(s.start, s.end, s.user) for s in weeks.shifts]
    every += [(gap.start, gap.end, NOBODY) for gap in weeks.gaps]
    for begins, ends, user in sorted(every):
        who = Text(user, style=ALARM) if user == NOBODY else Text(plain(user))
        style = "bold" if begins <= now < ends else ""
        table.add_row(clock(begins, zone), clock(ends, zone), format_duration(ends - begins), who, style=style)
    return [*_title(weeks, zone), table]


def _title(weeks: Weeks, zone: ZoneInfo) -> list[Text]:
    clocks = f"times in {zone.key}"
    if zone.key != weeks.time_zone:
        clocks += f"; hand-offs go by {weeks.time_zone}"
    return [Text.assemble((plain(weeks.name), "bold"), (f"  {clocks}", "dim")), Text("")]


def _gaps(found: Sequence[Gap], zone: ZoneInfo) -> list[Text]:
    if not found:
        return [Text("No gaps: somebody is on call all the time.", style="green")]
    told = [
        Text.assemble(
            (" NOBODY ON CALL ", ALARM),
            f" {clock(gap.start, zone)} to {clock(gap.end, zone)}  ({format_duration(gap.end - gap.start)})",
        )
        for gap in found[:_MOST_GAPS]
    ]
    more = len(found) - _MOST_GAPS
    return [*told, Text(f" and {more} more: --list shows them all ", style=ALARM)] if more > 0 else told


def _override(override: Override, of: str, zone: ZoneInfo) -> Text:
    times = f"{clock(override.start(of), zone)} to {clock(override.end(of), zone)}"
    said = ", ".join(plain(part) for part in (override.reason, override.made_by and f"by {override.made_by}") if part)
    return Text(f"{plain(override.deed)}, {times}{f'  ({said})' if said else ''}")


def _people(users: Sequence[str]) -> Text:
    return Text(", ".join(plain(user) for user in users)) if users else Text(NOBODY, style=ALARM)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """`at` to the minute by the clock of `zone`."""
    shown = wall_clock(at, zone)
    return f"{shown:%a} {shown.day:2} {shown:%b %Y %H:%M}"


def table_of(*columns: str) -> Table:
    """A plain table in which times are not broken."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=column in ("FROM", "TO", "UNTIL"))
    return table
