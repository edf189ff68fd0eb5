"""Who is on call and when, as a person likes to read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from roust.cli.calendar_sheet import ALARM, BLOCKS, LETTERS, NOBODY, CalendarSheet
from roust.cli.terminal import plain
from roust.domain.duration import format_duration
from roust.domain.overrides import Override
from roust.domain.schedule import Gap, Handoff, Schedule, gaps, shifts
from roust.domain.zones import first, wall_clock

_MOST_GAPS = 10


def today(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the day of `at` began in `zone`."""
    return first(datetime.combine(wall_clock(at, zone), time()), zone)


def on_call_sheet(
    holding: Mapping[str, tuple[Sequence[str], Handoff | None]], at: datetime, zone: ZoneInfo
) -> list[RenderableType]:
    """By schedule who is on call at `at`, until when, and who follows."""
    if not holding:
        return [Text("No schedules: add one under `schedules`.")]
    table = _table("SCHEDULE", "ON CALL", "UNTIL", "THEN")
    for name, (users, handoff) in holding.items():
        until = _clock(handoff.at, zone) if handoff else "no change in sight"
        table.add_row(plain(name), _people(users), until, _people(handoff.users) if handoff else "")
    return [table, Text(f"At {_clock(at, zone)}, {zone.key}.", style="dim")]


def shifts_sheet(
    name: str,
    schedule: Schedule,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    now: datetime,
    width: int,
    encoding: str,
) -> list[RenderableType]:
    """The calendar of [start, end); below it every gap and every planned override, to the minute."""
    found = gaps(schedule, start, end)
    signs = BLOCKS if encoding.lower().startswith("utf") else LETTERS
    today = wall_clock(now, zone).date()
    sheet = CalendarSheet(shifts(schedule, start, end), found, start, end, zone, width, today, signs)
    return [
        *_title(name, schedule, zone),
        *sheet.lines(),
        Text(""),
        *_gaps(found, zone),
        *_overrides(schedule, start, end, zone),
    ]


def shifts_list(
    name: str,
    schedule: Schedule,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    now: datetime,
    width: int,
    encoding: str,
) -> list[RenderableType]:
    """A line per shift and gap of [start, end), in order; the one of now in bold."""
    table = _table("FROM", "TO", "LENGTH", "USER")
    every = [(s.start, s.end, s.user) for s in shifts(schedule, start, end)]
    every += [(gap.start, gap.end, NOBODY) for gap in gaps(schedule, start, end)]
    for begins, ends, user in sorted(every):
        who = Text(user, style=ALARM) if user == NOBODY else Text(plain(user))
        style = "bold" if begins <= now < ends else ""
        table.add_row(_clock(begins, zone), _clock(ends, zone), format_duration(ends - begins), who, style=style)
    return [*_title(name, schedule, zone), table]


def _title(name: str, schedule: Schedule, zone: ZoneInfo) -> list[Text]:
    clocks = f"times in {zone.key}"
    if zone.key != schedule.time_zone:
        clocks += f"; hand-offs go by {schedule.time_zone}"
    return [Text.assemble((plain(name), "bold"), (f"  {clocks}", "dim")), Text("")]


def _gaps(found: Sequence[Gap], zone: ZoneInfo) -> list[Text]:
    if not found:
        return [Text("No gaps: somebody is on call all the time.", style="green")]
    told = [
        Text.assemble(
            (" NOBODY ON CALL ", ALARM),
            f" {_clock(gap.start, zone)} to {_clock(gap.end, zone)}  ({format_duration(gap.end - gap.start)})",
        )
        for gap in found[:_MOST_GAPS]
    ]
    more = len(found) - _MOST_GAPS
    return [*told, Text(f" and {more} more: --list shows them all ", style=ALARM)] if more > 0 else told


def _overrides(schedule: Schedule, start: datetime, end: datetime, zone: ZoneInfo) -> list[Text]:
    clock = schedule.time_zone
    met = [o for o in schedule.overrides if o.start(clock) < end and o.end(clock) > start]
    return [_override(o, clock, zone) for o in sorted(met, key=lambda o: o.start(clock))]


def _override(override: Override, clock: str, zone: ZoneInfo) -> Text:
    times = f"{_clock(override.start(clock), zone)} to {_clock(override.end(clock), zone)}"
    reason = f"  ({plain(override.reason)})" if override.reason else ""
    return Text(f"{plain(override.deed)}, {times}{reason}")


def _people(users: Sequence[str]) -> Text:
    return Text(", ".join(plain(user) for user in users)) if users else Text(NOBODY, style=ALARM)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    shown = wall_clock(at, zone)
    return f"{shown:%a} {shown.day:2} {shown:%b %Y %H:%M}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=column in ("FROM", "TO", "UNTIL"))
    return table
