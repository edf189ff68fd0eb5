"""Logs are events with fields, and hold no secret and no address."""

import io
import json
import logging

import pytest
import structlog

from roust.runtime.logging import configure_logging
from roust.runtime.redaction import redact, redact_text


@pytest.fixture
def lines():
    """What was logged as JSON since the test began."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers, root.level)
    configure_logging("info", "auto", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = before[0], before[1]
    structlog.reset_defaults()


def test_an_event_keeps_its_fields(lines) -> None:
    structlog.get_logger().info("page sent", alert="checkout-1", user="ada", step=2)
    (event,) = lines()
    assert (event["event"], event["alert"], event["user"], event["step"]) == (
        "page sent",
        "checkout-1",
        "ada",
        2,
    )
    assert event["level"] == "info"
    assert event["timestamp"].endswith("Z")


def test_what_nobody_will_read_is_not_looked_through_for_secrets(lines) -> None:
    class Fields(dict[str, str]):
        looked = 0

        def items(self):
            self.looked += 1
            return super().items()

    it = Fields(alert="checkout-1")
    structlog.get_logger().debug("page sent", it=it)
    assert (it.looked, lines()) == (0, [])
    structlog.get_logger().info("page sent", it=it)
    assert (it.looked, len(lines())) == (1, 1)


def test_a_library_s_log_takes_the_same_way(lines) -> None:
    logging.getLogger("temporalio.worker").warning("lost %s", "ada@example.com")
    assert [e["event"] for e in lines()] == ["lost ***"]


def test_a_traceback_is_redacted(lines) -> None:
    try:
        raise ValueError("550 no such user ada@example.com")
    except ValueError:
        structlog.get_logger().exception("send failed")
    (event,) = lines()
    assert "ada@example.com" not in json.dumps(event)
    assert "550 no such user ***" in event["exception"]


def test_the_access_log_of_uvicorn_never_speaks(lines) -> None:
    logging.getLogger("uvicorn.access").info("POST /in/alertmanager/SECRET")
    assert lines() == []


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("POST /in/alertmanager/k3y-of-checkout HTTP/1.1", "POST /in/alertmanager/*** HTTP/1.1"),
        ("POST /in/webhook/kuma/k3y-of-checkout HTTP/1.1", "POST /in/webhook/*** HTTP/1.1"),
        ("GET /in/heartbeat/nightly/k3y?x=1", "GET /in/heartbeat/***?x=1"),
        ("GET /a/eyJhIjoi.Zm9v.sig", "GET /a/***"),
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer ***"),
        (
            '{"routing_key": "R0UT1NGKEY", "event_action": "trigger"}',
            '{"routing_key": "***", "event_action": "trigger"}',
        ),
        ("smtp://ada:secret@mail.example.com:587", "smtp://***@mail.example.com:587"),
        ("to ada.l+pager@mail.example.co.uk refused", "to *** refused"),
        ("calling +44 7700 900001 now", "calling *** now"),
        ("+447700900001", "***"),
        ("https://hooks.example.com/services/T0/B0/xyz", "***"),
    ],
)
def test_keys_tokens_and_addresses_are_struck_out(text: str, clean: str) -> None:
    assert redact_text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000",
        "2026-03-02T12:00:00+00:00",
        "step 2 of 3, pass 1",
        "http://127.0.0.1:8420/v1/alerts",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("name", ["secret", "integration_key", "auth_token", "password", "to_address", "phone", "key"])
def test_a_field_with_a_secret_s_name_is_struck_out(name: str) -> None:
    assert redact({"deep": [{name: "anything"}]}) == {"deep": [{name: "***"}]}


def test_a_dedup_key_is_no_secret() -> None:
    assert redact({"dedup_key": "disk-full", "user": "ada"}) == {"dedup_key": "disk-full", "user": "ada"}
