"""The network away, with real processes: everybody due is paged when it is back, and nothing twice."""

from pathlib import Path

import pytest

from drill.absence import CABLE, PROVIDERS, TEMPORAL, Absence
from drill.away import away
from drill.cable import possible
from drill.proxy import Trouble


@pytest.mark.parametrize(
    ("way", "trouble"), [(PROVIDERS, Trouble.RESET), (TEMPORAL, Trouble.AWAY), (CABLE, Trouble.AWAY)]
)
async def test_everybody_due_is_paged_when_the_network_is_back(tmp_path: Path, way: str, trouble: Trouble) -> None:
    if way == CABLE and not possible():
        pytest.skip("network namespaces are laid for it: that takes root, ip and nsenter")
    plan = Absence(way, seconds=4.0, wait=120.0, every=1.0, trouble=trouble, before=1)
    seen = await away(plan, tmp_path, print)
    assert seen.misses == []
    assert seen.late
    assert any(alert.answered for alert in seen.record.alerts)
