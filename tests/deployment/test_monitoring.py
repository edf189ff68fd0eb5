"""The alert rules and the dashboard that we ship: they are sound, and speak of metrics that there are."""

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.current import CurrentLinks
from activities.page import Pager
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.runtime.metrics import exposition, temporal_metrics
from tests.builders import a_directory
from tests.docs.pages import ROOT, anchors
from tests.fakes.recording_channel import RecordingChannel
from worker.main import build_worker

RULES = ROOT / "deploy/prometheus/rules.yml"
TESTS = ROOT / "deploy/prometheus/rules.test.yml"
DASHBOARD = ROOT / "deploy/grafana/roust.json"
OPERATIONS = ROOT / "docs/operations.md"
PROCESSES = ("api.main", "worker.main", "roust.cli.serving")
_METRIC = re.compile(r"\b(?:roust|temporal)_[a-z0-9_]+")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return list(json.loads(DASHBOARD.read_text())["panels"])


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel.get("targets", []))


def named(prefix: str) -> set[str]:
    found = {name for text in expressions() for name in _METRIC.findall(text)}
    return {name for name in found if name.startswith(prefix)}


def families() -> set[str]:
    """Every series of ours that a scrape of any process may show."""
    for name in PROCESSES:
        importlib.import_module(name)
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}
    return {
        family.name + suffix
        for family in REGISTRY.collect()
        if family.name.startswith("roust_")
        for suffix in suffixes.get(family.type, ("",))
    }


def promtool(*words: str) -> str:
    program = shutil.which("promtool")
    assert program, "promtool is not installed; .ci/run installs it with Debian's prometheus"
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False, cwd=RULES.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_sound_and_each_fires_when_it_should() -> None:
    promtool("check", "rules", "--lint-fatal", RULES.name)
    promtool("test", "rules", TESTS.name)


def test_each_rule_is_tested_both_ways_and_explained() -> None:
    cases = [case for test in yaml.safe_load(TESTS.read_text())["tests"] for case in test["alert_rule_test"]]
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    assert {case["alertname"] for case in cases if "exp_alerts" in case} == set(names)
    assert {case["alertname"] for case in cases if "exp_alerts" not in case} == set(names)
    told = OPERATIONS.read_text(encoding="utf-8")
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert set(rule["annotations"]) == {"summary", "description"}
        assert f"`{rule['alert']}`" in told


def test_whatever_rules_dashboard_and_page_name_there_is() -> None:
    assert named("roust_") <= families()
    told = set(re.findall(r"`(roust_[a-z_]+)", OPERATIONS.read_text(encoding="utf-8")))
    assert told <= families() | {name.removesuffix("_bucket") for name in families()}
    # And whatever there is, somebody is told of.
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in families()}
    assert bare - told == set()


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in panels()]
    assert len(set(ids)) == len(ids)
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == {"datasource", "service"}
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_prometheus_understands_each_expression_of_the_dashboard(tmp_path: Path) -> None:
    given = [text.replace("$__rate_interval", "5m").replace("$service", ".*") for text in expressions()]
    file = tmp_path / "rules.yml"
    group = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(given)]
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": group}]}))
    promtool("check", "rules", str(file))


def test_the_page_tells_where_rules_and_dashboard_are() -> None:
    assert "what-to-watch" in anchors(OPERATIONS)
    for path in (RULES, DASHBOARD):
        assert str(path.relative_to(ROOT)) in OPERATIONS.read_text(encoding="utf-8")


async def test_one_page_shows_our_figures_and_temporals_own(temporal_server: str) -> None:
    directory, channel = a_directory(), RecordingChannel()
    late = REGISTRY.get_sample_value("roust_page_lateness_seconds_sum") or 0.0
    with temporal_metrics() as runtime:
        client = await Client.connect(temporal_server, data_converter=pydantic_data_converter, runtime=runtime)
        pager = Pager(lambda: directory, {"email": channel}, CurrentLinks(lambda: directory))
        gateway = TemporalGateway(client, lambda: directory, task_queue="roust-monitoring")
        async with build_worker(client, pager, task_queue="roust-monitoring"):
            accepted = await gateway.trigger(Event(summary="x", severity="critical"), "checkout")
            await channel.until("ada", "mail")
            await gateway.acknowledge(str(accepted.id), "ada", "api")
            await gateway.resolve(str(accepted.id), "ada", "api")
        page = exposition().decode()
        await gateway.aclose()
    for name in named("temporal_"):
        assert re.search(rf"^{name}[{{ ]", page, re.MULTILINE), name
    for line in (
        'roust_events_total{service="checkout",status="triggered"}',
        'roust_pages_total{channel="email",kind="page",result="sent"}',
        'roust_first_page_seconds_count{service="checkout",urgency="high"}',
        'roust_acknowledge_seconds_count{service="checkout",urgency="high"}',
        'roust_alerts_resolved_total{service="checkout"}',
    ):
        assert line in page
    assert (REGISTRY.get_sample_value("roust_page_lateness_seconds_sum") or 0.0) - late < 60
    assert "temporal_num_pollers" not in exposition().decode()


# Ada as a word: other tests name their services at random, in hexadecimal.
@pytest.mark.parametrize("person", [r"example\.com", r"\+44", r"\bada\b"])
def test_no_label_names_a_person(person: str) -> None:
    labels = {value for family in REGISTRY.collect() for sample in family.samples for value in sample.labels.values()}
    assert not {value for value in labels if re.search(person, value)}
