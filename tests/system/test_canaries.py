"""Canary secrets: through a whole life with failures of every channel, none is left where it has no business."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client

from roust.runtime.connection import data_converter
from roust.runtime.ports import claim
from tests.fakes.mail_server import a_mail_server
from tests.fakes.slack import form, signed
from tests.fakes.twilio import FakeTwilio
from tests.fakes.webhook_server import serving
from tests.kept import kept
from tests.system.canaries import (
    EVERY_CONTACT,
    MAILS,
    NUMBERS,
    SECRETS,
    SLACK,
    Parrot,
    a_config,
    as_text,
    canaries,
    found_in,
)
from tests.system.processes import roust, until

KEY = {"Authorization": f"Bearer {SECRETS['integration-key']}"}
TOKEN = {"Authorization": f"Bearer {SECRETS['token']}"}


@pytest.fixture
async def parrot() -> AsyncIterator[Parrot]:
    server = Parrot()
    async with serving(server):
        yield server


async def outcomes(http: httpx2.AsyncClient, alert: str) -> dict[str, str]:
    """By contact: what became of Ada's page."""
    view = (await http.get(f"/v1/alerts/{alert}", headers=TOKEN)).json()
    return {e["contact"]: e["result"] for e in view["timeline"] if e.get("contact") and e.get("result")}


async def paged(http: httpx2.AsyncClient, alert: str, result: str) -> bool:
    return await outcomes(http, alert) == dict.fromkeys(EVERY_CONTACT, result)


async def triggered(http: httpx2.AsyncClient, key: str) -> str:
    body = {"summary": "payments fail", "dedup_key": key, "priority": "P1"}
    answer = await http.post("/v1/alerts", json=body, headers=KEY)
    assert answer.status_code == 202
    return str(answer.json()["id"])


async def refusals(http: httpx2.AsyncClient, alert: str) -> list[httpx2.Response]:
    """What is said to whoever shows the right secret in the wrong place, or the wrong thing with the right one."""
    key, token = SECRETS["integration-key"], SECRETS["token"]
    wrong = {"summary": 1, token: key, "priority": key, "labels": key}
    asked = [
        http.post("/v1/alerts", json=wrong, headers=KEY),
        http.post("/v1/alerts", content=f'{{"summary": "{key}', headers=KEY),
        http.post(f"/v1/alerts?key={key}", json={"summary": "x"}),
        http.get("/v1/alerts", headers=KEY),
        http.get(f"/v1/alerts?state={token}&cursor={token}", headers=TOKEN),
        http.get(f"/v1/alerts/{token}", headers=TOKEN),
        http.post(f"/v1/alerts/{alert}/snooze", json={"for": token}, headers=TOKEN),
        http.post(f"/v1/alerts/{alert}/reassign", json={"user": token}, headers=TOKEN),
        http.post(f"/v1/services/{token}/acknowledge", headers=TOKEN),
        http.post(f"/v1/schedules/{token}/overrides", json={"kind": token}, headers=TOKEN),
        http.post("/v1/maintenance", json={"services": [token]}, headers=TOKEN),
        http.delete(f"/v1/maintenance/{token}", headers=TOKEN),
        http.post(f"/in/alertmanager/{key}", content=b"{"),
        http.post(f"/in/alertmanager/{key}x", json={"alerts": []}),
        http.get(f"/in/alertmanager/{key}"),
        http.post(f"/in/webhook/kuma/{key}", content=b"{"),
        http.post(f"/in/webhook/nobody/{key}", content=b"{}"),
        http.post(f"/in/heartbeat/nobody/{key}"),
        http.post("/v2/enqueue", json={"routing_key": key, "event_action": token, "payload": token}),
        http.post("/v2/enqueue", json={"routing_key": f"{key}x", "event_action": "trigger"}),
        http.post("/in/slack/interactions", content=b"payload=" + key.encode(), headers=signed(b"x", key)),
        http.post("/in/twilio/sms", data={"From": NUMBERS[0], "Body": token}, headers={"X-Twilio-Signature": key}),
        http.post(f"/in/twilio/voice/{key}", data={"Digits": "4"}),
        http.post("/in/press", data={"press": key, "answer": "acknowledge"}),
        http.get(f"/a/{key}"),
        http.post(f"/a/{key}", data={"answer": token}),
        http.get(f"/{key}/{token}"),
        http.request("PURGE", f"/v1/alerts/{key}"),
    ]
    return [await one for one in asked]


