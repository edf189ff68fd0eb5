"""Watching over Roust itself: which troubles are believed, and what the operators are told of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

OVERDUE_AFTER = timedelta(minutes=1)
"""An alert whose next action is later than this is in trouble."""
UNREACHED_AFTER = timedelta(minutes=5)
"""An exhausted alert that nobody has heard of for so long is in trouble: its last resort is tried that often."""

TELL_AGAIN = timedelta(hours=1)
TELL_MORE = timedelta(minutes=5)
"""Further alerts with a trouble that was told are told together, at most so often: no storm of messages."""


class Trouble(StrEnum):
    """What can be wrong with Roust. The words stand in metrics and in /readyz."""

    UNREACHABLE = "temporal unreachable"
    NO_WORKER = "no worker polls"
    NO_NOTICES = "no worker polls for notices"
    FAILING = "workflow task failing"
    OVERDUE = "next action overdue"
    UNREACHED = "nobody reached"
    MISSING = "entity missing"
    DIFFER = "configuration digests differ"
    CLOCK = "clocks differ"
    SHED = "requests of a source shed"


@dataclass(frozen=True)
class Sighting:
    """One trouble of one subject (an alert's id, a workflow's, the task queue), seen in one round.

    `detail`: what it comes to, in words, where the trouble's name does not say it.
    """

    trouble: Trouble
    subject: str
    since: datetime
    detail: str = ""

    @property
    def key(self) -> tuple[Trouble, str]:
        return self.trouble, self.subject


@dataclass(frozen=True)
class Verdict:
    """What a round comes to: all that is `believed`, what the operators must be told now, and what is over.

    `over` holds only troubles that they were told of.
    """

    believed: tuple[Sighting, ...] = ()
    tell: tuple[Sighting, ...] = ()
    over: tuple[Sighting, ...] = ()


@dataclass(frozen=True)
class Watch:
    """What the watchdog remembers from round to round; a value, so that its rules can be tested alone."""

    seen: frozenset[tuple[Trouble, str]] = frozenset()
    told: Mapping[tuple[Trouble, str], tuple[Sighting, timedelta]] = field(default_factory=dict)

    def round(self, sightings: Iterable[Sighting], at: timedelta) -> tuple["Watch", Verdict]:
        """The next memory, and what to do about `sightings`. `at`: by a clock that nobody sets, from any beginning.

        Believed is what was seen in two rounds running. Told is what is believed: once, then at most
        hourly while it lasts. What follows from no worker polling is not told beside it, and differing
        digests are not told at all: a change on its way to all processes looks the same. Over is what was
        told and is no longer seen at all; while Temporal cannot be asked, nothing is over.
        """
        now = {sighting.key: sighting for sighting in sightings}
        believed = tuple(s for key, s in sorted(now.items()) if key in self.seen)
        blind = any(trouble is Trouble.UNREACHABLE for trouble, _ in now)
        told = dict(self.told)
        over = tuple(
            s
            for key, (s, _) in sorted(told.items())
            if key not in now and not (blind and key[0] != Trouble.UNREACHABLE)
        )
        for sighting in over:
            del told[sighting.key]
        tell = tuple(s for s in _causes(believed) if self._due(s, at))
        told.update({s.key: (s, at) for s in tell})
        # Blind, a round says nothing about alerts: what was seen before still counts as seen.
        seen = frozenset(now) | (self.seen if blind else frozenset())
        return Watch(seen, told), Verdict(believed, tell, over)

    def untold(self, sightings: Iterable[Sighting]) -> "Watch":
        """The memory after a telling that reached nobody: due again in the next round."""
        gone = {sighting.key for sighting in sightings}
        return Watch(self.seen, {key: what for key, what in self.told.items() if key not in gone})

    def _due(self, sighting: Sighting, at: timedelta) -> bool:
        if sighting.key in self.told:
            return at - self.told[sighting.key][1] >= TELL_AGAIN
        last = max((when for key, (_, when) in self.told.items() if key[0] is sighting.trouble), default=None)
        return last is None or at - last >= TELL_MORE


def overdue(next_due: datetime | None, at: datetime) -> bool:
    """Whether an alert that should act at `next_due` is in trouble at `at`."""
    return next_due is not None and at - next_due > OVERDUE_AFTER


def unreached(since: datetime | None, at: datetime) -> bool:
    """Whether an alert is in trouble whose whole climb has reached nobody since `since`."""
    return since is not None and at - since > UNREACHED_AFTER


def _causes(believed: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    not_told = {Trouble.DIFFER}
    if any(s.trouble is Trouble.NO_WORKER for s in believed):
        not_told |= {Trouble.OVERDUE, Trouble.UNREACHED, Trouble.NO_NOTICES}
    return tuple(s for s in believed if s.trouble not in not_told)


def sentence(sightings: Iterable[Sighting], at: datetime) -> str:
    """What operators read: one line per trouble, at most five alerts named in each."""
    lines: list[str] = []
    by_trouble: dict[Trouble, list[Sighting]] = {}
    for sighting in sightings:
        by_trouble.setdefault(sighting.trouble, []).append(sighting)
    for trouble, group in by_trouble.items():
        lines.append(_line(trouble, group, at))
    return "\n".join(lines)


def _line(trouble: Trouble, group: list[Sighting], at: datetime) -> str:
    oldest = int((at - min(s.since for s in group)).total_seconds())
    match trouble:
        case Trouble.UNREACHABLE:
            return f"Temporal does not answer, for {oldest} s: no alert comes in and nobody is paged."
        case Trouble.NO_WORKER:
            return f"No worker polls {group[0].subject}: alerts are kept, but nobody is paged until one runs."
        case Trouble.NO_NOTICES:
            return f"No worker polls {group[0].subject}: people are paged, but stakeholders hear nothing."
        case Trouble.MISSING:
            missing = "; ".join(f"{s.subject}: {s.detail}" for s in group[:5])
            more = f"; and {len(group) - 5} more" if len(group) > 5 else ""
            return f"Ended from outside, for {oldest} s: {missing}{more}."
        case Trouble.DIFFER:
            return f"Processes go by different configurations: {', '.join(s.detail for s in group)}."
        case Trouble.CLOCK:
            clocks = "; ".join(s.detail for s in group[:5]) + (f"; and {len(group) - 5} more" if len(group) > 5 else "")
            return f"Clocks differ: {clocks}. Pages go by Temporal's; certificates are checked by the host's."
        case Trouble.FAILING:
            what = (
                "cannot go on: its workflow task fails"
                if len(group) == 1
                else "workflows cannot go on: their tasks fail"
            )
        case Trouble.SHED:
            who = ", ".join(s.subject for s in group)
            return f"More requests than requests_per_minute allows, answered 503: {who}. Pages may come late."
        case Trouble.UNREACHED:
            alone = "has reached nobody, and its last resort cannot be reached: look at its timeline, call somebody"
            many = "alerts have reached nobody, and their last resort cannot be reached: call somebody"
            what = alone if len(group) == 1 else many
        case Trouble.OVERDUE:
            what = "should have acted" if len(group) == 1 else "alerts should have acted"
    names = ", ".join(s.subject for s in group[:5]) + (f" and {len(group) - 5} more" if len(group) > 5 else "")
    counted = names if len(group) == 1 else f"{len(group)} {what}"
    tail = f" {what}" if len(group) == 1 else f": {names}"
    return f"{counted}{tail} (for {oldest} s)."
