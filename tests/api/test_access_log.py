"""The access log: who asked for what, never with what secret."""

import pytest
from structlog.testing import capture_logs

from api.access_log import redacted
from tests.api.asking import KEY, asking, token_of
from tests.fakes.gateway import RecordingGateway


async def test_each_request_is_logged_without_its_secrets() -> None:
    with capture_logs() as logs:
        async with asking(RecordingGateway()) as client:
            await client.post(f"/in/alertmanager/{KEY}?token={KEY}", json={"alerts": []})
            await client.post("/v1/alerts", json={"summary": "x", "routing_key": KEY})
            await client.get(f"/a/{KEY}")
            await client.post("/v2/enqueue", json={"routing_key": KEY})
            await client.get(f"/nowhere?token={token_of('admin')}")
    requests = [(one["method"], one["path"], one["status"]) for one in logs if one["event"] == "request"]
    assert requests[:2] == [("POST", "/in/alertmanager/***", 202), ("POST", "/v1/alerts", 202)]
    assert requests[2][1] == "/a/***"
    assert len(requests) == 5
    assert KEY not in str(logs)
    assert token_of("admin") not in str(logs)


ALERT = "checkout-26d228663f13a88592a1-01a208a1-8842-7ea8-85b3-d14848c00a5a"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/v1/alerts", "/v1/alerts"),
        ("/v1/alerts?cursor=abc", "/v1/alerts"),
        ("/in/alertmanager", "/in/alertmanager"),
        ("/in/alertmanager/s3cret/more", "/in/alertmanager/***"),
        ("/IN/alertmanager/s3cret", "/IN/alertmanager/***"),
        ("/a/t0ken", "/a/***"),
        ("//in/alertmanager/s3cret", "//in/alertmanager/***"),
        ("/v1/alerts/k3y-where-none-belongs-0123", "/v1/alerts/***"),
        ("/k3y-where-none-belongs-0123/x", "/***/x"),
        (f"/v1/alerts/{ALERT}/notes", f"/v1/alerts/{ALERT}/notes"),
        ("/v1/x\r\nforged: line\x1b[31m", "/v1/x\\r\\nforged: line\\x1b[31m"),
    ],
)
def test_a_path_is_logged_without_what_opens_a_door(path: str, logged: str) -> None:
    assert redacted(path) == logged


async def test_each_change_by_a_person_is_in_the_audit_and_nothing_else_is() -> None:
    responder = {"Authorization": f"Bearer {token_of('responder')}"}
    with capture_logs() as logs:
        async with asking(RecordingGateway(), key=None) as client:
            await client.post("/v1/alerts", json={"summary": "x", "service": "search"}, headers=responder)
            await client.post("/v1/services/search/acknowledge", json={"by": "x" * 300}, headers=responder)
            await client.get("/v1/alerts", headers=responder)
            await client.post("/v1/alerts", json={"summary": "x"}, headers={"Authorization": f"Bearer {KEY}"})
            await client.post("/v1/alerts", json={"summary": "x"}, headers={"Authorization": "Bearer wrong"})
    audit = [one for one in logs if one["event"] == "audit"]
    assert [(one["by"], one["role"], one["method"], one["path"], one["status"]) for one in audit] == [
        ("responder", "responder", "POST", "/v1/alerts", 202),
        ("responder", "responder", "POST", "/v1/services/search/acknowledge", 422),
    ]
    assert {one["shown"] for one in audit} == {"responder"}
    assert token_of("responder") not in str(logs)


async def test_a_request_about_an_alert_names_it_and_nothing_else_that_stands_in_its_place() -> None:
    alert = f"checkout-{'0a1b2' * 4}-0198c0de-0000-7000-8000-000000000000"
    responder = {"Authorization": f"Bearer {token_of('responder')}"}
    with capture_logs() as logs:
        async with asking(RecordingGateway(), key=None) as client:
            await client.post(f"/v1/alerts/{alert}/notes", json={"text": "x" * 3000}, headers=responder)
            await client.get(f"/v1/alerts/{alert}")
            await client.get(f"/v1/alerts/{'5ecret' * 6}")
    assert "5ecret" not in str(logs)
    requests = [(one["event"], one.get("alert")) for one in logs if one["event"] in ("request", "audit")]
    assert requests == [
        ("request", alert),
        ("audit", alert),
        ("request", alert),
        ("request", None),
    ]