async def answered(http: httpx2.AsyncClient, alert: str, parrot: Parrot) -> None:
    """A note, an update, a link, a text, a press in Slack; then it is over."""
    twilio = FakeTwilio(public=str(http.base_url).rstrip("/"))
    said = {"AccountSid": "AC" + "0" * 32, "MessageSid": "SM9", "From": NUMBERS[0], "To": NUMBERS[1], "Body": "ack"}
    text = await http.post(
        "/in/twilio/sms", data=said, headers=twilio.signed("/in/twilio/sms", said, SECRETS["twilio-token"])
    )
    assert text.status_code == 200
    pressed = {
        "type": "block_actions",
        "user": {"id": SLACK[0]},
        "response_url": parrot.url(f"/response/{SECRETS['bot-token']}"),
        "actions": [{"action_id": "roust.acknowledge", "value": "none of ours"}],
    }
    body = form(pressed)
    headers = signed(body, SECRETS["signing-secret"])
    assert (await http.post("/in/slack/interactions", content=body, headers=headers)).status_code == 200
    for path, words in (("notes", {"text": "a note"}), ("updates", {"text": "we look into it"})):
        assert (await http.post(f"/v1/alerts/{alert}/{path}", json=words, headers=TOKEN)).status_code == 200


async def test_no_secret_and_no_address_is_left_in_what_roust_leaves_behind(
    tmp_path: Path, state: Path, log: Path, parrot: Parrot
) -> None:
    [port] = claim("127.0.0.1", (0, "--port"))
    said: dict[str, str] = {}
    async with a_mail_server(login=("roust", SECRETS["smtp-password"])) as mail:
        config = a_config(tmp_path / "roust.yaml", port, mail, parrot)
        words = ("--config", str(config), "--state", str(state), "--port", str(port))
        loud = {"ROUST_LOG_LEVEL": "debug", "ROUST_LOG_FORMAT": "json"}
        async with roust("up", *words, "--temporal-port", "0", "--ui-port", "0", log=log, **loud) as process:
            await process.says(r"API\s+(http://\S+)")
            address = (await process.says(r"Temporal\s+(127\S+)"))[1]
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10.0, trust_env=False) as http:
                alerts = []
                for status, smtp, result in ((400, 550, "refused"), (503, 451, "try_again"), (200, None, "sent")):
                    parrot.status = status
                    for to in MAILS:
                        mail.refuse(to, f"{smtp} {to} roust/{SECRETS['smtp-password']}") if smtp else mail.forgive(to)
                    alert = await triggered(http, f"{status}")
                    alerts.append(alert)
                    await until(lambda alert=alert, result=result: paged(http, alert, result), 20.0)  # type: ignore[misc]
                links = {link for heard in parrot.heard for link in parrot.capabilities(heard)}
                assert len(links) >= 6
                await answered(http, alerts[-1], parrot)
                for number, one in enumerate(await refusals(http, alerts[-1])):
                    assert 400 <= one.status_code < 500, (number, one.text)
                    said[f"refusal {number}"] = one.text + str(one.headers)
                for alert in alerts:
                    assert (await http.post(f"/v1/alerts/{alert}/resolve", json={}, headers=TOKEN)).status_code == 200
                    view = await http.get(f"/v1/alerts/{alert}", headers=TOKEN)
                    said[f"timeline {alert}"] = view.text
                for path in ("/metrics", "/openapi.json", "/docs", "/readyz", "/healthz"):
                    said[path] = (await http.get(path)).text
                said["list"] = (await http.get("/v1/alerts?state=resolved", headers=TOKEN)).text
                said["report"] = (await http.get("/v1/report", headers=TOKEN)).text
            client = await Client.connect(address, data_converter=data_converter({}))
            said |= await kept(client)
        said["stdout"], said["stderr"] = "".join(process.said), process.errors
    # The providers heard them all: it is not for want of a canary that none is found.
    heard = "\n".join(parrot.heard)
    for name in ("bot-token", "ntfy-token", "hook", "topic", "apprise", "partner"):
        assert SECRETS[name] in heard, name
    assert all(number[1:] in heard for number in NUMBERS)
    said |= as_text(state)
    secrets = [*canaries(), *links]
    leaks = {place: leak for place, text in said.items() if (leak := found_in(text, secrets))}
    assert not leaks, "\n".join(f"{place}: {leak}" for place, leak in leaks.items())
