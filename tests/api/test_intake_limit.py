"""A source run wild is shed with 503, the others are not, and operators hear of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake_limit import IntakeLimit
from roust.domain.watch import Trouble
from tests.api.asking import KEY, OTHER_KEY, Held, asking, token_of, two_services
from tests.fakes.gateway import RecordingGateway

EVENT = {"summary": "disk full"}
V2 = {"routing_key": KEY, "event_action": "trigger", "payload": {"summary": "x", "source": "y", "severity": "info"}}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def post(gateway: RecordingGateway, held: Held, *requests: tuple[str, Any, str]) -> list[Any]:
    async with asking(gateway, held, key=None) as client:
        return [
            await client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
            for path, body, key in requests
        ]


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/alerts", EVENT), ("/in/alertmanager", {"alerts": []}), ("/v2/enqueue", V2), ("/v2/change/enqueue", V2)],
)
async def test_beyond_its_limit_a_source_is_told_to_come_again_and_nothing_is_recorded(path: str, body: Any) -> None:
    gateway, held = RecordingGateway(), Held(two_services(requests_per_minute=1))
    first, second = await post(gateway, held, (path, body, KEY), (path, body, KEY))
    assert (first.status_code, second.status_code) == (202, 503)
    assert 1 <= int(second.headers["retry-after"]) <= 60
    assert "requests_per_minute" in second.text
    told = len(gateway.told)
    (other,) = await post(gateway, held, ("/v1/alerts", EVENT, OTHER_KEY))
    assert other.status_code == 202, "another service's source goes on"
    assert len(gateway.told) == told + 1


async def test_people_are_never_shed_nor_is_anybody_where_there_is_no_limit() -> None:
    held = Held(two_services(requests_per_minute=1))
    by_hand = [("/v1/alerts", EVENT | {"service": "checkout"}, token_of("responder"))] * 3
    assert {a.status_code for a in await post(RecordingGateway(), held, *by_hand)} == {202}
    free = Held(two_services(requests_per_minute=0))
    assert {a.status_code for a in await post(RecordingGateway(), free, *[("/v1/alerts", EVENT, KEY)] * 5)} == {202}


def test_whoever_waits_as_told_is_let_in() -> None:
    clock = Clock()
    limit = IntakeLimit(lambda: 2, clock)
    assert [limit.wait("a"), limit.wait("a")] == [0.0, 0.0]
    wait = limit.wait("a")
    assert wait == pytest.approx(30.0)
    clock.now += wait - 1
    assert limit.wait("a") == pytest.approx(1.0)
    clock.now += 1
    assert limit.wait("a") == 0.0


@given(
    per_minute=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 40, allow_nan=False), max_size=60),
)
def test_no_minute_takes_more_than_twice_the_limit_and_a_slow_source_is_never_shed(
    per_minute: int, gaps: list[float]
) -> None:
    clock, taken = Clock(), []
    limit = IntakeLimit(lambda: per_minute, clock)
    for gap in gaps:
        clock.now += gap
        if limit.wait("a") == 0.0:
            taken.append(clock.now)
        else:
            assert sum(clock.now - 60 < t for t in taken) >= per_minute - 1
    for begin in taken:
        # A full bucket, and what drained from it meanwhile.
        assert sum(begin <= t < begin + 60 for t in taken) <= 2 * per_minute


def test_the_watchdog_sees_a_shed_source_for_a_minute() -> None:
    clock, at = Clock(), datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    limit = IntakeLimit(lambda: 1, clock)
    limit.wait("checkout")
    assert limit.sightings(at) == []
    limit.wait("checkout")
    (seen,) = limit.sightings(at)
    assert (seen.trouble, seen.subject, seen.since) == (Trouble.SHED, "service checkout", at)
    clock.now += 61
    assert limit.sightings(at) == []
