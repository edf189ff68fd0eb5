"""Whom a page goes to: targets resolved to users, each with the reason why."""

from collections.abc import Callable, Iterable
from datetime import datetime

from roust.domain import schedule as schedules
from roust.domain.directory import Directory
from roust.domain.notification import Resolved
from roust.domain.policy import Target
from roust.domain.schedule import Schedule

OnCall = Callable[[Schedule, datetime], Iterable[str]]


def recipients(
    targets: Iterable[Target], directory: Directory, at: datetime, on_call: OnCall = schedules.on_call
) -> tuple[list[Resolved], list[str]]:
    """The users whom `targets` name as of `at`, in the order of the targets, and what was wrong, in words.

    A user reached in several ways is listed once, with all the reasons. What is not in the directory is a
    problem and is passed over: it never raises (CONTRACT rule 3).
    """
    reasons: dict[str, list[str]] = {}
    problems: list[str] = []
    for target in targets:
        users, trouble = _users(target, directory, at, on_call)
        problems += [problem for problem in trouble if problem not in problems]
        for user, why in users:
            if user not in directory.users:
                problem = f"{why}: no user named {user!r}"
                problems += [problem] if problem not in problems else []
            elif why not in reasons.setdefault(user, []):
                reasons[user].append(why)
    return [Resolved(user=user, why="; ".join(why)) for user, why in reasons.items()], problems


def _users(
    target: Target, directory: Directory, at: datetime, on_call: OnCall
) -> tuple[list[tuple[str, str]], list[str]]:
    name = target.name
    match target.kind:
        case "user":
            return [(name, "named in the step")], []
        case "team":
            return _members(name, directory, f"member of team {name}")
        case "group":
            return _group(name, directory)
        case _:
            return _on_call(name, directory, at, on_call)


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


def _on_call(name: str, directory: Directory, at: datetime, on_call: OnCall) -> tuple[list[tuple[str, str]], list[str]]:
    if name not in directory.schedules:
        return [], [f"no schedule named {name!r}"]
    try:
        users = list(on_call(directory.schedules[name], at))
    # One schedule that cannot be worked out must not keep the step's other targets from being paged.
    except Exception as error:
        return [], [f"who is on call in {name} could not be worked out ({type(error).__name__})"]
    if not users:
        return [], [f"nobody on call in {name}"]
    return [(user, f"on call in {name}") for user in users], []
