"""`group_by`: which alert an event belongs to."""

import pytest

from roust.domain.alert import Event
from roust.domain.directory import Service
from roust.domain.grouping import Place, place

BY_REGION = Service(escalation_policy="payments", group_by=["region"])
BY_BOTH = Service(escalation_policy="payments", group_by=["region", "zone"])


def an_event(key: str = "db-1", **labels: str) -> Event:
    return Event(summary="down", dedup_key=key, labels=labels)


def test_events_with_the_same_values_are_one_alert_whatever_their_keys() -> None:
    assert place(an_event("a", region="eu", pod="1"), BY_REGION) == Place('{region="eu"}', "a")
    assert place(an_event("b", region="eu", pod="2"), BY_REGION) == Place('{region="eu"}', "b")


def test_without_any_of_the_labels_an_event_keeps_its_own_key() -> None:
    assert place(an_event(pod="1"), BY_REGION) == Place("db-1")
    assert place(an_event(region="eu"), Service(escalation_policy="payments")) == Place("db-1")


def test_a_label_that_is_missing_counts_as_empty() -> None:
    assert place(an_event(region="eu"), BY_BOTH).key == '{region="eu", zone=""}'
    assert place(an_event(region="eu", zone=""), BY_BOTH).key == place(an_event(region="eu"), BY_BOTH).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"region": "eu"}, {"zone": "eu"}),
        ({"region": 'a", zone="b'}, {"region": "a", "zone": "b"}),
        ({"region": "a\\"}, {"region": 'a\\"'}),
        ({"region": "x" * 300}, {"region": "x" * 301}),
    ],
)
def test_different_values_are_never_one_alert(one: dict[str, str], other: dict[str, str]) -> None:
    assert place(an_event(**one), BY_BOTH).key != place(an_event(**other), BY_BOTH).key


def test_keys_and_members_stay_short_and_clean_whatever_a_source_says() -> None:
    found = place(an_event("k" * 255, region="\0\ud800" * 5000), BY_REGION)
    assert len(found.key) <= 255
    assert found.member is not None
    assert len(found.member) == 32
    assert found.member != place(an_event("k" * 254, region="eu"), BY_REGION).member
    found.key.encode()
