"""Foresight: what the configuration says today that will hurt within the coming days."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from roust.domain.coverage import (
    coverage_gaps,
    empty_layers,
    hidden_layers,
    overlapping_maintenance,
    past_maintenance,
    past_overrides,
)
from roust.domain.directory import Directory
from roust.domain.finding import Finding, Reason
from roust.domain.overrides import Override
from roust.domain.reach import idle_steps, late_rules, unreachable_users
from roust.domain.schedule import shifts

__all__ = ["AHEAD", "Finding", "Reason", "coverage_gaps", "empty_layers", "foresee", "past_overrides"]

AHEAD = timedelta(days=30)
"""How far `roust check` looks."""


def foresee(
    directory: Directory, now: datetime, overrides: Mapping[str, Sequence[Override]] | None = None
) -> list[Finding]:
    """Everything foreseen at `now` for the next 30 days; `overrides` by schedule, besides those of the file."""
    kept, end = overrides or {}, now + AHEAD
    found: list[Finding] = []
    reached: dict[str, set[str]] = {}
    for name, schedule in directory.schedules.items():
        given = kept.get(name, ())
        reached[name] = {shift.user for shift in shifts(schedule, now, end, given)}
        found += coverage_gaps(name, schedule, now, end, given)
        found += empty_layers(name, schedule, now, end)
        found += hidden_layers(name, schedule, now, end)
        found += past_overrides(name, schedule, now)
    found += past_maintenance(directory.maintenance, now)
    found += overlapping_maintenance(directory.maintenance, now, end)
    found += unreachable_users(directory, reached)
    found += late_rules(directory, reached)
    return [*found, *idle_steps(directory, reached)]
