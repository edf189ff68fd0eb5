"""Every line that a page writes says which alert it is about, and tells no secret."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from roust.runtime.logging import configure_logging
from tests.activities.pages import a_pager, a_request, ada_with, run_page
from tests.builders import an_alert
from tests.fakes.recording_channel import RecordingChannel

Lines = Callable[[], list[dict[str, Any]]]
CANARY = "+447700987654"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged as JSON since the test began."""
    stream, root = io.StringIO(), logging.getLogger()
    before = (root.handlers, root.level)
    configure_logging("info", "json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = before[0], before[1]
    structlog.reset_defaults()


async def test_every_line_of_a_page_names_its_alert(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = RecordingChannel()
    channel.fail("ada", "text", RuntimeError(f"no route to {CANARY}"))

    async def send(message: Any, contact: Any) -> Any:
        # As every channel that renders does: its own line, deep down.
        structlog.get_logger().error("message not rendered; sent plain", key=message.key)
        logging.getLogger("aiosmtplib").warning("connection lost to %s", contact.address)
        return await RecordingChannel.send(channel, message, contact)

    monkeypatch.setattr(channel, "send", send)
    await run_page(a_pager(channel, ada_with({"text": {"sms": CANARY}})), a_request("user:ada"))
    assert len(lines()) == 3
    assert {line.get("alert") for line in lines()} == {an_alert().id}
    assert "987654" not in json.dumps(lines())


def test_a_line_of_temporals_own_names_the_beginning_of_the_alert(lines: Lines) -> None:
    details = {"workflow_id": "alert/check-out/0123456789abcdef0123", "attempt": 7}
    for name in ("temporal_workflow", "temporal_activity"):
        logging.getLogger("temporalio").warning("task failed", extra={name: details})
    logging.getLogger("temporalio").warning("task failed", extra={"temporal_workflow": {"workflow_id": "heartbeat/x"}})
    logging.getLogger("temporalio").warning("task failed", extra={"temporal_workflow": "nonsense", "other": CANARY})
    first, second, third, fourth = lines()
    assert first["alert"] == second["alert"] == "check-out-0123456789abcdef0123"
    assert "alert" not in third | fourth
    assert CANARY not in json.dumps(fourth)
    assert not any("temporal" in key for line in lines() for key in line)
