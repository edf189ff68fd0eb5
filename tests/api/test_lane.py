"""The lane on its own: order, windows, and what happens when Temporal is away for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from api.gateway import Unavailable
from api.lane import Lane, Pace, Told
from api.lanes import Lanes
from api.repeats import Gravity, Said, merged
from roust.domain.alert import Priority, Urgency
from roust.domain.policy import EscalationPolicy, Step, Target
from roust.domain.routing import Action
from tests.builders import NOON
from tests.waiting import until
from workflows.messages import AlertInput, Trigger

POLICY = EscalationPolicy(steps=[Step(notify=[Target(user="ada")], wait=timedelta(minutes=5))])


def said(request: str, **parts: object) -> Said:
    whole: dict[str, object] = {
        "request": request,
        "at": NOON,
        "summary": request,
        "priority": Priority.P3,
        "urgency": Urgency.LOW,
    }
    trigger = Trigger.model_validate(whole | parts)
    opening = AlertInput(
        service="checkout", dedup_key="disk", policy_name="p", policy=POLICY, last_resort=[], trigger=trigger
    )
    return Said(opening, trigger)


class RememberingAlert:
    """An alert that remembers what it was told: (verb, request, count). `away`: Temporal does not answer."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.run: str | None = None
        self.away = False
        self.alerts = 0
        self.tried_in_vain = 0

    async def _hear(self, verb: str, said: Said) -> None:
        await asyncio.sleep(0)
        if self.away:
            self.tried_in_vain += 1
            raise Unavailable("away")
        self.told.append((verb, said.repeat.request, said.repeat.count))

    def _open(self) -> str:
        if self.run is None:
            self.alerts += 1
            self.run = f"run-{self.alerts}"
        return self.run

    async def start(self, said: Said) -> Told:
        started = self.run is None
        await self._hear("start" if started else "refused start", said)
        run = self._open()
        return Told(run, run, started)

    async def join(self, said: Said) -> Told:
        await self._hear("join", said)
        run = self._open()
        return Told(run, run, False)

    async def signal(self, said: Said) -> Told:
        await self._hear("signal", said)
        run = self._open()
        return Told(run, run, False)

    async def signal_open(self, said: Said) -> None:
        await self._hear("signal open", said)

    async def end(self) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("away")
        self.told.append(("resolve", "", 1))
        self.run = None

    def signals(self) -> list[tuple[str, int]]:
        return [(request, count) for verb, request, count in self.told if verb == "signal"]

    def counted(self) -> int:
        return sum(count for verb, _, count in self.told if verb in ("start", "signal", "signal open"))


@pytest.fixture
def alert() -> RememberingAlert:
    return RememberingAlert()


def a_lane(alert: RememberingAlert, may_wait: Callable[[], bool] = lambda: True, **pace: float) -> Lane:
    return Lane(alert, Pace(**{"window": 60.0, **pace}), may_wait, lambda: None)


async def test_the_first_starts_the_second_signals_the_others_wait(alert: RememberingAlert) -> None:
    lane = a_lane(alert)
    for number in range(5):
        await lane.trigger(said(f"r{number}"))
    assert [verb for verb, _, _ in alert.told] == ["start", "refused start", "signal", "join", "join", "join"]
    assert await lane.finish() == 0
    assert alert.signals() == [("r1", 1), ("r4", 3)]


async def test_a_thousand_at_once_are_a_handful_of_calls(alert: RememberingAlert) -> None:
    lane = a_lane(alert)
    told = await asyncio.gather(*(lane.trigger(said(f"r{number}")) for number in range(1000)))
    assert [one.started for one in told].count(True) == 1
    assert len(alert.told) <= 4
    await lane.finish()
    assert alert.counted() == 1000


async def test_what_waits_is_told_when_the_window_ends(alert: RememberingAlert) -> None:
    lane = a_lane(alert, window=0.05)
    for number in range(4):
        await lane.trigger(said(f"r{number}"))
    await until(lambda: alert.signals() == [("r1", 1), ("r3", 2)])
    await until(lambda: not lane.waiting)


async def test_what_waits_is_tried_again_until_temporal_is_back(alert: RememberingAlert) -> None:
    lane = a_lane(alert, window=0.05, first_retry=0.02, last_retry=0.05)
    for number in range(4):
        await lane.trigger(said(f"r{number}"))
    alert.away = True
    with pytest.raises(Unavailable):
        await lane.trigger(said("refused"))
    await until(lambda: alert.tried_in_vain == 4)
    assert alert.signals() == [("r1", 1)]
    alert.away = False
    await until(lambda: alert.signals() == [("r1", 1), ("r3", 2)])


async def test_what_cannot_be_told_at_the_end_is_counted(alert: RememberingAlert) -> None:
    lanes = Lanes(lambda _: alert, Pace(window=60))
    for number in range(4):
        await lanes.to("alert/checkout/1").trigger(said(f"r{number}"))
    alert.away = True
    assert await lanes.to("alert/checkout/1").finish() == 2


