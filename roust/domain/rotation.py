"""Rotations: whose turn it is, counted on the wall clock from the first turn's start."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from roust.domain.recurrence import Recurrence
from roust.domain.zones import Reading, reading


class Turn(NamedTuple):
    """`user` has the turn in [start, end), instants in UTC."""

    user: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rotation(Recurrence):
    """`users` in turn, each hand-off at `begins` plus a multiple of `every` on the wall clock of `zone`.

    In force in [start, end), instants in UTC. `begins` is what the clocks of `zone` show at `start`.
    """

    users: tuple[str, ...]
    start: datetime
    end: datetime | None

    def holder(self, now: Reading) -> str | None:
        """Whose turn it is; None when the rotation is not in force."""
        if now.at < self.start or (self.end is not None and now.at >= self.end):
            return None
        if len(self.users) == 1:
            return self.users[0]
        return self.users[self.number(now) % len(self.users)]

    def turns(self, start: datetime, end: datetime) -> Iterator[Turn]:
        """The turns that meet [start, end), clipped to it, touching; those of no length are left out."""
        start = max(start, self.start)
        end = end if self.end is None else min(end, self.end)
        if start >= end:
            return
        if len(self.users) == 1:
            yield Turn(self.users[0], start, end)
            return
        index = self.number(reading(start, self.zone))
        while start < end:
            handoff = min(self.at(index + 1), end)
            if handoff > start:
                yield Turn(self.users[index % len(self.users)], start, handoff)
                start = handoff
            index += 1
