"""Foresight: gaps, empty layers, people and steps that no page can come to, told before it hurts."""

from datetime import UTC, datetime
from typing import Any

from roust.domain.finding import Finding, Reason
from roust.domain.foresight import foresee
from roust.domain.overrides import Override
from tests.builders import a_directory

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEKLY = {"name": "weekly", "users": ["ada", "ben"], "every": "1w", "start": "2026-01-05T09:00"}
OFFICE = {"hours": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}]}


def foreseen(reason: Reason, layers: list[dict[str, Any]] | None = None, **parts: Any) -> list[Finding]:
    """What is foreseen for the reason, in a directory with schedule `primary` in UTC."""
    primary = {"time_zone": "UTC", "layers": [WEEKLY] if layers is None else layers}
    directory = a_directory(**{"schedules": {"primary": primary}} | parts)
    return [finding for finding in foresee(directory, MONDAY) if finding.reason is reason]


def a_policy(*targets: dict[str, str], wait: str = "10m", **parts: Any) -> dict[str, Any]:
    return {"payments": {"steps": [{"notify": [target], "wait": wait} for target in targets]} | parts}


def test_a_sound_configuration_foresees_nothing() -> None:
    directory = a_directory(
        schedules={"primary": {"time_zone": "UTC", "layers": [WEEKLY]}},
        escalation_policies=a_policy({"schedule": "primary"}, {"team": "payments"}),
    )
    assert foresee(directory, MONDAY) == []


def test_hours_that_nobody_has_are_told_with_the_first_of_them() -> None:
    (finding,) = foreseen(Reason.COVERAGE_GAP, [WEEKLY | OFFICE])
    assert finding.place == ("schedules", "primary")
    assert "from Mon 2026-03-02 00:00 to Mon 2026-03-02 09:00 UTC" in finding.text
    assert "23 times" in finding.text
    assert "widen `hours`" in finding.text


def test_an_override_that_fills_the_gap_counts() -> None:
    nobody = a_directory(schedules={"primary": {"time_zone": "UTC"}})
    cover = Override.model_validate(
        {"kind": "cover", "user": "ada", "from": "2026-03-01T00:00", "to": "2026-05-01T00:00"}
    )
    assert [f.reason for f in foresee(nobody, MONDAY)] == [Reason.COVERAGE_GAP]
    assert foresee(nobody, MONDAY, {"primary": [cover]}) == []


def test_a_layer_without_anybody_is_told_with_the_reason() -> None:
    layers = [
        WEEKLY,
        WEEKLY | {"end": "2026-02-01T09:00"},
        WEEKLY | {"name": "", "start": "2026-06-01T09:00"},
    ]
    ended, begins = foreseen(Reason.EMPTY_LAYER, layers)
    assert ended.place == ("schedules", "primary", "layers", 1)
    assert "weekly has nobody in the coming 30 days: ended at 2026-02-01T09:00" in ended.text
    assert "layer 3 has nobody in the coming 30 days: begins only at 2026-06-01T09:00" in begins.text


def test_a_layer_whose_hours_never_open_is_told() -> None:
    skipped = {"days": ["sun"], "from": "02:00", "to": "02:30"}
    layer = WEEKLY | {"start": "2026-03-28T00:00", "end": "2026-03-30T00:00", "hours": [skipped]}
    schedules = {"primary": {"time_zone": "Europe/Berlin", "layers": [WEEKLY, layer]}}
    (finding,) = foreseen(Reason.EMPTY_LAYER, schedules=schedules)
    assert "its hours never open" in finding.text


DAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "to": "21:00"}]
NIGHTS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "21:00", "to": "09:00"}]


