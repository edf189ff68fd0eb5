"""Bodies, errors and headers: the same on every path."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.app import create_app
from api.body import MOST_BYTES
from tests.api.asking import KEY, Held, asking, two_services
from tests.fakes.gateway import RecordingGateway

POSTS = ["/v1/alerts", "/in/alertmanager", f"/in/alertmanager/{KEY}", "/v2/enqueue", "/v2/change/enqueue"]


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("path", POSTS)
async def test_a_body_over_a_mebibyte_is_refused(path: str) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        told = await client.post(path, content=b"x" * (MOST_BYTES + 1))
        chunked = await client.post(path, content=chunks(*[b"x" * 65536] * 17))
    assert (told.status_code, chunked.status_code) == (413, 413)
    assert told.json()["error"]["code"] == "too_large"
    assert gateway.told == []


async def test_a_body_of_just_a_mebibyte_pages() -> None:
    gateway = RecordingGateway()
    frame = b'{"summary": "%s"}'
    body = frame % (b"x" * (MOST_BYTES - len(frame) + 2))
    assert len(body) == MOST_BYTES
    async with asking(gateway) as client:
        assert (await client.post("/v1/alerts", content=body)).status_code == 202
    assert len(gateway.told) == 1


async def test_a_length_that_lies_is_not_believed() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        low = await client.post("/v1/alerts", content=b"x" * (MOST_BYTES + 1), headers={"content-length": "5"})
        huge = await client.post("/v1/alerts", content=b"{}", headers={"content-length": "9" * 40})
    assert (low.status_code, huge.status_code) == (413, 413)


async def test_a_body_that_never_ends_is_let_go() -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b'{"summary":'
        await asyncio.Event().wait()

    async with asking(RecordingGateway(), body_seconds=0.05) as client:
        answer = await client.post("/v1/alerts", content=dripping())
    assert answer.status_code == 408
    assert answer.json()["error"]["code"] == "too_slow"


async def test_a_sender_who_goes_away_is_not_answered_and_nothing_is_told() -> None:
    gateway = RecordingGateway()
    app = create_app(gateway, Held(two_services()))
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/alerts", "raw_path": b"/v1/alerts", "query_string": b"",
        "headers": [(b"authorization", f"Bearer {KEY}".encode())], "http_version": "1.1", "scheme": "http",
        "server": ("roust", 80), "client": ("127.0.0.1", 1), "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip
    await app(scope, receive, send)
    assert sent == []
    assert gateway.told == []


async def test_compressed_bodies_are_refused_clearly() -> None:
    async with asking(RecordingGateway()) as client:
        answer = await client.post(
            "/v1/alerts",
            content=gzip.compress(b'{"summary": "x"}'),
            headers={"content-encoding": "gzip"},
        )
    assert answer.status_code == 415
    assert "uncompressed" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b'{"summary": }', "line 1, column 13"),
        (b'{"summary":\n "x",}', "line 2, column"),
        (b"<xml/>", "line 1, column 1"),
        (b"{} {}", "line 1, column 4"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 500 + b"]" * 500, "nested too deeply"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "nested too deeply"),
        (b"\x00\x01\x02", "not JSON"),
    ],
)
async def test_what_is_no_json_is_refused_with_its_place(body: bytes, place: str) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        for path in ("/v1/alerts", "/in/alertmanager"):
            answer = await client.post(path, content=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed_json")
            assert place in answer.json()["error"]["message"]
        event = await client.post("/v2/enqueue", content=body)
    assert event.status_code == 400
    assert place in event.json()["errors"][0]
    assert gateway.told == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
async def test_every_encoding_of_json_is_read(encoding: str) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post("/v1/alerts", content='{"summary": "Überlast"}'.encode(encoding))
    assert answer.status_code == 202
    assert gateway.summaries == ["Überlast"]


async def test_a_wrong_encoding_does_not_cost_a_page() -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post("/v1/alerts", content='{"summary": "Überlast"}'.encode("latin-1"))
    assert answer.status_code == 202
    assert gateway.summaries == ["\ufffdberlast"]


@pytest.mark.parametrize("path", POSTS)
async def test_a_trailing_slash_is_the_same_path_and_nothing_ever_redirects(path: str) -> None:
    async with asking(RecordingGateway()) as client:
        for body in (b"{}", json.dumps({"summary": "x"}).encode()):
            plain = await client.post(path, content=body)
            slashed = await client.post(path + "/", content=body)
            assert plain.status_code == slashed.status_code
            assert not 300 <= slashed.status_code < 400


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("POST", "/nowhere/", 404, "not_found"),
        ("POST", "//v1/alerts", 404, "not_found"),
        ("DELETE", "/v1/alerts", 405, "method_not_allowed"),
        ("GET", "/v2/enqueue", 405, "method_not_allowed"),
        ("GET", "/in/alertmanager/../../etc/passwd", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_said_in_the_same_shape(method: str, path: str, status: int, code: str) -> None:
    async with asking(RecordingGateway()) as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["code"], error["fields"]) == (code, [])
    assert error["message"]


async def test_what_breaks_here_says_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = RecordingGateway()

    async def broken(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(gateway, "trigger", broken)
    async with asking(gateway) as client:
        for path in ("/v1/alerts", "/in/alertmanager"):
            answer = await client.post(path, json={"summary": "x"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
            assert "hunter2" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_answer_carries_the_security_headers() -> None:
    async with asking(RecordingGateway()) as client:
        answers = [
            await client.post("/v1/alerts", json={"summary": "x"}),
            await client.post("/v1/alerts", content=b"{"),
            await client.post("/v1/alerts", content=b"x" * (MOST_BYTES + 1)),
            await client.post("/v1/alerts", json={"summary": "x"}, headers={"Authorization": "Bearer no"}),
            await client.get("/nowhere"),
            await client.get("/docs"),
        ]
    assert [answer.status_code for answer in answers] == [202, 400, 413, 401, 404, 200]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_documentation_shows_every_intake_with_an_example_and_loads_nothing() -> None:
    async with asking(RecordingGateway(), key=None) as client:
        page = (await client.get("/docs")).text
        schema = (await client.get("/openapi.json")).json()
    for path in ("/v1/alerts", "/in/alertmanager", "/v2/enqueue"):
        assert f"POST {path}" in page
        body = schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body["examples"]
        assert body["properties"]
    assert "$ref" not in json.dumps(
        [operation.get("requestBody") for operation in schema["paths"]["/v1/alerts"].values()]
    )
    assert "<script" not in page
    assert "//cdn" not in page


async def test_a_method_that_a_path_does_not_take_is_told_all_that_it_takes() -> None:
    async with asking(RecordingGateway()) as client:
        answer = await client.request("OPTIONS", "/in/heartbeat/nightly")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
