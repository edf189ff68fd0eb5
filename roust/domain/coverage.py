"""Coverage: the hours that nobody has, the layers without anybody, what is planned and over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from roust.domain.duration import format_duration
from roust.domain.finding import Finding, Reason
from roust.domain.maintenance import Maintenance, overlapping
from roust.domain.overrides import Override
from roust.domain.schedule import Schedule, gaps
from roust.domain.zones import wall_clock, zone


def coverage_gaps(
    name: str, schedule: Schedule, start: datetime, end: datetime, overrides: Sequence[Override] = ()
) -> list[Finding]:
    """One finding when nobody is on call at some time within [start, end)."""
    found = gaps(schedule, start, end, overrides)
    if not found:
        return []
    whole = format_duration(sum((gap.end - gap.start for gap in found), timedelta(0)))
    when, until = (_shown(at, schedule) for at in found[0])
    times = f"{len(found)} times, first" if len(found) > 1 else "once,"
    text = (
        f"nobody is on call {times} from {when} to {until} {schedule.time_zone} ({whole} in all in the coming "
        f"{(end - start).days} days); widen `hours`, or add a layer of a lower level beneath"
    )
    return [Finding(("schedules", name), Reason.COVERAGE_GAP, text)]


def empty_layers(name: str, schedule: Schedule, start: datetime, end: datetime) -> list[Finding]:
    """The layers that have nobody throughout [start, end)."""
    found = []
    for place, layer in enumerate(schedule.layers):
        strand = schedule.strands[place]
        if next(strand.turns(start, end), None) is not None:
            continue
        rotation = strand.rotation
        if rotation.end is not None and rotation.end <= start:
            why, cure = f"ended at {layer.end}", "drop it, or move its end"
        elif rotation.start >= end:
            why, cure = f"begins only at {layer.start}", "nothing is wrong if that is meant"
        else:
            why, cure = "its hours never open", "mend its `hours`"
        text = f"{schedule.layer_name(place)} has nobody in the coming {(end - start).days} days: {why}; {cure}"
        found.append(Finding(("schedules", name, "layers", place), Reason.EMPTY_LAYER, text))
    return found


def hidden_layers(name: str, schedule: Schedule, start: datetime, end: datetime) -> list[Finding]:
    """The layers that a higher level hides whenever they have somebody within [start, end)."""
    found = []
    turns = [list(strand.turns(start, end)) for strand in schedule.strands]
    for place, layer in enumerate(schedule.layers):
        higher = [other for other, above in enumerate(schedule.layers) if above.level > layer.level and turns[other]]
        hiding = sorted((turn.start, turn.end) for other in higher for turn in turns[other])
        if not turns[place] or not all(_within(turn.start, turn.end, hiding) for turn in turns[place]):
            continue
        by = ", ".join(schedule.layer_name(other) for other in higher)
        text = (
            f"{schedule.layer_name(place)} is hidden throughout the coming {(end - start).days} days by {by}, of a "
            "higher `level`; give them the same if they are on call together, `hours` if they take turns, or drop one"
        )
        found.append(Finding(("schedules", name, "layers", place), Reason.HIDDEN_LAYER, text))
    return found


def _within(start: datetime, end: datetime, spans: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether `spans`, sorted, cover [start, end) together."""
    for begins, ends in spans:
        if begins > start:
            break
        start = max(start, ends)
    return start >= end


def past_overrides(name: str, schedule: Schedule, now: datetime) -> list[Finding]:
    """The planned overrides that are over. No error: a file must not turn bad by waiting."""
    return [
        Finding(
            ("schedules", name, "overrides", place),
            Reason.OVER,
            f"is over since {override.to}: {override}; drop it from the file",
        )
        for place, override in enumerate(schedule.overrides)
        if override.end(schedule.time_zone) <= now
    ]


def past_maintenance(planned: Sequence[Maintenance], now: datetime) -> list[Finding]:
    """The maintenance that is over: no error either."""
    return [
        Finding(("maintenance", place), Reason.OVER, f"is over: {one}; drop it from the file")
        for place, one in enumerate(planned)
        if one.over(now)
    ]


def overlapping_maintenance(planned: Sequence[Maintenance], start: datetime, end: datetime) -> list[Finding]:
    """Two at once within [start, end), which may be a slip of the pen."""
    return [
        Finding(
            ("maintenance", place),
            Reason.OVERLAP,
            f"overlaps maintenance[{other}] ({planned[other]}), first at {at:%Y-%m-%d %H:%M} UTC: alerts are held to "
            "the end of the last; let the one end where the other begins, or drop one",
        )
        for place, other, at in overlapping(planned, start, end)
    ]


def _shown(at: datetime, schedule: Schedule) -> str:
    return f"{wall_clock(at, zone(schedule.time_zone)):%a %Y-%m-%d %H:%M}"