def test_a_layer_that_a_higher_level_hides_throughout_is_told_by_which() -> None:
    above = WEEKLY | {"name": "primary", "level": 1}
    (finding,) = foreseen(Reason.HIDDEN_LAYER, [WEEKLY, above])
    assert finding.place == ("schedules", "primary", "layers", 0)
    assert "weekly is hidden throughout the coming 30 days by primary, of a higher `level`" in finding.text
    by_two = [WEEKLY, above | {"hours": DAYS}, above | {"name": "nights", "level": 2, "hours": NIGHTS}]
    (finding,) = foreseen(Reason.HIDDEN_LAYER, by_two)
    assert "by primary, nights, of a higher" in finding.text


def test_a_layer_that_is_seen_at_any_time_is_not() -> None:
    layers = [
        WEEKLY,
        WEEKLY | {"name": "days", "level": 1, "hours": DAYS},
        WEEKLY | {"name": "too late", "level": 2, "start": "2026-03-29T09:00"},
        WEEKLY | {"name": "beside it", "level": 2, "start": "2026-03-29T09:00"},
    ]
    assert foreseen(Reason.HIDDEN_LAYER, layers) == []


def test_a_planned_override_that_is_over_is_told_and_no_error() -> None:
    over = {"kind": "cover", "user": "ada", "from": "2026-02-01T00:00", "to": "2026-03-02T00:00"}
    primary = {"time_zone": "UTC", "layers": [WEEKLY], "overrides": [over]}
    (finding,) = foreseen(Reason.OVER, schedules={"primary": primary})
    assert finding.place == ("schedules", "primary", "overrides", 0)
    assert "drop it from the file" in finding.text


def test_somebody_on_call_without_a_working_contact_is_told() -> None:
    users = {
        "ada": {"contacts": {"text": {"sms": "+447700900001"}}},
        "ben": {
            "contacts": {"mail": {"email": "ben@example.com"}, "text": {"sms": "+447700900002"}},
            "notification_rules": {"high": [{"contacts": ["text"]}]},
        },
        "margaret": {},
    }
    findings = foreseen(Reason.UNREACHABLE, users=users)
    assert [finding.place for finding in findings] == [("users", "ada"), ("users", "ben")]
    assert "ada is on call in primary but has no working contact for high urgency" in findings[0].text
    assert "+44" not in "".join(finding.text for finding in findings)


def test_a_rule_later_than_the_whole_climb_is_told() -> None:
    mail = {"mail": {"email": "ada@example.com"}}
    rules = [{"contacts": ["mail"]}, {"after": "40m", "contacts": ["mail"]}, {"after": "41m", "contacts": ["mail"]}]
    users = a_directory().model_dump()["users"] | {
        "ada": {"contacts": mail, "notification_rules": {"high": rules, "low": rules[:2]}}
    }
    chain = a_policy({"user": "ben"}, {"schedule": "primary"}, {"user": "ben"}, repeats=1, wait="8m")
    findings = foreseen(Reason.RULE_TOO_LATE, users=users, escalation_policies=chain)
    # Ada is paged after 8 of 48 minutes; of the one pass of low urgency 16 are left then.
    assert [finding.place for finding in findings] == [
        ("users", "ada", "notification_rules", "high", 2),
        ("users", "ada", "notification_rules", "low", 1),
    ]
    assert "no policy climbs longer than 40m" in findings[0].text
    assert "no policy climbs longer than 16m" in findings[1].text


def test_a_step_that_can_page_nobody_is_told() -> None:
    schedules = {"primary": {"time_zone": "UTC", "layers": [WEEKLY]}, "empty": {"time_zone": "UTC"}}
    chain = a_policy({"schedule": "primary"}, {"schedule": "empty"}, {"group": "all"}, {"user": "silent"})
    users = a_directory().model_dump()["users"] | {"silent": {}}
    findings = foreseen(
        Reason.STEP_PAGES_NOBODY,
        schedules=schedules,
        users=users,
        groups={"all": {"teams": ["payments"]}},
        escalation_policies=chain,
    )
    assert [finding.place for finding in findings] == [
        ("escalation_policies", "payments", "steps", 1),
        ("escalation_policies", "payments", "steps", 3),
    ]
    assert "nobody is on call" in findings[0].text
    assert "silent: no working contact" in findings[1].text
