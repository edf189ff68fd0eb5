"""The sizing table says what the measured figures come to, and nothing else."""

import re

from tests.docs.pages import ROOT
from worker.main import KEPT

DEPLOYMENT = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
PERFORMANCE = (ROOT / "docs/performance.md").read_text(encoding="utf-8")

SPARE = 0.5


def figure(pattern: str, page: str = PERFORMANCE) -> float:
    (found,) = re.findall(pattern, page)
    return float(found.replace(",", ""))


SERVER, WORKER, API = (figure(rf"\| an alert of Roust \|(?: [\d.]+ \|){{{place}}} ([\d.]+) \|") for place in range(3))
MEMORY = figure(r"\| memory \|.*\n\|[-|]+\n\| Roust \| ([\d.]+) \|")
ACTIONS = figure(r"\| the same, then resolved \| \d+ \| (\d+) \|")


def test_the_sizing_table_is_what_the_measured_figures_come_to() -> None:
    section = DEPLOYMENT.partition("## How large")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d,]+)" + r" \| ([\d.]+)" * 4 + r" \|$", section, re.MULTILINE)
    assert len(rows) >= 3
    for row in rows:
        alerts = int(row[0].replace(",", ""))
        cores = [f"{alerts * milliseconds / 1000 / 3600 / SPARE:.2f}" for milliseconds in (SERVER, WORKER, API)]
        assert list(row[1:]) == [*cores, f"{alerts * ACTIONS / 3600:.1f}"]


def test_the_figures_beside_the_table_are_those_that_were_measured() -> None:
    taken = f"{SERVER} ms of the Temporal server, {WORKER} ms of a worker, {API} ms of an API and {ACTIONS:.0f} actions"
    assert taken in DEPLOYMENT
    exhausted = figure(r"\| exhausted after 3 x 3 steps \| \d+ \| (\d+) \|")
    assert f"{exhausted:.0f} actions for 3 passes of 3 steps" in DEPLOYMENT
    assert f"{MEMORY:.0f} KiB of memory for each open alert, and keeps {KEPT:,} at hand" in DEPLOYMENT
    assert f"{round(MEMORY * KEPT / 1024, -1):.0f} MiB" in DEPLOYMENT
