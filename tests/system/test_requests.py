"""Many requests: `python -m drill.requests` by the hundred thousand, here by the hundred."""

from pathlib import Path

from drill.requests import AT_ONCE, requests


async def test_requests_of_every_kind_leave_no_descriptor_open_and_little_memory(tmp_path: Path) -> None:
    held, wrong = await requests(600, tmp_path, print)
    assert wrong == []
    # Between the first tenth and the end only the client's own connections come and go.
    assert abs(held[-1].fds - held[1].fds) <= AT_ONCE
    assert held[-1].rss - held[1].rss < 64
