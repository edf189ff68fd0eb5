"""A worker's own metrics port: ours and the Temporal SDK's on one page, and whether the process lives."""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import REGISTRY, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from roust.runtime.ports import claim

LOOPBACK = "127.0.0.1"


@contextmanager
def serve_metrics(host: str, port: int, flag: str = "--metrics-port") -> Iterator[tuple[Runtime, int]]:
    """Serve /metrics and /healthz on `port` (0: any free one) while the context lasts.

    Yields the Temporal runtime that the client must be made with, and the port. Raises PortTaken.
    """
    (port, sdk_port) = claim(host, (port, flag), (0, flag))
    sdk = f"{LOOPBACK}:{sdk_port}"
    runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=sdk)))

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(b"ok\n", "text/plain")
            elif self.path == "/metrics":
                self._answer(generate_latest(REGISTRY) + _fetched(sdk), CONTENT_TYPE_LATEST)
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
        yield runtime, port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _fetched(address: str) -> bytes:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=2) as answer:
        return bytes(answer.read())
