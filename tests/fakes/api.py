"""Roust's HTTP API as the command line meets it: a real server that remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    method: str
    path: str
    query: dict[str, str]
    authorization: str | None
    body: Any


@dataclass
class FakeApi:
    """Answers what `replies` says for (method, path): status, body (a text goes out as it is), headers."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    replies: dict[tuple[str, str], tuple[int, Any, dict[str, str]]] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 1000

    def answers(self, method: str, path: str, status: int, body: Any, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[method, path] = (status, body, named)

    def answer(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        self.asked.append(asked)
        found = self.replies.get((asked.method, asked.path))
        if found is not None:
            return found
        if (asked.method, asked.path) == ("GET", "/v1/alerts"):
            return 200, self._listed(asked.query), {}
        return 404, an_error("not_found", "no such alert"), {}

    def _listed(self, query: dict[str, str]) -> dict[str, Any]:
        wanted = [
            alert
            for alert in self.alerts
            if query.get("state") in (None, alert["state"]) and query.get("service") in (None, alert["service"])
        ]
        begin = int(query.get("cursor", "0"))
        end = begin + min(int(query.get("limit", "50")), self.page_size)
        return {"alerts": wanted[begin:end], "next": str(end) if end < len(wanted) else None}


def an_error(code: str, message: str, fields: list[Any] | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or []}}


@contextmanager
def serving() -> Iterator[FakeApi]:
    """A FakeApi on a free port of this machine."""
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            body = json.loads(raw) if raw else None
            query = dict(parse_qsl(parts.query))
            asked = Asked(self.command, parts.path, query, self.headers.get("authorization"), body)
            status, answer, headers = api.answer(asked)
            sent = (answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)).encode(
                "utf-8", "backslashreplace"
            )
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_DELETE = _do

        def log_message(self, format: str, *args: object) -> None:
            """The test's own output says more."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
