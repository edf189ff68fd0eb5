"""OpenTelemetry, on a real server: an alert is one trace; without the variable nothing is traced."""

import uuid

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client

from activities.page import Pager
from roust.domain.errors import RoustError
from roust.runtime import tracing
from roust.runtime.connection import data_converter
from roust.runtime.links import Links
from roust.runtime.tracing import VARIABLES, interceptors
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.scene import an_input
from worker.main import build_worker
from workflows.messages import RESOLVE, WORKFLOW, Resolve, workflow_id

ENDPOINT = {VARIABLES[0]: "http://127.0.0.1:1", "OTEL_SERVICE_NAME": "roust-of-tests"}


async def test_an_alert_is_one_trace_from_its_start_to_the_page(temporal_server: str) -> None:
    spans = InMemorySpanExporter()
    client = await Client.connect(
        temporal_server,
        data_converter=data_converter({}),
        interceptors=interceptors(ENDPOINT, SimpleSpanProcessor(spans)),
    )
    queue, directory, channel = uuid.uuid4().hex, a_directory(), RecordingChannel()
    given = an_input(directory, key=queue, summary="the secret of the bank")
    async with build_worker(
        client, Pager(lambda: directory, {"email": channel}, Links(["key"], "http://x")), task_queue=queue
    ):
        handle = await client.start_workflow(WORKFLOW, given, id=workflow_id("checkout", queue), task_queue=queue)
        await channel.arrived.wait()
        await handle.signal(RESOLVE, Resolve(request="1", alert=None, by="ada"))
        await handle.result()
    found: dict[str, ReadableSpan] = {span.name: span for span in spans.get_finished_spans()}
    assert {"StartWorkflow:Alert", "RunWorkflow:Alert", "StartActivity:page", "RunActivity:page"} <= found.keys()
    begun = found["StartWorkflow:Alert"].context
    assert begun is not None
    assert {found[name].context.trace_id for name in ("RunWorkflow:Alert", "RunActivity:page")} == {begun.trace_id}
    assert found["RunActivity:page"].resource.attributes["service.name"] == "roust-of-tests"
    assert "the secret of the bank" not in "".join(span.to_json() for span in found.values())
    assert "ada@example.com" not in "".join(span.to_json() for span in found.values())


def test_without_the_variable_nothing_is_traced() -> None:
    assert interceptors({}) == []
    assert interceptors({VARIABLES[0]: ""}) == []


def test_what_is_not_installed_is_said_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda name: None)
    with pytest.raises(RoustError, match=r"roust\[otel\]"):
        interceptors(ENDPOINT)
