"""OpenTelemetry: where `OTEL_EXPORTER_OTLP_ENDPOINT` says where to, each alert is a trace of what it did."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from temporalio.client import Interceptor

from roust.domain.errors import RoustError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def interceptors(environment: Mapping[str, str], processor: "SpanProcessor | None" = None) -> Sequence[Interceptor]:
    """What the Temporal client, and each worker on it, is given to make spans with; none where no variable
    is set. `processor` stands in for the exporter.

    A span names workflows, activities and their ids; it holds no text of an alert and no address. Raises
    RoustError where the extra is not installed.
    """
    if not any(environment.get(name) for name in VARIABLES):
        return []
    if find_spec("opentelemetry.sdk") is None:
        raise RoustError(f"{VARIABLES[0]} is set, and the package is not installed: pip install 'roust[otel]'")
    # Only here: most have no use for it.
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from temporalio.contrib.opentelemetry import TracingInterceptor

    provider = TracerProvider(resource=Resource.create({"service.name": environment.get("OTEL_SERVICE_NAME", "roust")}))
    provider.add_span_processor(processor or _exporting())
    return [TracingInterceptor(provider.get_tracer("roust"))]


def _exporting() -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # It reads the endpoint, its headers and its timeout from OpenTelemetry's own variables.
    return BatchSpanProcessor(OTLPSpanExporter())
