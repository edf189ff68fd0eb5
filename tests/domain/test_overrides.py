"""Overrides: what each kind does, in which order, and which are refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from roust.domain.overrides import Override, objections, overridden
from roust.domain.schedule import Schedule, next_handoff, on_call, shifts, why

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
DAY = {"from": "2026-01-07T00:00", "to": "2026-01-08T00:00"}


def an_override(kind: str, user: str, **parts: Any) -> Override:
    return Override.model_validate({"kind": kind, "user": user} | DAY | parts)


def a_week(**parts: Any) -> Schedule:
    """Ada has this week, Ben the next; Cho is there on Wednesdays, above them."""
    layers = [
        {"name": "weekly", "users": ["ada", "ben"], "every": "1w", "start": "2026-01-05T09:00"},
        {
            "name": "wednesdays",
            "users": ["cho"],
            "every": "1w",
            "start": "2026-01-01T00:00",
            "level": 1,
            "hours": [{"days": ["wed"], "from": "08:00", "to": "10:00"}],
        },
    ]
    return Schedule.model_validate({"time_zone": "UTC", "layers": layers} | parts)


def test_a_cover_takes_the_whole_schedule() -> None:
    assert on_call(a_week(), NOW, [an_override("cover", "eve")]) == ["eve"]


def test_a_cover_is_there_also_where_nobody_was() -> None:
    empty = Schedule.model_validate({"time_zone": "UTC"})
    assert on_call(empty, NOW, [an_override("cover", "eve")]) == ["eve"]


def test_the_cover_made_last_wins_wherever_it_stands() -> None:
    early = an_override("cover", "dov", made_at="2026-01-01T09:00Z")
    late = an_override("cover", "eve", made_at="2026-01-02T09:00Z")
    planned = an_override("cover", "fay")
    assert on_call(a_week(), NOW, [late, early, planned]) == ["eve"]
    assert on_call(a_week(), NOW, [early, planned]) == ["dov"]
    assert on_call(a_week(), NOW, [an_override("cover", "dov"), planned]) == ["fay"]


def test_a_replacement_is_there_only_while_the_replaced_is() -> None:
    schedule, override = a_week(), an_override("replace", "eve", replaces="ada")
    found = shifts(schedule, datetime(2026, 1, 7, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC), [override])
    assert [(s.user, s.start.hour, s.end.hour) for s in found] == [
        ("eve", 0, 8),
        ("cho", 8, 10),
        ("eve", 10, 0),
    ]


def test_replacements_that_meet_do_not_pass_shifts_on() -> None:
    chain = [an_override("replace", "ben", replaces="ada"), an_override("replace", "cho", replaces="ben")]
    assert on_call(a_week(), NOW, chain) == ["ben"]


def test_an_addition_is_on_call_as_well() -> None:
    assert on_call(a_week(), NOW, [an_override("add", "eve")]) == ["ada", "eve"]
    assert on_call(a_week(), NOW, [an_override("add", "ada")]) == ["ada"]


def test_a_removal_comes_last_and_brings_nobody_back() -> None:
    off = [an_override("remove", "cho"), an_override("add", "cho"), an_override("cover", "cho")]
    assert on_call(a_week(), NOW.replace(hour=9), off) == []
    assert on_call(a_week(), NOW.replace(hour=9), off[:1]) == []


def test_an_override_holds_from_its_first_instant_to_its_end() -> None:
    override = an_override("cover", "eve")
    assert on_call(a_week(), datetime(2026, 1, 6, 23, 59, 59, tzinfo=UTC), [override]) == ["ada"]
    assert on_call(a_week(), datetime(2026, 1, 7, tzinfo=UTC), [override]) == ["eve"]
    assert on_call(a_week(), datetime(2026, 1, 8, tzinfo=UTC), [override]) == ["ada"]


def test_those_of_the_file_and_those_given_apply_together() -> None:
    planned = a_week(overrides=[{"kind": "cover", "user": "eve"} | DAY])
    assert on_call(planned, NOW, [an_override("add", "dov")]) == ["dov", "eve"]


def test_the_reason_says_how_somebody_came_to_be_on_call_and_until_when() -> None:
    schedule = a_week()
    assert why(schedule, NOW) == [("ada", "weekly layer, until Mon 2026-01-12 09:00 UTC")]
    cover = an_override("cover", "eve", reason="dentist", made_by="ada")
    assert why(schedule, NOW, [cover]) == [
        ("eve", "covers the schedule (dentist, by ada), until Thu 2026-01-08 00:00 UTC")
    ]
    assert why(schedule, NOW, [an_override("replace", "eve", replaces="ada")]) == [
        ("eve", "replaces ada, until Thu 2026-01-08 00:00 UTC")
    ]
    alone = Schedule.model_validate(
        {"time_zone": "UTC", "layers": [{"users": ["ada"], "every": "1d", "start": "2026-01-01T00:00"}]}
    )
    assert why(alone, NOW) == [("ada", "layer 1, with no end in sight")]
    assert next_handoff(alone, NOW) is None


def test_the_next_hand_off_sees_overrides() -> None:
    assert next_handoff(a_week(), NOW) == (datetime(2026, 1, 12, 9, tzinfo=UTC), ["ben"])
    assert next_handoff(a_week(), NOW, [an_override("add", "eve")]) == (
        datetime(2026, 1, 8, tzinfo=UTC),
        ["ada"],
    )


def test_the_next_hand_off_is_seen_where_one_look_ahead_ends_and_the_next_begins() -> None:
    layer = {"users": ["ada", "ben"], "every": "8d", "start": "2026-01-05T09:00"}
    schedule = Schedule.model_validate({"time_zone": "UTC", "layers": [layer]})
    following = next_handoff(schedule, datetime(2026, 1, 5, 9, tzinfo=UTC))
    assert following == (datetime(2026, 1, 13, 9, tzinfo=UTC), ["ben"])


def test_each_holder_keeps_the_cause() -> None:
    cover = an_override("cover", "eve")
    assert overridden({"ada": "a layer"}, []) == {"ada": "a layer"}
    assert overridden({"ada": "a layer"}, [cover]) == {"eve": cover}


def refused(override: Override, *others: Override) -> list[tuple[str, str]]:
    return [(o.field, o.text) for o in objections(override, "UTC", others, ["ada", "ben", "eve"], NOW)]


def test_a_good_override_meets_no_objection() -> None:
    assert refused(an_override("cover", "eve"), an_override("cover", "ada")) == []
    assert (
        refused(
            an_override("cover", "eve"),
            an_override("add", "eve", **{"from": DAY["to"], "to": "2026-01-09T00:00"}),
        )
        == []
    )


@pytest.mark.parametrize(
    ("override", "field", "cure"),
    [
        (an_override("cover", "zed"), "user", "no user named 'zed'; add them under `users`"),
        (an_override("replace", "eve", replaces="zed"), "replaces", "no user named 'zed'"),
        (an_override("cover", "eve", to=DAY["from"]), "to", "has no length"),
        (an_override("cover", "eve", to="2026-01-06T00:00"), "to", "ends before it begins"),
        (
            an_override("cover", "eve", **{"from": "2026-01-01T00:00", "to": "2026-01-07T12:00"}),
            "to",
            "wholly in the past",
        ),
    ],
)
def test_a_bad_override_is_refused_and_told_the_cure(override: Override, field: str, cure: str) -> None:
    (found,) = refused(override)
    assert found[0] == field
    assert cure in found[1]


@pytest.mark.parametrize(
    "other",
    [
        an_override("add", "eve"),
        an_override("remove", "eve", id="ovr-1"),
        an_override("replace", "ben", replaces="eve"),
        an_override("cover", "eve", **{"from": "2026-01-07T23:59", "to": "2026-01-20T00:00"}),
    ],
)
def test_overlapping_overrides_that_name_the_same_user_are_refused(other: Override) -> None:
    ((field, text),) = refused(an_override("cover", "eve"), other)
    assert field == "from"
    assert "overlaps another override that names eve" in text
    assert other.id in text
