"""`POST /press`: a button of a push answers for its person; nothing else does."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx2
import pytest
from structlog.testing import capture_logs

from roust.domain.alert import AlertState
from roust.runtime.links import Links
from roust.runtime.presses import Presses
from tests.api.asking import asking
from tests.builders import an_alert
from tests.fakes.answering import AnsweringGateway

ALERT = an_alert().id
KEY = "a-key-for-tests-only"
PRESS = Presses([KEY], "http://127.0.0.1:8420").make(ALERT, "ada", 1).token
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def gateway() -> AnsweringGateway:
    return AnsweringGateway()


@pytest.fixture
async def client(gateway: AnsweringGateway) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(gateway, key=None) as client:
        yield client


async def press(client: httpx2.AsyncClient, answer: str = "acknowledge", token: str = PRESS) -> httpx2.Response:
    return await client.post("/press", content=urlencode({"answer": answer, "press": token}), headers=FORM)


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        ("acknowledge", ("acknowledge", ALERT, "ada", "push")),
        ("resolve", ("resolve", ALERT, "ada", "push")),
        ("escalate", ("escalate", ALERT, "ada", 1)),
    ],
)
async def test_a_press_does_what_its_button_says(
    client: httpx2.AsyncClient, gateway: AnsweringGateway, answer: str, done: tuple[str, str, str, str]
) -> None:
    with capture_logs() as logs:
        came = await press(client, answer)
    assert came.status_code == 200
    assert "by you at" in came.json()["outcome"]
    audit = [(one["by"], one["shown"], one["alert"]) for one in logs if one["event"] == "audit"]
    assert audit == [("ada", "press", ALERT)]
    assert gateway.answers == [done]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
async def test_nothing_but_a_post_is_a_press(
    client: httpx2.AsyncClient, gateway: AnsweringGateway, method: str
) -> None:
    query = urlencode({"answer": "acknowledge", "press": PRESS})
    for path in ("/press", f"/press?{query}"):
        assert (await client.request(method, path)).status_code == 405
    assert (await client.post(f"/press?{query}", headers=FORM)).status_code == 401
    assert gateway.answers == []


def one_letter_off(token: str) -> list[str]:
    return [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(0, len(token) - 1, 7)]


NOT_A_PRESS = [
    *one_letter_off(PRESS),
    "",
    "x",
    PRESS + "x",
    "é",
    "x" * 5000,
    Presses(["another-key"], "").make(ALERT, "ada", 1).token,
    Links([KEY], "").answer_url(ALERT, "ada").rpartition("/")[2],
]


@pytest.mark.parametrize("token", NOT_A_PRESS)
async def test_what_we_did_not_sign_for_a_button_changes_nothing(
    client: httpx2.AsyncClient, gateway: AnsweringGateway, token: str
) -> None:
    came = await press(client, token=token)
    assert (came.status_code, came.json()["error"]["code"]) == (401, "unauthorized")
    assert gateway.answers == []


def test_a_buttons_token_is_no_answer_link() -> None:
    with pytest.raises(Exception, match="damaged"):
        Links([KEY], "").read(PRESS)


async def test_any_other_form_is_refused(client: httpx2.AsyncClient, gateway: AnsweringGateway) -> None:
    body = urlencode({"answer": "acknowledge", "press": PRESS})
    for content_type in ("application/json", "text/plain", "multipart/form-data", ""):
        assert (await client.post("/press", content=body, headers={"content-type": content_type})).status_code == 415
    for twice in (f"{body}&press={PRESS}", f"{body}&answer=resolve"):
        assert (await client.post("/press", content=twice, headers=FORM)).status_code in (401, 422)
    assert (await press(client, "acknowledge-all")).status_code == 422
    assert (await press(client, "note")).status_code == 422
    assert gateway.answers == []


async def test_a_closed_alert_and_a_stale_step_are_refused_with_the_reason(
    client: httpx2.AsyncClient, gateway: AnsweringGateway
) -> None:
    gateway.step = 2
    stale = await press(client, "escalate")
    gateway.state = AlertState.RESOLVED
    over = await press(client)
    assert (stale.status_code, over.status_code) == (409, 409)
    assert "stale: step 2 is current by now" in stale.json()["error"]["message"]
    assert "Resolved at" in over.json()["error"]["message"]
    assert gateway.answers == []


async def test_an_app_shows_failure_exactly_when_it_was_not_recorded(
    client: httpx2.AsyncClient, gateway: AnsweringGateway
) -> None:
    gateway.all_away = True
    away = await press(client)
    assert (away.status_code, away.headers["retry-after"]) == (503, "5")
    assert "NOT acknowledged" in away.json()["error"]["message"]
    gateway.all_away, gateway.no_worker = False, True
    recorded = await press(client)
    assert recorded.status_code == 202
    assert recorded.headers["access-control-allow-origin"] == "*"


async def test_a_press_leaves_no_token_in_the_log(
    client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await press(client)
    await press(client, token=PRESS[:-4] + "AAAA")
    captured = capsys.readouterr()
    assert PRESS[:20] not in captured.out + captured.err
    assert captured.out.count("press refused") == 1
