"""The coming weeks as a calendar: a lane per person, a red one where nobody is on call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from roust.cli.terminal import plain
from roust.domain.schedule import Gap, Shift
from roust.domain.zones import first, wall_clock

NOBODY = "NOBODY"
ALARM = "bold white on red"
_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_yellow")
_LABEL = 16
_MOST_SIGNS = 24
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signs:
    """What a lane is drawn with: on call all of the time that a sign stands for, some of it, none of it."""

    whole: str
    going: str
    coming: str
    part: str
    none: str
    gap: str = "!"
    between: str = "|"
    cut: str = "~"


BLOCKS = Signs(whole="█", going="▌", coming="▐", part="▒", none="·", between="│", cut="…")
LETTERS = Signs(whole="#", going="+", coming="+", part="+", none=".")


@dataclass(frozen=True)
class CalendarSheet:
    """`shifts` and `gaps` of [start, end), drawn by the clock of `zone`, `width` columns wide."""

    shifts: Sequence[Shift]
    gaps: Sequence[Gap]
    start: datetime
    end: datetime
    zone: ZoneInfo
    width: int
    today: date
    signs: Signs = BLOCKS

    def lines(self) -> list[Text]:
        """The sheet, week by week from Monday."""
        monday = self._date(self.start) - timedelta(days=self._date(self.start).weekday())
        final = self._date(self.end - timedelta(microseconds=1))
        found: list[Text] = []
        while monday <= final:
            found += [*self._week(monday), Text("")]
            monday += _WEEK
        return found[:-1]

    @property
    def _each(self) -> int:
        """How many signs a day has: a day of 80 columns has eight, of three hours each."""
        room = (self.width - _LABEL) // 7 - 1
        return max(4, *(n for n in (4, 6, 8, 12, _MOST_SIGNS) if n <= room)) if room >= 4 else 4

    def _week(self, monday: date) -> list[Text]:
        days = [monday + n * _DAY for n in range(7)]
        lanes = [self._header(days)]
        begins, ends = self._midnight(monday), self._midnight(monday + _WEEK)
        people = list(dict.fromkeys(s.user for s in self.shifts if s.start < ends and s.end > begins))
        for user in sorted(people, key=self._order):
            stretches = [(s.start, s.end) for s in self.shifts if s.user == user]
            lanes.append(self._lane(plain(user), days, stretches, self._colour(user)))
        if any(gap.start < ends and gap.end > begins for gap in self.gaps):
            lanes.append(self._lane(NOBODY, days, [(gap.start, gap.end) for gap in self.gaps], ALARM, gap=True))
        return lanes

    def _header(self, days: Sequence[date]) -> Text:
        header = Text(set_cell_size(f"{days[0]:%b %Y}", _LABEL), style="bold")
        for day in days:
            named = f"{day:%a} {day.day}" if self._each > 5 else f"{day:%a}"[:2] + str(day.day)
            style = "bold reverse" if day == self.today else "bold"
            header.append(self.signs.between, style="dim").append(set_cell_size(named, self._each), style=style)
        return header

    def _lane(
        self,
        label: str,
        days: Sequence[date],
        stretches: Sequence[tuple[datetime, datetime]],
        style: str,
        gap: bool = False,
    ) -> Text:
        lane = Text(_fitted(label, self.signs.cut), style=style).append(" ")
        for day in days:
            lane.append(self.signs.between, style="dim")
            for begins, ends in self._sections(day):
                sign = self._sign(stretches, begins, ends)
                if gap and sign != self.signs.none:
                    # However short: a gap that a sign only touches is shown as loudly as a long one.
                    lane.append(self.signs.gap, style=ALARM)
                else:
                    lane.append(sign, style="dim" if sign == self.signs.none else style)
        return lane

    def _sections(self, day: date) -> list[tuple[datetime, datetime]]:
        begins, ends = self._midnight(day), self._midnight(day + _DAY)
        edges = [begins + (ends - begins) * n / self._each for n in range(self._each + 1)]
        return list(pairwise(edges))

    def _sign(self, stretches: Sequence[tuple[datetime, datetime]], begins: datetime, ends: datetime) -> str:
        met = [(max(start, begins), min(end, ends)) for start, end in stretches if start < ends and end > begins]
        if not met:
            return self.signs.none
        if met[0] == (begins, ends):
            return self.signs.whole
        at_first, at_last = met[0][0] == begins, met[-1][1] == ends
        if at_first is at_last:
            return self.signs.part
        return self.signs.going if at_first else self.signs.coming

    def _order(self, user: str) -> int:
        return list(dict.fromkeys(shift.user for shift in self.shifts)).index(user)

    def _colour(self, user: str) -> str:
        return _COLOURS[self._order(user) % len(_COLOURS)]

    def _midnight(self, day: date) -> datetime:
        return first(datetime.combine(day, time()), self.zone)

    def _date(self, at: datetime) -> date:
        return wall_clock(at, self.zone).date()


def _fitted(label: str, cut: str) -> str:
    room = _LABEL - 1
    return set_cell_size(label if cell_len(label) <= room else set_cell_size(label, room - 1) + cut, room)
