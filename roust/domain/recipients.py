"""Whom a page goes to: targets resolved to users, each with the reason why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from roust.domain import schedule as schedules
from roust.domain.directory import Directory
from roust.domain.kept_overrides import usable
from roust.domain.notification import LAST_RESORT, PageRequest, Resolved
from roust.domain.overrides import Override
from roust.domain.policy import Target
from roust.domain.schedule import Holding, Schedule

Why = Callable[[Schedule, datetime, Sequence[Override]], Iterable[Holding]]
OnCall = Callable[[str], tuple[list[tuple[str, str]], list[str]]]


def recipients(
    targets: Iterable[Target],
    directory: Directory,
    at: datetime,
    overrides: Mapping[str, Sequence[Override]] | None = None,
    why: Why = schedules.why,
) -> tuple[list[Resolved], list[str]]:
    """The users whom `targets` name as of `at`, in the order of the targets, and what was wrong, in words.

    `overrides` by schedule apply besides those of the file. A user reached in several ways is listed once,
    with all the reasons. What is not in the directory, an override that names it too, is a problem and is
    passed over, as is who has no contacts: it never raises (rule 3).
    """
    reasons: dict[str, list[str]] = {}
    problems: list[str] = []
    on_call = partial(_on_call, directory=directory, at=at, overrides=overrides or {}, why=why)
    for target in targets:
        users, trouble = _users(target, directory, on_call)
        problems += [problem for problem in trouble if problem not in problems]
        for user, reason in users:
            if user not in directory.users:
                problem = f"{reason}: no user named {user!r}"
                problems += [problem] if problem not in problems else []
            elif not directory.users[user].contacts:
                # Nobody is reached through them: a step of such people alone is an empty one.
                problem = f"{user} has no contacts"
                problems += [problem] if problem not in problems else []
            elif reason not in reasons.setdefault(user, []):
                reasons[user].append(reason)
    return [Resolved(user=user, why="; ".join(said)) for user, said in reasons.items()], problems


def paged_by(
    request: PageRequest, directory: Directory, overrides: Mapping[str, Sequence[Override]] | None = None
) -> tuple[list[Resolved], list[str]]:
    """Whom `request` goes to. A last resort of which nobody is left gives way to that of the file in force."""
    found, problems = recipients(request.targets, directory, request.at, overrides)
    if found or not request.occasion.startswith(LAST_RESORT):
        return found, problems
    found, more = recipients(directory.defaults.last_resort, directory, request.at, overrides)
    return found, [*problems, *(["nobody of the last resort is left: that of today's defaults"] if found else more)]


def _users(target: Target, directory: Directory, on_call: OnCall) -> tuple[list[tuple[str, str]], list[str]]:
    name = target.name
    match target.kind:
        case "user":
            return [(name, "named in the step")], []
        case "team":
            return _members(name, directory, f"member of team {name}")
        case "group":
            return _group(name, directory)
        case _:
            return on_call(name)


def _members(team: str, directory: Directory, why: str) -> tuple[list[tuple[str, str]], list[str]]:
    if team not in directory.teams:
        return [], [f"no team named {team!r}"]
    return [(user, why) for user in directory.teams[team].members], []


def _group(name: str, directory: Directory) -> tuple[list[tuple[str, str]], list[str]]:
    if name not in directory.groups:
        return [], [f"no group named {name!r}"]
    group = directory.groups[name]
    users = [(user, f"member of group {name}") for user in group.members]
    problems: list[str] = []
    for team in group.teams:
        found, trouble = _members(team, directory, f"member of group {name} by team {team}")
        users += found
        problems += [f"group {name}: {problem}" for problem in trouble]
    return users, problems


def _on_call(
    name: str, directory: Directory, at: datetime, overrides: Mapping[str, Sequence[Override]], why: Why
) -> tuple[list[tuple[str, str]], list[str]]:
    if name not in directory.schedules:
        return [], [f"no schedule named {name!r}"]
    schedule = directory.schedules[name]
    fit, problems = usable(overrides.get(name, ()), directory.users, schedule.time_zone, at)
    try:
        holders = list(why(schedule, at, fit))
    # One schedule that cannot be worked out must not keep the step's other targets from being paged.
    except Exception as error:
        return [], [*problems, f"who is on call in {name} could not be worked out ({type(error).__name__})"]
    if not holders:
        return [], [*problems, f"nobody on call in {name}"]
    return [(each.user, f"on call in {name}: {each.reason}") for each in holders], problems
