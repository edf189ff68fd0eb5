"""Overrides made day to day, held in memory; it remembers which schedules were asked about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from roust.domain.overrides import Override
from roust.runtime.day_to_day import InHand


@dataclass
class RememberingOverrides:
    """`overrides` by schedule; `doubts`: what it says besides."""

    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)
    doubts: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)

    async def of(self, schedules: Iterable[str]) -> InHand:
        names = list(schedules)
        self.asked += names
        return InHand({name: list(self.overrides.get(name, ())) for name in names}, list(self.doubts))
