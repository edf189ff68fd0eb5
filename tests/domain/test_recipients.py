"""Whom a page goes to, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from roust.domain.policy import Target
from roust.domain.recipients import recipients
from roust.domain.schedule import Holding, Override, Schedule
from tests.builders import NOON, a_directory

WEEKLY = {
    "time_zone": "Europe/Berlin",
    "layers": [{"name": "weekly", "users": ["ada", "ben"], "every": "1w", "start": "2026-03-02T09:00"}],
}
TURN = "on call in primary: weekly layer, until Mon 2026-03-09 09:00 Europe/Berlin"


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
    assert resolved("schedule:primary", schedules={"primary": WEEKLY})[0] == [("ada", TURN)]
    later = NOON + timedelta(weeks=1)
    assert resolved("schedule:primary", at=later, schedules={"primary": WEEKLY})[0] == [
        ("ben", "on call in primary: weekly layer, until Mon 2026-03-16 09:00 Europe/Berlin")
    ]


def kept(kind: str, user: str, replaces: str | None = None, **parts: str) -> Override:
    """Made day to day, for the day of NOON."""
    span = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    whole = {"id": "o1", "kind": kind, "user": user, "replaces": replaces, "made_by": "margaret"} | span
    return Override.model_validate(whole | parts)


def with_kept(*overrides: Override, at: datetime = NOON) -> tuple[list[tuple[str, str]], list[str]]:
    directory = a_directory(schedules={"primary": WEEKLY, "backup": WEEKLY})
    found, problems = recipients(
        targets("schedule:primary", "schedule:backup"), directory, at, {"primary": overrides, "gone": overrides}
    )
    return [(one.user, one.why) for one in found], problems


def test_an_override_made_day_to_day_beats_the_rotation_of_its_schedule_alone_and_says_so() -> None:
    assert with_kept(kept("cover", "ben", reason="holidays")) == (
        [
            (
                "ben",
                "on call in primary: covers the schedule (holidays, by margaret), "
                "until Tue 2026-03-03 01:00 Europe/Berlin",
            ),
            ("ada", TURN.replace("primary", "backup")),
        ],
        [],
    )
    assert [user for user, _ in with_kept(kept("cover", "ben"), at=NOON + timedelta(days=1))[0]] == ["ada"]


def test_an_override_that_names_a_user_whom_the_file_lacks_is_passed_over_with_the_reason() -> None:
    found, problems = with_kept(kept("cover", "zoe"), kept("replace", "ben", "yuri"), kept("add", "ben"))
    assert [user for user, _ in found] == ["ada", "ben"]
    assert problems == [
        "override o1 (zoe covers) is passed over: no user named 'zoe'",
        "override o1 (ben replaces yuri) is passed over: no user named 'yuri'",
    ]
    # Nobody is bothered with one that is not in force.
    assert with_kept(kept("cover", "zoe"), at=NOON + timedelta(days=1))[1] == []


def test_who_is_reached_in_several_ways_is_listed_once_with_all_the_reasons() -> None:
    found, _ = resolved("schedule:primary", "user:ada", "user:ada", "team:payments", schedules={"primary": WEEKLY})
    assert found == [
        ("ada", f"{TURN}; named in the step; member of team payments"),
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
    def broken(schedule: Schedule, at: datetime, overrides: Sequence[Override]) -> Iterable[Holding]:
        raise ZeroDivisionError

    directory = a_directory(schedules={"primary": WEEKLY})
    found, problems = recipients(targets("schedule:primary", "user:ben"), directory, NOON, why=broken)
    assert [one.user for one in found] == ["ben"]
    assert problems == ["who is on call in primary could not be worked out (ZeroDivisionError)"]
