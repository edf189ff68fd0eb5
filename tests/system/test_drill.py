"""A short crash drill: what `make drill` does by the hundred."""

from pathlib import Path

from drill.company import a_policy
from drill.main import Plan, drill


async def test_a_short_drill_loses_no_page_and_no_acknowledge(tmp_path: Path) -> None:
    """Lateness is not judged here: this machine may be busy with other tests."""
    plan = Plan(faults=4, seed=3, every=0.7, pause=0.2, patience=1.0, policy=a_policy(wait=2.0, passes=1))
    said: list[str] = []
    record, breaches = await drill(plan, tmp_path, said.append)
    about_time = ("i4_", "i5_")
    assert [breach for breach in breaches if not breach.invariant.startswith(about_time)] == []
    assert sum(fault.kills for fault in record.faults) >= 4
    assert len(record.alerts) >= 3
    assert any("back after" in line for line in said)