@pytest.mark.parametrize("worse", [{"priority": "P1"}, {"urgency": "high"}])
async def test_what_is_worse_is_told_at_once_with_all_that_waited(
    alert: RememberingAlert, worse: dict[str, str]
) -> None:
    lane = a_lane(alert)
    for number in range(4):
        await lane.trigger(said(f"r{number}"))
    await lane.trigger(said("worse", **worse))
    assert alert.signals() == [("r1", 1), ("worse", 3)]
    await lane.trigger(said("as bad", **worse))
    assert alert.told[-1][0] == "join"


async def test_a_resolve_comes_after_what_waited_and_closes_the_window(alert: RememberingAlert) -> None:
    lane = a_lane(alert)
    for number in range(4):
        await lane.trigger(said(f"r{number}"))
    await lane.resolve(alert.end)
    assert alert.told[-2:] == [("signal open", "r3", 2), ("resolve", "", 1)]
    assert (await lane.trigger(said("new"))).started
    assert alert.told[-1][0] == "start"


async def test_calls_made_together_keep_their_order(alert: RememberingAlert) -> None:
    lane = a_lane(alert)
    calls: list[Awaitable[object]] = [
        lane.trigger(said("r0")),
        lane.trigger(said("r1")),
        lane.resolve(alert.end),
        lane.trigger(said("r2")),
    ]
    await asyncio.gather(*calls)
    verbs = [verb for verb, _, _ in alert.told]
    assert verbs == ["start", "refused start", "signal", "resolve", "start"]


async def test_a_resolve_that_fails_loses_nothing_that_waited(alert: RememberingAlert) -> None:
    lane = a_lane(alert, first_retry=0.02)
    for number in range(4):
        await lane.trigger(said(f"r{number}"))
    alert.away = True
    with pytest.raises(Unavailable):
        await lane.resolve(alert.end)
    alert.away = False
    await until(lambda: alert.counted() == 4)


async def test_a_repeat_that_finds_another_alert_open_is_told_at_once(alert: RememberingAlert) -> None:
    lane = a_lane(alert)
    for number in range(3):
        await lane.trigger(said(f"r{number}"))
    alert.run = None  # resolved by way of another process
    told = await lane.trigger(said("new"))
    assert told.started
    assert [verb for verb, request, _ in alert.told if request == "new"] == ["join", "signal"]


async def test_a_caller_that_went_away_does_not_take_its_event_along(alert: RememberingAlert) -> None:
    lane = a_lane(alert)
    call = asyncio.create_task(lane.trigger(said("r0")))
    await asyncio.sleep(0)
    call.cancel()
    await until(lambda: alert.counted() == 1)


async def test_a_crowded_run_is_signalled_once_a_minute(alert: RememberingAlert) -> None:
    lane = a_lane(alert, window=0.02, crowded=60, many=3)
    while len(alert.signals()) < 3:
        await lane.trigger(said("again"))
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.1)
    await lane.trigger(said("again"))
    await asyncio.sleep(0.1)
    assert len(alert.signals()) == 3
    await lane.finish()
    assert len(alert.signals()) == 4


async def test_lanes_are_forgotten_when_they_are_idle(alert: RememberingAlert) -> None:
    lanes = Lanes(lambda _: alert, Pace(window=0.02))
    await lanes.to("alert/checkout/1").trigger(said("r0"))
    await until(lambda: len(lanes) == 0)
    await lanes.to("alert/checkout/1").trigger(said("r1"))
    assert len(lanes) == 1
    await until(lambda: len(lanes) == 0)


async def test_repeats_that_wait_or_are_lost_are_logged_with_their_alert(alert: RememberingAlert) -> None:
    lanes = Lanes(lambda _: alert, Pace(window=0.02, first_retry=0.02))
    with capture_logs() as logs:
        await lanes.to("alert/checkout/0a1b").trigger(said("r0"))
        for number in (1, 2):
            await lanes.to("alert/checkout/0a1b").trigger(said(f"r{number}"))
        run, alert.away = alert.run, True
        await until(lambda: any(line["event"] == "repeats wait for Temporal" for line in logs))
        await lanes.aclose()
    assert {line["event"].partition(":")[0] for line in logs} == {"repeats wait for Temporal", "repeats not counted"}
    assert {line["alert"] for line in logs} == {f"checkout-0a1b-{run}"}


async def test_without_room_to_wait_each_repeat_is_told(alert: RememberingAlert) -> None:
    lane = a_lane(alert, may_wait=lambda: False)
    for number in range(4):
        await lane.trigger(said(f"r{number}"))
    assert alert.signals() == [("r1", 1), ("r2", 1), ("r3", 1)]


def test_many_as_one_keep_the_last_text_the_worst_gravity_and_every_count() -> None:
    one = merged(
        [
            said("a", priority="P1", action="suppress"),
            said("b", urgency="high", count=3, action="suppress"),
            said("c", action="suppress"),
        ]
    )
    assert (one.repeat.request, one.repeat.count) == ("c", 5)
    assert (one.repeat.priority, one.repeat.urgency) == (Priority.P1, Urgency.HIGH)
    assert one.repeat.action is Action.SUPPRESS
    assert one.opening.trigger == one.repeat
    paged = merged([said("a"), said("b", action="suppress")])
    assert paged.repeat.action is Action.PAGE
    assert Gravity.of(paged.repeat).worse_than(Gravity.of(one.repeat))
