"""`POST /in/slack/interactions`: a press in Slack answers for whoever pressed; nothing forged, old or repeated does."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from api.intake import slack as intake
from roust.domain.alert import AlertState
from roust.runtime.presses import Presses
from tests.api.asking import Held, asking, two_services
from tests.builders import an_alert
from tests.fakes.answering import AnsweringGateway
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, Posted, Slack, a_slack, form, signed
from tests.waiting import until

ALERT = an_alert().id
TOKEN = Presses(["a-key-for-tests-only"], "").make(ALERT, "ada", 1).token
PATH = "/in/slack/interactions"


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with a_slack() as slack:
        yield slack


@pytest.fixture
def gateway() -> AnsweringGateway:
    return AnsweringGateway()


def a_company(base_url: str | None) -> Held:
    settings = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET}
    contacts = {"ada": {"chat": {"slack": "U0ADA"}}, "ben": {"chat": {"slack": "U0BEN"}}, "margaret": {}}
    users = {name: {"name": name.capitalize(), "contacts": found} for name, found in contacts.items()}
    channels = {"slack": settings | {"base_url": base_url}} if base_url else {}
    return Held(two_services(users=users, channels=channels))


@pytest.fixture
async def client(slack: Slack, gateway: AnsweringGateway) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(gateway, a_company(slack.base_url), key=None) as client:
        yield client


def a_page(token: str = TOKEN) -> Posted:
    names = ("acknowledge", "resolve", "escalate")
    elements = [{"action_id": f"roust.{name}", "value": token} for name in names]
    return Posted("D0ADA", "1.1", [{"text": "[P1] down", "blocks": [{"type": "actions", "elements": elements}]}])


def pressing(slack: Slack, button: str = "roust.acknowledge", by: str = "U0ADA", **parts: Any) -> bytes:
    # Slack's payload of each press differs: its own times and ids.
    unique = {"trigger_id": f"{time.monotonic_ns()}"}
    return form(slack.interaction(a_page(), button, by, **(unique | parts)))


async def send(client: httpx2.AsyncClient, body: bytes, **headers: str) -> httpx2.Response:
    return await client.post(PATH, content=body, headers=signed(body) | headers)


@pytest.mark.parametrize(
    ("button", "done"),
    [
        ("roust.acknowledge", ("acknowledge", ALERT, "ada", "slack")),
        ("roust.resolve", ("resolve", ALERT, "ada", "slack")),
        ("roust.escalate", ("escalate", ALERT, "ada", 1)),
    ],
)
async def test_a_press_does_what_its_button_says_and_tells_the_presser_alone(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, button: str, done: tuple[Any, ...]
) -> None:
    assert (await send(client, pressing(slack, button))).status_code == 200
    assert gateway.answers == [done]
    [whisper] = slack.whispers
    assert (whisper["response_type"], whisper["replace_original"]) == ("ephemeral", False)
    assert "by you at" in whisper["text"]


async def test_it_answers_for_whoever_pressed_not_for_whom_the_message_was(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    with capture_logs() as logs:
        await send(client, pressing(slack, by="U0BEN"))
    assert gateway.answers == [("acknowledge", ALERT, "ben", "slack")]
    audit = [(one["by"], one["shown"], one["alert"]) for one in logs if one["event"] == "audit"]
    assert audit == [("ben", "slack", ALERT)]


async def test_somebody_unknown_is_told_so_and_changes_nothing(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    assert (await send(client, pressing(slack, by="U0STRANGER"))).status_code == 200
    assert gateway.answers == []
    assert "Roust does not know you" in slack.whispers[0]["text"]


def forged(body: bytes) -> list[dict[str, str]]:
    good = signed(body)
    return [
        signed(body, "another-secret"),
        signed(body + b"x"),
        signed(body, at=time.time() - 301),
        signed(body, at=time.time() + 301),
        good | {"x-slack-request-timestamp": str(int(time.time()) - 1)},
        good | {"x-slack-request-timestamp": "soon"},
        good | {"x-slack-request-timestamp": ""},
        good | {"x-slack-request-timestamp": "9" * 40},
        good | {"x-slack-signature": good["x-slack-signature"].removeprefix("v0=")},
        good | {"x-slack-signature": "v0=" + "0" * 64},
        good | {"x-slack-signature": "v0="},
        good | {"x-slack-signature": ""},
        {"content-type": good["content-type"]},
        {"content-type": good["content-type"], "authorization": f"Bearer {BOT_TOKEN}"},
    ]


async def test_what_is_forged_or_stale_is_answered_alike_and_logged_once_each(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    body = pressing(slack)
    seen = set()
    cases = forged(body)
    for headers in cases:
        answer = await client.post(PATH, content=body, headers=headers)
        seen.add((answer.status_code, answer.text))
    assert [status for status, _ in seen] == [401]
    assert (gateway.answers, slack.whispers) == ([], [])
    assert capsys.readouterr().out.count("slack interaction refused") == len(cases)


async def test_the_same_request_again_is_a_replay(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    body = pressing(slack)
    headers = signed(body)
    statuses = [(await client.post(PATH, content=body, headers=headers)).status_code for _ in range(3)]
    assert statuses == [200, 401, 401]
    assert len(gateway.answers) == len(slack.whispers) == 1


async def test_without_slack_in_the_configuration_nobody_is_let_in(gateway: AnsweringGateway, slack: Slack) -> None:
    async with asking(gateway, a_company(None), key=None) as client:
        body = pressing(slack)
        for secret in ("", SIGNING_SECRET):
            assert (await client.post(PATH, content=body, headers=signed(body, secret))).status_code == 401
    assert gateway.answers == []


async def test_a_closed_alert_says_so_in_place_of_its_buttons(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    gateway.state = AlertState.RESOLVED
    for button in ("roust.acknowledge", "roust.escalate"):
        assert (await send(client, pressing(slack, button))).status_code == 200
    assert gateway.answers == []
    assert [whisper["replace_original"] for whisper in slack.whispers] == [True, True]
    assert all(whisper["text"].startswith("[P1] down\n") for whisper in slack.whispers)
    assert "Resolved at" in slack.whispers[0]["text"]


async def test_a_stale_escalate_is_refused_and_says_why(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    gateway.step = 2
    assert (await send(client, pressing(slack, "roust.escalate"))).status_code == 200
    assert gateway.answers == []
    assert "stale: step 2 is current by now, not step 1" in slack.whispers[0]["text"]
    assert slack.whispers[0]["replace_original"] is False


async def test_what_is_not_recorded_fails_for_slack_too(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    gateway.all_away = True
    assert (await send(client, pressing(slack))).status_code == 503
    assert "NOT acknowledged" in slack.whispers[0]["text"]
    gateway.all_away, gateway.no_worker = False, True
    assert (await send(client, pressing(slack))).status_code == 200
    assert "Recorded, not yet confirmed" in slack.whispers[1]["text"]


async def test_what_takes_too_long_is_not_called_done_and_is_told_later(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ANSWER_WITHIN", 0.05)
    gateway.slow = 0.3
    assert (await send(client, pressing(slack))).status_code == 503
    await until(lambda: slack.whispers)
    assert "Acknowledged by you" in slack.whispers[0]["text"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "http://169.254.169.254/latest",
        "http://[::1",
        "",
    ],
)
async def test_nobody_is_told_at_an_address_that_is_not_slacks(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def remembered(where: str, *_: Any) -> Any:
        told.append(where)
        raise ConnectionError

    monkeypatch.setattr(intake, "post", remembered)
    assert (await send(client, pressing(slack, response_url=url))).status_code == 200
    assert (len(gateway.answers), told) == (1, [])


async def test_a_press_counts_even_if_its_presser_cannot_be_told(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway
) -> None:
    assert (await send(client, pressing(slack, response_url=slack.url("/api/nothing")))).status_code == 200
    assert len(gateway.answers) == 1


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-3] + "AAA", Presses(["other"], "").make(ALERT, "ada", 1).token])
async def test_a_button_that_we_did_not_sign_changes_nothing(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, token: str
) -> None:
    body = form(slack.interaction(a_page(token), "roust.acknowledge", "U0ADA"))
    assert (await send(client, body)).status_code == 200
    assert gateway.answers == []
    assert "none of ours" in slack.whispers[0]["text"]


@pytest.mark.parametrize(
    "parts",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": None},
        {"actions": [None]},
        {"actions": [{"action_id": "roust.note", "value": TOKEN}]},
        {"actions": [{"action_id": "theirs", "value": TOKEN}]},
    ],
)
async def test_what_is_no_press_of_ours_is_taken_and_changes_nothing(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, parts: dict[str, Any]
) -> None:
    assert (await send(client, pressing(slack, **parts))).status_code == 200
    assert (gateway.answers, slack.whispers) == ([], [])


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"payload=[]", b"payload=%7B", b"a=b", b"payload={}&payload={}", b"\xff\xfe"]
)
async def test_nonsense_is_refused(client: httpx2.AsyncClient, gateway: AnsweringGateway, body: bytes) -> None:
    assert (await send(client, body)).status_code == 400
    assert gateway.answers == []


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
async def test_another_content_type_is_refused(
    client: httpx2.AsyncClient, slack: Slack, gateway: AnsweringGateway, content_type: str
) -> None:
    body = json.dumps(slack.interaction(a_page(), "roust.acknowledge", "U0ADA")).encode()
    answer = await send(client, body, **{"content-type": content_type})
    assert answer.status_code == 415
    assert gateway.answers == []
