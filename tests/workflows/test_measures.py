"""How fast alerts are paged and answered: counted once, by the workflow that knows."""

import pytest
from prometheus_client import REGISTRY

from tests.replay.test_replay import HISTORIES, a_replayer, history
from tests.workflows.conftest import Staging

pytestmark = pytest.mark.asyncio(loop_scope="session")

URGENT = {"service": "checkout", "urgency": "high"}


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def figures() -> list[float]:
    return [
        value("roust_first_page_seconds_count", **URGENT),
        value("roust_acknowledge_seconds_count", **URGENT),
        value("roust_alerts_exhausted_total", service="checkout"),
        value("roust_alerts_resolved_total", service="checkout"),
    ]


def since(before: list[float]) -> list[float]:
    return [now - then for now, then in zip(figures(), before, strict=True)]


async def test_first_page_exhausted_acknowledge_and_resolve_are_counted_once(scene: Staging) -> None:
    s = await scene()
    before, taken = figures(), value("roust_acknowledge_seconds_sum", **URGENT)
    await s.start()
    await s.until(60)
    assert since(before) == [1, 0, 0, 0]
    await s.until(7200)
    assert since(before) == [1, 0, 1, 0]
    await s.acknowledge("ada")
    await s.until(7260)
    await s.acknowledge("ben")
    await s.until(7300)
    assert since(before) == [1, 1, 1, 0]
    assert value("roust_acknowledge_seconds_sum", **URGENT) - taken == pytest.approx(7200, abs=5)
    await s.resolve()
    await s.handle.result()
    assert since(before) == [1, 1, 1, 1]


async def test_only_the_first_acknowledge_counts(scene: Staging) -> None:
    policy = {"steps": [{"notify": [{"user": "ada"}], "wait": "5m"}], "acknowledge_timeout": "10m"}
    s = await (await scene(escalation_policies={"payments": policy})).start()
    before = figures()
    for begin in (60, 1260):
        await s.until(begin)
        await s.acknowledge("ada")
        await s.until(begin + 900)
        assert (await s.view()).state != "acknowledged"
    assert since(before)[1] == 1


@pytest.mark.parametrize("name", ["acknowledged_at_step_2", "unanswered"])
async def test_a_replay_counts_nothing(name: str) -> None:
    before = [sample for family in REGISTRY.collect() for sample in family.samples if counted(sample.name)]
    await a_replayer().replay_workflow(history(next(path for path in HISTORIES if path.stem == name)))
    after = [sample for family in REGISTRY.collect() for sample in family.samples if counted(sample.name)]
    assert after == before


def counted(name: str) -> bool:
    return name.startswith(("roust_first_page", "roust_acknowledge", "roust_alerts"))
