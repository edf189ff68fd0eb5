"""Metrics of a process: ours and the Temporal SDK's on one page; and a worker's own port for them."""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from roust.runtime.ports import claim

log = structlog.get_logger()

LOOPBACK = "127.0.0.1"


_temporal: list[str] = []


@contextmanager
def temporal_metrics() -> Iterator[Runtime]:
    """The Temporal runtime that a client must be made with, so that `exposition` shows the SDK's figures too."""
    (port,) = claim(LOOPBACK, (0, "--metrics-port"))
    address = f"{LOOPBACK}:{port}"
    runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    _temporal.append(address)
    try:
        yield runtime
    finally:
        _temporal.remove(address)


def exposition() -> bytes:
    """All figures of this process, ours and the Temporal SDK's, as Prometheus reads them."""
    return generate_latest(REGISTRY) + b"".join(map(_fetched, list(_temporal)))


@contextmanager
def serve_metrics(host: str, port: int, flag: str = "--metrics-port") -> Iterator[tuple[Runtime, int]]:
    """Serve /metrics and /healthz on `port` (0: any free one) while the context lasts.

    Yields the Temporal runtime that the client must be made with, and the port. Raises PortTaken.
    """
    (port,) = claim(host, (port, flag))

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(b"ok\n", "text/plain")
            elif self.path == "/metrics":
                self._answer(exposition(), CONTENT_TYPE_LATEST)
            else:
                self.send_error(404)

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A scrape each few seconds is nothing to log."""

    server = ThreadingHTTPServer((host, port), Page)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        with temporal_metrics() as runtime:
            yield runtime, port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _fetched(address: str) -> bytes:
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=2) as answer:
            return bytes(answer.read())
    except OSError as error:
        # Our own figures are worth having without the SDK's.
        log.warning("Temporal's own figures are missing from /metrics", why=str(error))
        return b""
