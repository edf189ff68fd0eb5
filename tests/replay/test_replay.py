"""The replay gate: histories of before still replay, so open alerts climb on after an upgrade."""

import json
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from roust.domain.notification import PageRequest, PageResult
from roust.runtime.connection import data_converter
from worker.sandbox import sandbox
from workflows import calls
from workflows.alert import AlertWorkflow
from workflows.heartbeat import HeartbeatWorkflow
from workflows.maintenance import MaintenanceWorkflow
from workflows.overrides import OverridesWorkflow
from workflows.stakeholders import StakeholdersWorkflow

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def a_replayer() -> Replayer:
    return Replayer(
        workflows=[AlertWorkflow, HeartbeatWorkflow, MaintenanceWorkflow, OverridesWorkflow, StakeholdersWorkflow],
        data_converter=data_converter({}),
        workflow_runner=sandbox(),
    )


def history(path: Path) -> WorkflowHistory:
    recorded = json.loads(path.read_text())
    started = recorded["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], recorded)


async def test_what_a_newer_release_began_goes_on_where_it_makes_no_difference() -> None:
    unanswered = next(path for path in HISTORIES if path.stem == "unanswered")
    recorded = history(unanswered)
    [given] = recorded.events[0].workflow_execution_started_event_attributes.input.payloads
    given.data = json.dumps(json.loads(given.data) | {"climbs_otherwise": True}).encode()
    await a_replayer().replay_workflow(recorded)


def test_there_are_histories_of_every_shape() -> None:
    assert len(HISTORIES) >= 30


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_history_of_before_still_replays(path: Path) -> None:
    await a_replayer().replay_workflow(history(path))


async def test_a_change_of_order_in_the_workflow_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    page = calls.page

    def paged_after_a_timer(request: PageRequest, summary: str) -> workflow.ActivityHandle[PageResult]:
        workflow.start_activity("something new", start_to_close_timeout=calls.timedelta(seconds=1))
        return page(request, summary)

    monkeypatch.setattr(calls, "page", paged_after_a_timer)
    unanswered = next(path for path in HISTORIES if path.stem == "unanswered")
    with pytest.raises(workflow.NondeterminismError):
        await a_replayer().replay_workflow(history(unanswered))
