"""What providers say by codes of their own: whether trying again is useful, and the page by another contact."""

import json

import pytest

from tests.activities.providers import outcome
from tests.fakes.webhook_server import Reply, a_webhook_server

LATER, NEVER = "try_again", "refused"

# All of them with HTTP 200.
SLACK = {
    "ratelimited": LATER,
    "rate_limited": LATER,
    "internal_error": LATER,
    "fatal_error": LATER,
    "service_unavailable": LATER,
    "request_timeout": LATER,
    "team_added_to_org": LATER,
    "channel_not_found": NEVER,
    "is_archived": NEVER,
    "not_in_channel": NEVER,
    "invalid_auth": NEVER,
    "token_revoked": NEVER,
    "account_inactive": NEVER,
    "missing_scope": NEVER,
    "an_error_of_next_year": NEVER,
}
# https://www.twilio.com/docs/api/errors
TWILIO = {
    (400, 21211): NEVER,  # no number
    (400, 21610): NEVER,  # has unsubscribed
    (400, 21612): NEVER,  # no way to there
    (400, 21614): NEVER,  # takes no texts
    (401, 20003): NEVER,  # who are we?
    (403, 20005): NEVER,  # the account is closed
    (429, 20429): LATER,
    (400, 14107): LATER,
    (400, 21611): LATER,
    (500, 20500): LATER,
    (503, 20503): LATER,
    (201, 30001): LATER,  # its queue is full
    (201, 30003): NEVER,  # the phone is off
    (201, 30004): NEVER,  # blocked
    (201, 30005): NEVER,  # unknown
    (201, 30006): NEVER,  # a landline
    (201, 30007): NEVER,  # filtered by the carrier
    (201, 30008): NEVER,
}
NTFY = {401: NEVER, 403: NEVER, 404: NEVER, 413: NEVER, 429: LATER, 500: LATER, 507: LATER}


@pytest.mark.parametrize("error", SLACK)
async def test_slack_says_no_with_a_200(error: str) -> None:
    async with a_webhook_server() as server:
        body = json.dumps({"ok": False, "error": error}).encode()
        server.reply = Reply(200, {"Retry-After": "7"}, body)
        found = await outcome("slack", server.port)
    assert (found.result, found.said) == (SLACK[error], f"Slack says: {error}")
    assert found.retry_after == (7 if SLACK[error] == LATER else None)


@pytest.mark.parametrize("kind", ["sms", "voice"])
@pytest.mark.parametrize(("status", "code"), TWILIO)
async def test_twilio_says_it_by_a_number(status: int, code: int, kind: str) -> None:
    said = {"code": code} if status != 201 else {"sid": "SM1", "status": "failed", "error_code": code}
    async with a_webhook_server() as server:
        server.reply = Reply(status, body=json.dumps(said | {"message": "in words"}).encode())
        found = await outcome(kind, server.port)
    assert (found.result, found.said) == (TWILIO[status, code], f"Twilio {code}: in words")


@pytest.mark.parametrize("status", NTFY)
async def test_ntfy_says_it_by_the_status(status: int) -> None:
    async with a_webhook_server() as server:
        body = json.dumps({"code": status * 100 + 1, "http": status, "error": "in words"}).encode()
        server.reply = Reply(status, body=body)
        found = await outcome("ntfy", server.port)
    assert found.result == NTFY[status]
    assert f"HTTP {status}" in found.said
    assert "in words" in found.said
