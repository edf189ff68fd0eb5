"""Every measurement runs, in its smallest size, and prints its figures."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.drain import Drain
from bench.figures import percentile
from tests.system.processes import ROOT

SMALLEST = {
    "ALERTS": "4",
    "ROUNDS": "1",
    "QUIET_WITHIN": "1",
    "IDLE": "1",
    "SECONDS": "1",
    "LATE": "1",
    "OVER": "1",
    "WAITS": "1",
    "OPEN": "10",
    "ASKED": "2",
    "LISTED_WITHIN": "1",
    "REST": "0",
    "STORM": "20",
    "STORM_IDLE": "1",
    "CALM": "0",
    "SCHEDULE_ROUNDS": "1",
}


async def said_by(module: str, **besides: str) -> str:
    """What `python -m module` prints in its smallest size."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=ROOT,
        env=os.environ | SMALLEST | besides,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(150):
            said, errors = (stream.decode() for stream in await process.communicate())
    finally:
        if process.returncode is None:
            # As Ctrl-C: it ends what it started.
            process.send_signal(signal.SIGINT)
            await process.wait()
    assert process.returncode == 0, errors
    return said


async def test_every_measurement_prints_its_figures_and_what_they_belong_to(tmp_path: Path) -> None:
    picture = tmp_path / "drain.svg"
    said = await said_by("bench", PLOT=str(picture), ONLY="")
    blocks = said.split("### ")[1:]
    assert [block.partition("\n")[0] for block in blocks] == [
        "CPU per alert, and alerts per second",
        "From the request to the page, and from the acknowledge to silence",
        "Lateness of escalations",
        "A storm with an urgent alert in its middle",
        "10 open alerts",
        "The schedule resolver",
    ]
    for block in blocks:
        assert re.search(
            r"`.*make bench ONLY=\w+`, 20\d\d-\d\d-\d\d .* cores .* load .*temporalio.*Temporal CLI", block
        )
        assert re.search(r"^\|.*\d", block, re.MULTILINE), block
    for aim in ("Aim 1.25", "Aim 0.9", "Aim for the urgent one, 2 s"):
        assert re.search(f"{aim}: (met|missed) with", said)
    assert ElementTree.parse(picture).getroot()[0].text == "How a storm drains"


async def test_a_profile_says_whose_code_takes_the_time() -> None:
    said = await said_by("bench.profile")
    for part in ("worker", "API"):
        table = said.partition(f"| {part}, ms per alert | Roust | bare |")[2].partition("\n\n")[0]
        assert re.search(r"^\| ours \| (?!0\.00)[\d.]+ \|", table, re.MULTILINE), said
        assert re.search(r"^\| temporalio \| (?!0\.00)[\d.]+ \| (?!0\.00)[\d.]+ \|", table, re.MULTILINE), said
    assert "`workflows/alert.py:" in said


async def test_a_measurement_that_does_not_exist_is_refused() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench"), cwd=ROOT, env=os.environ | {"ONLY": "speed"}, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert "ONLY=speed: there is cost, latency" in errors.decode()


@pytest.mark.parametrize(("part", "found"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(part: float, found: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], part) == found


def test_a_drain_counts_what_was_accepted_and_waits() -> None:
    drain = Drain(accepted=[1, 2, 3], told=[2.5, 4, 4], urgent=(1.5, 2.2), others=[], under="here")
    assert [drain.behind(at) for at in (0.5, 2.2, 2.6, 4)] == [0, 2, 1, 0]
    assert "paged 0.70 s later, while 2 accepted ones wait" in drain.svg()
