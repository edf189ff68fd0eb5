"""The sandbox around workflow code: entered less often, and as strict as the SDK's own."""

import time

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.converter import WorkflowSerializationContext
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import RestrictedWorkflowAccessError

from roust.runtime.connection import data_converter
from roust.runtime.encryption import VARIABLE
from worker.sandbox import sandbox

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@workflow.defn
class ByTheClock:
    @workflow.run
    async def run(self) -> float:
        return time.time()


async def test_workflow_code_sees_no_clock(env: WorkflowEnvironment) -> None:
    async with Worker(
        env.client,
        task_queue="clock",
        workflows=[ByTheClock],
        workflow_runner=sandbox(),
        workflow_failure_exception_types=[RestrictedWorkflowAccessError],
    ):
        with pytest.raises(WorkflowFailureError) as failed:
            await env.client.execute_workflow(ByTheClock.run, id="by-the-clock", task_queue="clock")
    assert "time.time" in str(failed.value.cause)


@pytest.mark.parametrize("environment", [{}, {VARIABLE: KEY}], ids=["plain", "encrypted"])
def test_no_payload_is_treated_otherwise_than_another(environment: dict[str, str]) -> None:
    # The sandbox does not say whom a payload is for: whoever must know has to be told of it in worker/sandbox.py.
    converter = data_converter(environment)
    assert converter.with_context(WorkflowSerializationContext("default", "alert/checkout/1")) is converter
    assert converter.external_storage is None
