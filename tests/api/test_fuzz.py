"""Fuzz: whatever is sent to whatever there is, it is done, or refused with a reason; never a 5xx, never silence."""

import json
import re
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.twilio.inbox import Inbox
from roust.runtime.links import Links
from roust.runtime.presses import Presses
from roust.runtime.replies import Delivery, Replies
from tests.api.asking import KEY, Held, token_of, two_services
from tests.api.fuzzing import EXAMPLES, MOST_IN_A_URL, WORDS, Asked, forms, interactions, mostly, operations
from tests.api.test_hostile_input import VALUES
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, form, signed
from tests.fakes.twilio import ACCOUNT, FakeTwilio
from tests.fakes.twilio import said as twiml
from tests.fakes.willing_gateway import WillingGateway

LINK_KEY = "a-key-for-tests-only"
ALERT = WillingGateway().alert
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECTORY = two_services(
    url="https://roust.example.com",
    link_keys=[LINK_KEY],
    schedules={
        "primary": {
            "time_zone": "Europe/Berlin",
            "layers": [{"users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}],
        }
    },
    intakes={"kuma": {"summary": "msg", "dedup_key": "to_string(id)", "labels": {"x": "labels.x"}}},
    heartbeats={"nightly": {"service": "checkout", "every": "25h"}},
    channels={
        "twilio": FakeTwilio(url="http://127.0.0.1:9").settings,
        "slack": {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": "http://127.0.0.1:9/api"},
    },
)
APP = create_app(WillingGateway(), Held(DIRECTORY))
SPEC = APP.openapi()
OPERATIONS = operations(SPEC, ALERT)
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
INTAKES = ("/v1/alerts", "/in/", "/v2/enqueue")


def asking(gateway: WillingGateway, key: str | None = KEY) -> httpx2.AsyncClient:
    """A client of the one application, which from now on goes by `gateway`: to put it together takes longer than
    a request."""
    APP.state.gateway, APP.state.twilio = gateway, Inbox()
    transport = httpx2.ASGITransport(app=APP, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.AsyncClient(transport=transport, base_url="http://roust", headers=headers)


def in_order(answer: httpx2.Response, what: object) -> None:
    """No 5xx, no redirect; a refusal says why in our one shape (Events v2 has its own)."""
    assert answer.status_code < 500, (what, answer.text)
    assert not answer.is_redirect, what
    if answer.status_code >= 400 and answer.headers.get("content-type") == "application/json" and answer.content:
        said = answer.json()
        assert said.get("status") == "invalid event" or said["error"]["message"], (what, said)


def test_the_openapi_names_every_parameter_of_a_path() -> None:
    for path, methods in SPEC["paths"].items():
        for operation in methods.values():
            named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path)), path


@pytest.mark.parametrize("operation", OPERATIONS)
@FUZZ
@given(data=st.data(), shown=mostly(st.sampled_from([KEY, token_of("admin")]), st.sampled_from(["stranger", ""])))
async def test_no_request_of_the_openapi_breaks_anything(operation: str, data: st.DataObject, shown: str) -> None:
    one: Asked = data.draw(OPERATIONS[operation])
    gateway = WillingGateway()
    async with asking(gateway, key=shown or None) as client:
        answer = await client.request(one.method, one.path, content=one.body, headers=one.headers)
    in_order(answer, (one, shown))
    method, _, path = operation.partition(" ")
    known = SPEC["paths"][path][method]["responses"].keys()
    assert known & {str(answer.status_code), f"{answer.status_code // 100}XX"}, (one, answer.status_code)
    assert "json" in answer.headers.get("content-type", "json"), one
    # Nothing is dropped in silence: what an intake took was told, or the answer says that it was not.
    told = len(gateway.told) + len(gateway.beats)
    if one.method == "POST" and one.path.startswith(INTAKES) and answer.status_code == 202 and not told:
        said = answer.text
        assert any(word in said for word in ("dropped", "ignored", '"stored":0', '"alerts":[]', "change")), (one, said)
    if answer.status_code >= 400:
        assert (told, gateway.answers, gateway.done) == (0, [], []), one


@FUZZ
@given(fields=forms(), where=st.integers(0, 2), words=WORDS)
async def test_nothing_that_twilio_may_send_breaks_anything(fields: dict[str, str], where: int, words: str) -> None:
    gateway, fake = WillingGateway(), FakeTwilio()
    replies = Replies([LINK_KEY], "")
    path = urlsplit(
        [
            "/in/twilio/sms",
            replies.call_url(ALERT, "ada", 1),
            replies.status_url(Delivery(ALERT, "ada", "text", "sms")),
        ][where]
    ).path
    whole = {"AccountSid": ACCOUNT} | fields
    async with asking(gateway, key=None) as client:
        answer = await client.post(path, data=whole, headers=fake.signed(path, whole))
        in_order(answer, (path, whole))
        if where < 2 and answer.status_code == 200:
            assert twiml(answer) is not None
        raw = words.encode("utf-8", "surrogatepass")
        in_order(await client.post(path, content=raw, headers=FORM | fake.signed(path, {})), (path, raw))


@FUZZ
@given(payload=interactions())
async def test_nothing_that_slack_may_send_breaks_anything(payload: object) -> None:
    gateway = WillingGateway()
    async with asking(gateway, key=None) as client:
        for body in (urlencode({"payload": json.dumps(payload)}).encode(), form({"payload": payload})):
            in_order(await client.post("/in/slack/interactions", content=body, headers=signed(body)), payload)
    assert gateway.answers == []


@FUZZ
@given(answer=WORDS, text=WORDS, token=WORDS, mine=st.booleans())
async def test_nothing_that_is_posted_to_a_link_or_a_button_breaks_anything(
    answer: str, text: str, token: str, mine: bool
) -> None:
    gateway = WillingGateway()
    link = (
        Links([LINK_KEY], "").answer_url(ALERT, "ada")
        if mine
        else f"/a/{urlencode({'': token[:MOST_IN_A_URL]}, errors='replace')}"
    )
    press = Presses([LINK_KEY], "").make(ALERT, "ada", 1).token if mine else token
    fields = {"answer": answer, "text": text, "step": text, "mark": token}
    async with asking(gateway, key=None) as client:
        for path, said in ((link, fields), ("/press", {"answer": answer, "press": press})):
            body = urlencode(said, errors="replace").encode()
            in_order(await client.post(path, content=body, headers=FORM), (path, said))
    assert gateway.answers == []


@pytest.mark.parametrize("name", VALUES)
async def test_hostile_values_in_a_mapped_payload_page_or_are_refused(name: str) -> None:
    value, gateway = VALUES[name], WillingGateway()
    bodies = [
        value,
        f'{{"msg": {value}}}',
        f'{{"msg": "x", "id": {value}}}',
        f'{{"msg": "x", "labels": {{"x": {value}}}}}',
    ]
    async with asking(gateway) as client:
        for body in bodies:
            before = len(gateway.told)
            answer = await client.post("/in/webhook/kuma", content=body.encode("utf-8", "surrogatepass"))
            in_order(answer, body[:200])
            assert (len(gateway.told) > before) == (answer.status_code == 202), (body[:200], answer.text)


@pytest.mark.parametrize("name", VALUES)
async def test_a_heartbeat_is_heard_whatever_it_carries(name: str) -> None:
    gateway = WillingGateway()
    body = VALUES[name].encode("utf-8", "surrogatepass")
    async with asking(gateway) as client:
        for method in ("GET", "POST"):
            answer = await client.request(method, "/in/heartbeat/nightly", content=body)
            refused = {405, 413} if len(body) > 2**20 else {405}
            assert answer.status_code in {202} | refused, answer.text
            assert ("nightly" in [name for name, _ in gateway.beats]) or answer.status_code in refused
