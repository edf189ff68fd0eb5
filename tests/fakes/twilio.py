"""A Twilio on a free port: it checks who asks, remembers what it was sent, and signs what it posts back."""

import base64
import hashlib
import hmac
import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.serving import served
from tests.waiting import until

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "the-auth-token-of-the-account", "+15550100"


@dataclass
class Sent:
    """One request for a text (`Messages`) or a call (`Calls`), as it came in."""

    resource: str
    form: dict[str, str]
    sid: str

    @property
    def to(self) -> str:
        return self.form["To"]

    @property
    def body(self) -> str:
        return self.form["Body"]

    @property
    def code(self) -> str:
        found = re.search(r"Reply \w+ ([0-9A-Z]{6})$", self.body, re.MULTILINE)
        assert found, self.body
        return found[1]

    @property
    def action(self) -> str:
        """Where the call's keys go."""
        gather = ET.fromstring(self.form["Twiml"]).find("Gather")
        assert gather is not None
        return gather.attrib["action"]


@dataclass
class FakeTwilio:
    """`sent` in order; `errors` by number: (HTTP status, Twilio's code, words)."""

    url: str = ""
    public: str = "https://roust.example.com"
    sent: list[Sent] = field(default_factory=list)
    errors: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    strangers: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        return {"account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "base_url": self.url}

    @property
    def texts(self) -> list[Sent]:
        return [one for one in self.sent if one.resource == "Messages"]

    @property
    def calls(self) -> list[Sent]:
        return [one for one in self.sent if one.resource == "Calls"]

    async def until(self, count: int) -> list[Sent]:
        """Everything sent, once it is `count` pieces."""
        await until(lambda: len(self.sent) >= count)
        return self.sent

    async def take(self, request: Request) -> JSONResponse:
        pair = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}" or request.path_params["account"] != ACCOUNT:
            self.strangers += 1
            return JSONResponse({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        form = {name: str(value) for name, value in (await request.form()).multi_items()}
        if form["To"] in self.errors:
            status, code, words = self.errors[form["To"]]
            return JSONResponse({"code": code, "message": words, "status": status}, status)
        resource = request.path_params["resource"]
        sid = f"{'SM' if resource == 'Messages' else 'CA'}{len(self.sent):032x}"
        self.sent.append(Sent(resource, form, sid))
        return JSONResponse({"sid": sid, "status": "queued", "to": form["To"], "error_code": None}, 201)

    def signed(self, path: str, fields: dict[str, str], token: str = TOKEN) -> dict[str, str]:
        """The header that Twilio signs a callback with, after its documentation."""
        said = self.public + path
        for name in sorted(fields):
            said += name + fields[name]
        mac = hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()
        return {"X-Twilio-Signature": base64.b64encode(mac).decode()}

    async def post(self, http: httpx2.AsyncClient, url: str, fields: dict[str, str]) -> httpx2.Response:
        """Post `fields` to the path of the public `url`, signed."""
        path = urlsplit(url).path
        whole = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"} | fields
        return await http.post(path, data=whole, headers=self.signed(path, whole))

    async def reply(self, http: httpx2.AsyncClient, number: str, body: str, sid: str | None = None) -> str:
        """Somebody answers a text; what they are told."""
        self.replies = getattr(self, "replies", 0) + 1
        fields = {"MessageSid": sid or f"SMr{self.replies:031x}", "From": number, "To": NUMBER, "Body": body}
        answer = await self.post(http, f"{self.public}/in/twilio/sms", fields)
        assert answer.status_code == 200, answer.text
        return said(answer)

    async def press(self, http: httpx2.AsyncClient, action: str, key: str, call: str = "CA1") -> str:
        """Somebody presses a key in a call; what the voice says."""
        answer = await self.post(http, action, {"CallSid": call, "Digits": key, "To": "+1", "From": NUMBER})
        assert answer.status_code == 200, answer.text
        return said(answer)


def said(answer: httpx2.Response) -> str:
    """The words of TwiML; it must be well formed."""
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)
    assert root.tag == "Response"
    return " ".join(words.strip() for words in root.itertext())


@asynccontextmanager
async def a_twilio() -> AsyncIterator[FakeTwilio]:
    """It listens on loopback."""
    fake = FakeTwilio()
    app = Starlette(routes=[Route("/2010-04-01/Accounts/{account}/{resource}.json", fake.take, methods=["POST"])])
    async with served(app) as fake.url:
        yield fake
