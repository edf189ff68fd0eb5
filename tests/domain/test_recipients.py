"""Whom a page goes to, and why."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from roust.domain.policy import Target
from roust.domain.recipients import recipients
from roust.domain.schedule import Schedule
from tests.builders import NOON, a_directory

WEEKLY = {
    "time_zone": "Europe/Berlin",
    "layers": [{"users": ["ada", "ben"], "every": "1w", "start": "2026-03-02T09:00"}],
}


def targets(*named: str) -> list[Target]:
    return [Target.model_validate(dict([name.split(":", 1)])) for name in named]


def resolved(*named: str, at: datetime = NOON, **parts: Any) -> tuple[list[tuple[str, str]], list[str]]:
    found, problems = recipients(targets(*named), a_directory(**parts), at)
    return [(one.user, one.why) for one in found], problems


def test_a_user_is_named_in_the_step() -> None:
    assert resolved("user:ada") == ([("ada", "named in the step")], [])


def test_a_team_is_its_members() -> None:
    assert resolved("team:payments")[0] == [
        ("ada", "member of team payments"),
        ("ben", "member of team payments"),
    ]


def test_a_group_is_its_members_and_those_of_its_teams() -> None:
    found, problems = resolved("group:command", groups={"command": {"members": ["margaret"], "teams": ["payments"]}})
    assert found == [
        ("margaret", "member of group command"),
        ("ada", "member of group command by team payments"),
        ("ben", "member of group command by team payments"),
    ]
    assert problems == []


def test_a_schedule_is_who_is_on_call_at_that_instant() -> None:
    assert resolved("schedule:primary", schedules={"primary": WEEKLY})[0] == [("ada", "on call in primary")]
    later = NOON + timedelta(weeks=1)
    assert resolved("schedule:primary", at=later, schedules={"primary": WEEKLY})[0] == [("ben", "on call in primary")]


def test_who_is_reached_in_several_ways_is_listed_once_with_all_the_reasons() -> None:
    found, _ = resolved("schedule:primary", "user:ada", "user:ada", "team:payments", schedules={"primary": WEEKLY})
    assert found == [
        ("ada", "on call in primary; named in the step; member of team payments"),
        ("ben", "member of team payments"),
    ]


def test_nobody_on_call_is_a_problem_in_words() -> None:
    before = NOON - timedelta(weeks=9)
    assert resolved("schedule:primary", at=before, schedules={"primary": WEEKLY}) == ([], ["nobody on call in primary"])


def test_unknown_names_are_problems_in_words() -> None:
    found, problems = resolved(
        "user:zoe",
        "team:ghosts",
        "group:gone",
        "schedule:never",
        "team:lost",
        "group:half",
        teams={"lost": {"members": ["yuri"]}},
        groups={"half": {"teams": ["nowhere"]}},
    )
    assert found == []
    assert problems == [
        "named in the step: no user named 'zoe'",
        "no team named 'ghosts'",
        "no group named 'gone'",
        "no schedule named 'never'",
        "member of team lost: no user named 'yuri'",
        "group half: no team named 'nowhere'",
    ]


def test_a_schedule_that_cannot_be_worked_out_keeps_nobody_else_from_being_paged() -> None:
    def broken(schedule: Schedule, at: datetime) -> Iterable[str]:
        raise ZeroDivisionError

    directory = a_directory(schedules={"primary": WEEKLY})
    found, problems = recipients(targets("schedule:primary", "user:ben"), directory, NOON, broken)
    assert [one.user for one in found] == ["ben"]
    assert problems == ["who is on call in primary could not be worked out (ZeroDivisionError)"]
