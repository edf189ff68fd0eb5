"""A short crash drill: what `make drill` does by the hundred."""

from pathlib import Path

from drill.company import a_policy
from drill.main import Plan, drill
from drill.samples import read, sample, table


async def test_a_short_drill_loses_no_page_and_no_acknowledge(tmp_path: Path) -> None:
    """What hangs on the speed of this machine is not judged here: it may be busy with other tests."""
    plan = Plan(faults=3, seed=3, every=1.0, pause=0.2, patience=1.0, edits=2.0, policy=a_policy(wait=2.0, passes=1))
    said: list[str] = []
    record, breaches = await drill(
        plan, tmp_path, said.append, lambda house: sample(house, 0.5, tmp_path / "samples.csv")
    )
    about_time = ("i2_", "i4_", "i5_", "i15_")
    # Of I11: how soon an edit is in force.
    breaches = [breach for breach in breaches if "and more" not in breach.what]
    assert [breach for breach in breaches if not breach.invariant.startswith(about_time)] == []
    assert sum(fault.times for fault in record.faults) >= 3
    assert len(record.alerts) >= 2
    assert record.moved
    assert any("back after" in line for line in said)
    # What `make soak` shows of the processes.
    held = "\n".join(table(read(tmp_path / "samples.csv"), warm_up=0.0))
    assert all(f"| {role} |" in held for role in ("server", "API", "worker 1", "worker 2"))
