"""The disk is full under the embedded server: nothing is accepted that is not stored, and all goes on with space."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.fakes.mail_server import MailServer
from tests.system.conftest import SEARCH_KEY, pages
from tests.system.processes import until, up


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted for it, which only root may")
    disk = tmp_path / "tiny"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(file: Path) -> None:
    with suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(b"x" * 4096)


async def test_a_full_disk_accepts_nothing_says_so_and_loses_nothing(
    config: Path, tiny: Path, log: Path, mail: MailServer
) -> None:
    async with up(config, tiny / "state", log) as (_, api):
        before = await api.trigger(SEARCH_KEY, "search is down")
        await until(lambda: api.has_paged(before, "ada"))

        async def trigger(name: str) -> int:
            event = {"summary": name, "dedup_key": name, "priority": "P1"}
            headers = {"Authorization": f"Bearer {SEARCH_KEY}"}
            with suppress(httpx2.TransportError):
                return (await api._http.post("/v1/alerts", json=event, headers=headers)).status_code
            return 0

        async def ready() -> int:
            return (await api._http.get("/readyz")).status_code

        fill(tiny / "fill")
        assert set(await asyncio.gather(*(trigger(f"refused {n}") for n in range(4)))) <= {0, 503}
        assert await ready() == 503
        (tiny / "fill").unlink()

        async def accepted() -> bool:
            return await trigger("accepted") == 202

        await until(accepted)
        assert await ready() == 200
        await until(lambda: ("ada", "[P1] search: accepted") in pages(mail))
    assert not [subject for _, subject in pages(mail) if "refused" in subject]
