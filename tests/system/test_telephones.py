"""A text and a call through a running Roust, each answered as a person would: by a reply, and by a key."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.twilio import FakeTwilio, a_twilio
from tests.system.processes import TOKEN, until, up

ADA, GRACE = "+447700900001", "+447700900002"
TEXT_KEY, CALL_KEY = "key-of-checkout-0123456789", "key-of-search-0123456789ab"

_YAML = """
url: {public}
link_keys: [a-key-for-the-system-tests-only-0123456789]
operators: [{{user: ada}}]
default_service: checkout
defaults: {{last_resort: [{{user: ada}}]}}
users:
  ada: {{contacts: {{text: {{sms: "{ada}"}}}}}}
  grace: {{contacts: {{call: {{voice: "{grace}"}}}}}}
escalation_policies:
  by-text: {{steps: [{{notify: [{{user: ada}}], wait: 1h}}]}}
  by-call: {{steps: [{{notify: [{{user: grace}}], wait: 1h}}]}}
services:
  checkout: {{escalation_policy: by-text, integration_keys: [{text_key}]}}
  search: {{escalation_policy: by-call, integration_keys: [{call_key}]}}
tokens:
  - {{name: ada-laptop, user: ada, role: responder, sha256: "{sha256}"}}
channels:
  twilio: {{account_sid: {account_sid}, auth_token: {auth_token}, from: "{from}", base_url: "{base_url}"}}
"""


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with a_twilio() as twilio:
        yield twilio


async def test_a_text_is_answered_by_a_reply_and_a_call_by_a_key(
    twilio: FakeTwilio, tmp_path: Path, state: Path, log: Path
) -> None:
    config = tmp_path / "roust.yaml"
    sha256 = hashlib.sha256(TOKEN.encode()).hexdigest()
    values = twilio.settings | {"public": twilio.public, "ada": ADA, "grace": GRACE, "sha256": sha256}
    config.write_text(_YAML.format(text_key=TEXT_KEY, call_key=CALL_KEY, **values))
    async with up(config, state, log) as (process, api), httpx2.AsyncClient(base_url=api.url, trust_env=False) as http:
        texted = await api.trigger(TEXT_KEY, "12 % of payments fail")
        called = await api.trigger(CALL_KEY, "search is slow")
        await twilio.until(2)
        [text], [call] = twilio.texts, twilio.calls
        assert (text.to, call.to) == (ADA, GRACE)

        # The list may lag behind the text, and a person behind both.
        async def acknowledged() -> bool:
            return "Acknowledged by you" in await twilio.reply(http, ADA, f"ack {text.code}")

        assert await until(acknowledged)
        assert "Acknowledged by you" in await twilio.press(http, call.action, "4")
        for alert, user in ((texted, "ada"), (called, "grace")):
            view = await api.view(alert)
            assert (view["state"], view["owner"]) == ("acknowledged", user)
    assert len(twilio.sent) == 2
    assert twilio.strangers == 0
    for secret in (ADA[1:], GRACE[1:], "the-auth-token", text.code):
        assert secret not in process.errors
