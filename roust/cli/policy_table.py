"""An escalation policy as a table: each step, who that is now, and when, pass by pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table

from roust.cli.terminal import plain
from roust.domain.directory import Directory
from roust.domain.duration import format_duration
from roust.domain.overrides import Override
from roust.domain.policy import EscalationPolicy, Target
from roust.domain.recipients import recipients

Overrides = Mapping[str, Sequence[Override]]

PASSES_SHOWN = 3
"""Columns that 80 characters hold; of more passes, the first ones and the last."""


_TARGET_WHOLE = 30
"""Up to this width a target stands on one line, and the people beside it give way."""


def heading(name: str, directory: Directory) -> str:
    """What the table cannot say: how often it is walked, how long that takes, and for which services."""
    policy = directory.escalation_policies[name]
    passes = policy.repeats + 1
    steps = f"{len(policy.steps)} step{'s' * (len(policy.steps) > 1)}"
    walked = "1 pass" if passes == 1 else f"{passes} passes (1 at low urgency)"
    services = [service for service, each in directory.services.items() if each.escalation_policy == name]
    lines = [f"{name}: {steps}, {walked}, exhausted after {format_duration(passes * _length(policy))}"]
    lines.append(f"  services: {', '.join(services) or 'none'}")
    if policy.acknowledge_timeout is not None:
        lines.append(
            f"  acknowledged and not resolved in {format_duration(policy.acknowledge_timeout)}: triggered again"
        )
    return "\n".join(lines)


def policy_table(name: str, directory: Directory, at: datetime, overrides: Overrides | None = None) -> Table:
    """Policy `name`, with the people of `at`; times count from the trigger, high urgency.

    `overrides` by schedule apply besides those of the file.
    """
    policy = directory.escalation_policies[name]
    shown = _shown_passes(policy.repeats + 1)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    targets = [str(target) for step in policy.steps for target in step.notify]
    table.add_column("STEP", no_wrap=True)
    table.add_column("TARGET", overflow="fold", no_wrap=max(map(len, targets)) <= _TARGET_WHOLE)
    table.add_column("NOW", overflow="fold")
    for number in shown:
        table.add_column(f"PASS {number}", justify="right", no_wrap=True)
    table.add_column("WAIT", justify="right", no_wrap=True)
    for place, step in enumerate(policy.steps):
        times = [format_duration(_begins(policy, place, number)) for number in shown]
        wait = format_duration(step.wait)
        for line, target in enumerate(step.notify):
            # A step is told once, on the line of its first target.
            lead, tail = (str(place + 1), [*times, wait]) if line == 0 else ("", [])
            table.add_row(lead, str(target), _people(target, directory, at, overrides), *tail)
    exhausted = format_duration((policy.repeats + 1) * _length(policy))
    for line, target in enumerate(directory.last_resort(name)):
        when = [*[""] * (len(shown) - 1), exhausted] if line == 0 else []
        lead = "last resort" if line == 0 else ""
        table.add_row(lead, str(target), _people(target, directory, at, overrides), *when)
    return table


def as_data(name: str, directory: Directory, at: datetime, overrides: Overrides | None = None) -> dict[str, Any]:
    """The same for programs; times and waits in seconds."""
    policy = directory.escalation_policies[name]
    passes = range(1, policy.repeats + 2)
    return {
        "policy": name,
        "passes": len(passes),
        "services": [service for service, each in directory.services.items() if each.escalation_policy == name],
        "steps": [
            {
                "step": place + 1,
                "targets": [_target_data(target, directory, at, overrides) for target in step.notify],
                "wait": int(step.wait.total_seconds()),
                "after": [int(_begins(policy, place, number).total_seconds()) for number in passes],
            }
            for place, step in enumerate(policy.steps)
        ],
        "exhausted_after": int((len(passes) * _length(policy)).total_seconds()),
        "last_resort": [_target_data(target, directory, at, overrides) for target in directory.last_resort(name)],
    }


def _target_data(target: Target, directory: Directory, at: datetime, overrides: Overrides | None) -> dict[str, Any]:
    found, problems = recipients([target], directory, at, overrides)
    return {target.kind: target.name, "now": [each.user for each in found], "problems": problems}


def _people(target: Target, directory: Directory, at: datetime, overrides: Overrides | None) -> str:
    found, problems = recipients([target], directory, at, overrides)
    return plain(", ".join(each.user for each in found) or "; ".join(problems) or "nobody")


def _length(policy: EscalationPolicy) -> timedelta:
    return sum((step.wait for step in policy.steps), timedelta())


def _begins(policy: EscalationPolicy, place: int, number: int) -> timedelta:
    """When step `place` (from 0) of pass `number` (from 1) begins, counted from the trigger."""
    before = sum((step.wait for step in policy.steps[:place]), timedelta())
    return (number - 1) * _length(policy) + before


def _shown_passes(passes: int) -> list[int]:
    if passes <= PASSES_SHOWN:
        return list(range(1, passes + 1))
    return [*range(1, PASSES_SHOWN), passes]
