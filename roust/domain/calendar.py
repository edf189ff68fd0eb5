"""The calendar of one schedule, ready to be asked: the only place where layers and overrides meet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from roust.domain.overrides import Override, in_order_made, overridden
from roust.domain.rotation import Rotation, Turn
from roust.domain.windows import Hours
from roust.domain.zones import Reading, reading, zone


@dataclass(frozen=True, slots=True)
class Strand:
    """One layer: a rotation, cut down to its hours."""

    name: str
    level: int
    rotation: Rotation
    hours: Hours | None

    def holder(self, now: Reading) -> str | None:
        """Whom this layer has."""
        if self.hours is not None and not self.hours.open_at(now):
            return None
        return self.rotation.holder(now)

    def turns(self, start: datetime, end: datetime) -> Iterator[Turn]:
        """The turns that meet [start, end), clipped to it and to the hours, in order."""
        turns = self.rotation.turns(start, end)
        if self.hours is None:
            yield from turns
            return
        spans = iter(self.hours.spans(start, end))
        span = next(spans, None)
        for turn in turns:
            while span is not None and span.start < turn.end:
                begins, ends = max(turn.start, span.start), min(turn.end, span.end)
                if begins < ends:
                    yield Turn(turn.user, begins, ends)
                if span.end > turn.end:
                    break
                span = next(spans, None)


Holders = dict[str, Strand | Override]
"""Who is on call, each with the cause."""


class Change(NamedTuple):
    """From `at` on, until the next change, `holders` are on call."""

    at: datetime
    holders: Holders


@dataclass(frozen=True, slots=True)
class Calendar:
    """The strands of a schedule by level, the highest first."""

    levels: tuple[tuple[Strand, ...], ...]
    zone: str

    @classmethod
    def of(cls, strands: Sequence[Strand], zone: str) -> "Calendar":
        levels = sorted({strand.level for strand in strands}, reverse=True)
        return cls(tuple(tuple(s for s in strands if s.level == level) for level in levels), zone)

    def holders(self, at: datetime, overrides: Sequence[Override]) -> Holders:
        """Who is on call at `at`: a level's people together; it hides lower ones where it has someone."""
        now = reading(at, zone(self.zone))
        in_force = in_order_made(o for o in overrides if o.in_force(at, self.zone))
        return overridden(self._top(lambda strand: strand.holder(now)), in_force)

    def changes(self, start: datetime, end: datetime, overrides: Sequence[Override]) -> Iterator[Change]:
        """What `holders` says throughout [start, end): at `start`, and wherever that may change."""
        holding: dict[int, str | None] = {}
        in_force: set[int] = set()
        made = in_order_made(overrides)
        # Sorting keeps a layer's moves of one instant in order: an end, then who follows.
        moves = sorted(self._moves(start, end, made), key=itemgetter(0))
        for at, together in groupby(moves, key=itemgetter(0)):
            for _, begins, what, user in together:
                if user is None:
                    (in_force.add if begins else in_force.discard)(what)
                else:
                    holding[what] = user if begins else None
            layers = self._top(lambda strand: holding.get(id(strand)))
            yield Change(at, overridden(layers, [made[place] for place in sorted(in_force)]))

    def _moves(
        self, start: datetime, end: datetime, made: Sequence[Override]
    ) -> Iterator[tuple[datetime, bool, int, str | None]]:
        yield start, False, -1, None
        for strands in self.levels:
            for strand in strands:
                for user, begins, ends in strand.turns(start, end):
                    yield begins, True, id(strand), user
                    yield ends, False, id(strand), user
        for place, override in enumerate(made):
            begins, ends = max(override.start(self.zone), start), min(override.end(self.zone), end)
            if begins < ends:
                yield begins, True, place, None
                yield ends, False, place, None

    def _top(self, holder: Callable[[Strand], str | None]) -> dict[str, Strand]:
        for strands in self.levels:
            held = {user: strand for strand in strands if (user := holder(strand)) is not None}
            if held:
                return held
        return {}
