"""Secrets are compared in constant time: what is shown goes through `hmac.compare_digest`, right or wrong."""

import hashlib
import hmac
from typing import Any

import pytest

from roust.runtime.links import Links
from roust.runtime.presses import Presses
from tests.api.asking import KEY, Held, asking, token_of, two_services
from tests.fakes.gateway import RecordingGateway
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, form, signed
from tests.fakes.twilio import ACCOUNT, FakeTwilio

LINK_KEY = "a-key-for-tests-only"
DIRECTORY = two_services(
    url="https://roust.example.com",
    link_keys=[LINK_KEY],
    channels={
        "twilio": FakeTwilio(url="http://127.0.0.1:9").settings,
        "slack": {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": "http://127.0.0.1:9/api"},
    },
)
TEXT = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": "+447700900001", "To": "+15550100", "Body": "ack"}
PRESSED = form({"type": "block_actions", "user": {"id": "U0ADA"}, "actions": []})
LINK = Links([LINK_KEY], "").answer_url("checkout-1", "ada")
PRESS = Presses([LINK_KEY], "").make("checkout-1", "ada", 1).token


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def wrong(secret: str) -> str:
    """As long, and other from the first letter on."""
    return ("A" if secret[0] != "A" else "B") + secret[1:]


TWILIO = FakeTwilio().signed("/in/twilio/sms", TEXT)["X-Twilio-Signature"]
SLACK = signed(PRESSED)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Everything that went through the comparison, both sides."""
    seen: list[Any] = []
    compare = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:
        seen.extend([one, other])
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    return seen


async def ask(method: str, path: str, **more: Any) -> int:
    async with asking(RecordingGateway(), Held(DIRECTORY), key=None) as client:
        return (await client.request(method, path, **more)).status_code


@pytest.mark.parametrize("secret", [KEY, "nobody's"])
@pytest.mark.parametrize("path", ["/v1/alerts", "/in/alertmanager", "/in/webhook/x"])
async def test_a_key_is_compared_with_each_that_there_is(path: str, secret: str, compared: list[Any]) -> None:
    await ask("POST", path, headers=bearer(secret), json={"summary": "x"})
    assert sha256(secret) in compared
    keys = [key.get_secret_value() for service in DIRECTORY.services.values() for key in service.integration_keys]
    assert {sha256(key) for key in keys if key} <= set(compared)


@pytest.mark.parametrize("secret", [token_of("viewer"), "nobody's"])
async def test_a_token_is_compared_with_each_that_there_is(secret: str, compared: list[Any]) -> None:
    await ask("GET", "/v1/alerts", headers=bearer(secret))
    assert sha256(secret) in compared
    assert {bytes.fromhex(token.sha256) for token in DIRECTORY.tokens} <= set(compared)


@pytest.mark.parametrize(
    "shown", [SLACK["x-slack-signature"], wrong(SLACK["x-slack-signature"])], ids=["right", "wrong"]
)
async def test_slacks_signature_is(shown: str, compared: list[Any]) -> None:
    await ask("POST", "/in/slack/interactions", headers=SLACK | {"x-slack-signature": shown}, content=PRESSED)
    assert shown.encode() in compared


@pytest.mark.parametrize("shown", [TWILIO, wrong(TWILIO)], ids=["right", "wrong"])
async def test_twilios_signature_is(shown: str, compared: list[Any]) -> None:
    await ask("POST", "/in/twilio/sms", headers={"X-Twilio-Signature": shown}, data=TEXT)
    assert shown.encode() in compared


async def test_what_a_link_and_a_button_are_signed_with_is(compared: list[Any]) -> None:
    for method, path, more in (
        ("GET", LINK, {}),
        ("GET", LINK[:-1] + ("A" if LINK[-1] != "A" else "Q"), {}),
        ("POST", "/press", {"data": {"press": PRESS, "answer": "acknowledge"}}),
    ):
        compared.clear()
        await ask(method, path, **more)
        assert compared, path
