"""A zoo of scanners and previewers at everything that answers an alert: nothing counts but a press."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx2
import pytest

from api.gateway import AlertPage
from roust.domain.directory import Directory
from roust.runtime.links import Links
from roust.runtime.presses import Presses
from roust.runtime.replies import Delivery, Replies
from tests.api.asking import Held, asking, two_services
from tests.fakes.answering import AnsweringGateway
from tests.fakes.twilio import FakeTwilio
from workflows.messages import AlertView, Standing

ALERT = "checkout-26d228663f13a88592a1-01a208a1-8842-7ea8-85b3-d14848c00a5a"
KEY = "a-key-for-tests-only"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ZOO = [
    "Mozilla/5.0 (compatible; Microsoft Defender for Office 365 Safe Links)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0) BitDefender",
    "BarracudaCentral/1.0",
    "Mimecast URL Protection",
    "Proofpoint URL Defense",
    "ZScaler/6.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; MSTeams-LinkPreview)",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Discordbot/2.0; +https://discordapp.com",
    "GoogleImageProxy",
    "Google-PageRenderer Google (+https://developers.google.com)",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/601.2.4 (KHTML, like Gecko) facebookexternalhit Twitterbot",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "python-requests/2.32",
    "curl/8.5.0",
    "",
]
PREFETCH = [
    {},
    {"purpose": "prefetch", "sec-purpose": "prefetch"},
    {"sec-purpose": "prefetch;prerender", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    {"x-purpose": "preview", "x-moz": "prefetch"},
    {"x-forwarded-for": "10.0.0.1", "x-http-method-override": "POST", "x-method-override": "POST"},
    {"range": "bytes=0-99", "accept": "image/*", "if-none-match": "*"},
]
LOOKING = ["GET", "HEAD", "OPTIONS", "PROPFIND", "TRACE"]
WITHOUT_THE_BUTTON = [
    (b"", FORM),
    (b"answer=", FORM),
    (b"answer=Acknowledge", FORM),
    (b"text=x&step=1", FORM),
    (b"answer=acknowledge", {"content-type": "text/plain"}),
    (b"answer=acknowledge", {}),
    (b'{"answer":"acknowledge"}', {"content-type": "application/json"}),
    (
        b'--x\r\ncontent-disposition: form-data; name="answer"\r\n\r\nacknowledge\r\n--x--',
        {"content-type": "multipart/form-data; boundary=x"},
    ),
    (b"<answer>acknowledge</answer>", {"content-type": "application/xml"}),
    (b"csp-report", {"content-type": "application/csp-report"}),
]


def paths() -> list[str]:
    """Everything that a page leads to, and what answers without one."""
    links, replies = Links([KEY], ""), Replies([KEY], "")
    press = Presses([KEY], "").make(ALERT, "ada", 1).token
    pressing = urlencode({"answer": "acknowledge", "press": press})
    return [
        links.answer_url(ALERT, "ada"),
        links.answer_url(ALERT, "ada") + "?answer=acknowledge",
        replies.short_url(ALERT, "ada"),
        links.page_url(ALERT, "ada", "0123456789abcdef"),
        replies.call_url(ALERT, "ada", 1),
        replies.call_url(ALERT, "ada", 1) + "?Digits=4",
        replies.status_url(Delivery(ALERT, "ada", "text", "sms")),
        f"/press?{pressing}",
        "/in/twilio/sms?Body=ack&From=%2B447700900001",
        "/in/slack/interactions",
        f"/v1/alerts/{ALERT}/acknowledge",
    ]


class Looked(AnsweringGateway):
    """It may be looked at as well."""

    async def view(self, alert: str) -> AlertView:
        now = await self.standing(alert)
        known = now.model_dump(include=set(AlertView.model_fields) & set(Standing.model_fields))
        return AlertView(**known, id=alert, timeline=[])

    async def page_alerts(self, service: str, page: str) -> list[str]:
        return [ALERT]

    async def paging(self, service: str) -> int:
        return 1

    async def list(self, state: str | None, service: str | None, limit: int, cursor: str | None) -> AlertPage:
        return AlertPage([(ALERT, await self.standing(ALERT))], None)


@pytest.fixture
def gateway() -> Looked:
    return Looked()


@pytest.fixture
def directory() -> Directory:
    twilio = FakeTwilio(url="http://127.0.0.1:9").settings
    return two_services(link_keys=[KEY], channels={"twilio": twilio})


@pytest.fixture
async def client(gateway: Looked, directory: Directory) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(gateway, Held(directory), key=None) as client:
        yield client


async def test_whoever_only_looks_changes_nothing(client: httpx2.AsyncClient, gateway: Looked) -> None:
    for path in paths():
        for number, agent in enumerate(ZOO):
            headers = {"user-agent": agent} | PREFETCH[number % len(PREFETCH)]
            for method in LOOKING:
                answer = await client.request(method, path, headers=headers)
                assert answer.status_code < 500, (method, path, agent)
                assert not answer.is_redirect
    assert (gateway.answers, gateway.told) == ([], [])


async def test_a_post_without_the_button_changes_nothing(client: httpx2.AsyncClient, gateway: Looked) -> None:
    for path in paths():
        for body, headers in WITHOUT_THE_BUTTON:
            for method in ("POST", "PUT", "PATCH"):
                answer = await client.request(method, path, content=body, headers=headers)
                assert answer.status_code < 500, (method, path, body)
                assert not answer.is_redirect
    assert (gateway.answers, gateway.told) == ([], [])


async def test_a_press_after_all_that_still_counts(client: httpx2.AsyncClient, gateway: Looked) -> None:
    await client.get(paths()[0])
    answer = await client.post(paths()[0], data={"answer": "acknowledge"})
    assert answer.status_code < 500
    assert [(verb, by, via) for verb, _, by, via in gateway.answers] == [("acknowledge", "ada", "link")]
