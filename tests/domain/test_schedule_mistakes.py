"""Mistakes in a schedule: each is told where it stands, with its cure."""

from typing import Any

import pytest
from pydantic import ValidationError

from roust.domain.schedule import Schedule

LAYER = {"users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}
COVER = {"kind": "cover", "user": "ada", "from": "2026-01-05T00:00", "to": "2026-01-06T00:00"}


def mistakes(**parts: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Schedule.model_validate({"time_zone": "Europe/Berlin"} | parts)
    return {".".join(str(part) for part in error["loc"]): error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Middle-earth", "take an IANA name such as Europe/Berlin"),
        ("", "no time zone named ''"),
        ("../../etc/passwd", "no time zone named"),
        ("Europe", "no time zone named 'Europe'"),
        ("Europe/Berlin\x00", "no time zone named"),
    ],
)
def test_a_zone_that_does_not_exist(name: str, cure: str) -> None:
    assert cure in mistakes(time_zone=name)["time_zone"]


@pytest.mark.parametrize(
    ("field", "value", "cure"),
    [
        ("users", [], "names nobody; give at least one user"),
        ("hours", [], "has no window"),
        ("every", "0h", "must be at least 1h (got 0h)"),
        ("every", "0mo", "must be at least 1mo (got 0mo)"),
        ("every", "1.5d", "write a whole number of hours, days, weeks or months, like 12h"),
        ("every", "30m", "write a whole number of hours, days, weeks or months, like 12h"),
        ("every", "-1d", "not a length of turns"),
        ("every", "1d\n", "not a length of turns"),
        ("every", "999999999w", "at most 5200w"),
        ("start", "2026-01-05", "write it like 2026-01-05T09:00"),
        ("start", "2026-02-30T09:00", "no such time"),
        ("start", "2026-01-05T09:00Europe/Berlin", "not a time"),
        ("start", "0001-01-05T09:00", "must be from 1970 to 2199"),
        ("end", "2026-01-05T09:00", "is not after the start"),
        ("end", "2025-01-05T09:00", "put the end later"),
        ("end", "2026-01-05T08:00Z", "is not after the start"),
    ],
)
def test_a_layer_that_cannot_be(field: str, value: Any, cure: str) -> None:
    found = mistakes(layers=[LAYER, LAYER | {field: value}])
    assert list(found) == [f"layers.1.{field}"]
    assert cure in found[f"layers.1.{field}"]


@pytest.mark.parametrize(
    ("window", "place"),
    [
        ({"days": [], "from": "09:00", "to": "17:00"}, "days"),
        ({"days": ["monday"], "from": "09:00", "to": "17:00"}, "days.0"),
        ({"days": ["mon"], "from": "9:00", "to": "17:00"}, "from"),
        ({"days": ["mon"], "from": "24:00", "to": "17:00"}, "from"),
        ({"days": ["mon"], "from": "09:00", "to": "24:01"}, "to"),
    ],
)
def test_a_window_that_cannot_be(window: dict[str, Any], place: str) -> None:
    assert list(mistakes(layers=[LAYER | {"hours": [window]}])) == [f"layers.0.hours.0.{place}"]


def test_a_replacement_says_whom_and_only_a_replacement_does() -> None:
    for wrong, cure in (
        ({"kind": "replace"}, "a replace says whom"),
        ({"replaces": "ben"}, "only a replace has `replaces`"),
        ({"kind": "replace", "replaces": "ada"}, "cannot replace themselves"),
    ):
        assert cure in mistakes(overrides=[COVER | wrong])["overrides.0"]


def test_all_mistakes_of_a_schedule_are_told_at_once() -> None:
    found = mistakes(
        layers=[LAYER | {"end": "2025-01-01T00:00"}],
        overrides=[COVER | {"to": COVER["from"]}, COVER | {"to": "2025-12-31T00:00"}],
    )
    assert list(found) == ["layers.0.end", "overrides.0.to", "overrides.1.to"]


def test_overlapping_overrides_that_name_the_same_user_are_refused() -> None:
    later = COVER | {"kind": "add", "from": "2026-01-05T12:00", "to": "2026-01-07T00:00"}
    found = mistakes(overrides=[later, COVER | {"user": "ben"}, COVER])
    assert list(found) == ["overrides.0.from"]
    assert "overlaps another override that names ada: ada covers from 2026-01-05T00:00" in found["overrides.0.from"]
    touching = later | {"from": COVER["to"]}
    assert Schedule.model_validate({"time_zone": "UTC", "overrides": [touching, COVER]})


def test_an_overlap_is_seen_past_a_shorter_override_in_between() -> None:
    long = COVER | {"to": "2026-01-20T00:00"}
    last = COVER | {
        "from": "2026-01-10T00:00",
        "to": "2026-01-11T00:00",
        "user": "ben",
        "kind": "replace",
        "replaces": "ada",
    }
    assert list(mistakes(overrides=[long, last])) == ["overrides.1.from"]
    short = COVER | {"from": "2026-01-06T00:00", "to": "2026-01-07T00:00"}
    assert list(mistakes(overrides=[long, short, last])) == ["overrides.1.from", "overrides.2.from"]


def test_braces_in_a_name_are_only_braces() -> None:
    wrong = COVER | {"user": "{0}", "kind": "replace", "replaces": "{text}"}
    found = mistakes(overrides=[wrong, wrong])
    assert "{0} replaces {text}" in found["overrides.1.from"]
