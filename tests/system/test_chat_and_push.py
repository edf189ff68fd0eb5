"""A page by Slack, by ntfy and by Apprise, each acknowledged by what it carries: real processes, fake providers."""

import hashlib
import json
import re
from pathlib import Path

import httpx2

from roust.runtime.ports import claim
from tests.fakes.ntfy import Ntfy, an_ntfy
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, Slack, a_slack
from tests.fakes.webhook_server import WebhookServer, a_webhook_server
from tests.system.processes import TOKEN, Api, asking, roust, until

KEYS = {name: f"key-of-{name}-0123456789" for name in ("checkout", "search", "mail")}


def a_config(file: Path, port: int, slack: Slack, ntfy: Ntfy, other: WebhookServer) -> Path:
    """Ada is reached by Slack, Ben by ntfy, Carl by Apprise."""
    policies = {
        name: {"steps": [{"notify": [{"user": user}], "wait": "1h"} for user in (name, "ben")]}
        for name in ("ada", "ben", "carl")
    }
    slack_settings = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": slack.base_url}
    written = {
        "url": f"http://127.0.0.1:{port}",
        "link_keys": ["a-key-for-the-system-tests-only-0123456789"],
        "operators": [{"user": "ben"}],
        "default_service": "checkout",
        "defaults": {"last_resort": [{"user": "ben"}]},
        "users": {
            "ada": {"contacts": {"chat": {"slack": "U0ADA00"}}},
            "ben": {"contacts": {"push": {"ntfy": ntfy.topic("ben")}}},
            "carl": {"contacts": {"other": {"apprise": f"json://127.0.0.1:{other.port}/carl"}}},
        },
        "escalation_policies": policies,
        "services": {
            service: {"escalation_policy": policy, "integration_keys": [KEYS[service]]}
            for service, policy in (("checkout", "ada"), ("search", "ben"), ("mail", "carl"))
        },
        "tokens": [
            {"name": "t", "user": "ada", "role": "responder", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}
        ],
        "channels": {"slack": slack_settings, "ntfy": {"allow": ["127.0.0.0/8"]}, "apprise": {"schemas": ["json"]}},
    }
    file.write_text(json.dumps(written))  # JSON is YAML.
    return file


async def test_a_page_is_acknowledged_by_what_it_carries_in_slack_by_ntfy_and_by_apprise(
    tmp_path: Path, state: Path, log: Path
) -> None:
    async with a_slack() as slack, an_ntfy() as ntfy, a_webhook_server() as other:
        slack.members = {"U0ADA00": "D0ADA"}
        [port] = claim("127.0.0.1", (0, "--port"))
        config = a_config(tmp_path / "roust.yaml", port, slack, ntfy, other)
        words = ("--config", str(config), "--state", str(state), "--port", str(port))
        async with roust("up", *words, "--temporal-port", "0", "--ui-port", "0", log=log) as process:
            await process.says(r"API\s+(http://\S+)")
            async with asking(f"http://127.0.0.1:{port}") as api:
                await _by_slack(api, slack)
                await _by_ntfy(api, ntfy)
                await _by_apprise(api, other)
    assert [(message.channel, message.thread is None) for message in slack.messages] == [
        ("D0ADA", True),
        ("D0ADA", False),
    ]
    assert ntfy.titles == [("ben", "[P1] search: search is down")]
    assert "U0ADA00" not in process.errors
    assert "D0ADA" not in process.errors


async def _by_slack(api: Api, slack: Slack) -> None:
    alert = await api.trigger(KEYS["checkout"], "checkout is down")
    [page] = await until(lambda: slack.messages)
    await until(lambda: api.has_paged(alert, "ada"))
    assert (await slack.press(api.url, page, "roust.acknowledge", "U0ADA00")).status_code == 200
    assert await api.state(alert) == "acknowledged"
    await until(lambda: page.text.endswith("(Acknowledged by ada)"))
    assert (await slack.press(api.url, page, "roust.resolve", "U0ADA00")).status_code == 200
    await until(lambda: len(slack.messages) == 2)
    assert page.text == "Resolved: [P1] checkout: checkout is down (Resolved)"
    assert page.buttons == {}
    await until(lambda: len(slack.whispers) == 2)
    assert [whisper["text"].split(" at ")[0] for whisper in slack.whispers] == [
        "Acknowledged by you",
        "Resolved by you",
    ]
    assert "D0ADA" not in json.dumps(await api.view(alert))


async def _by_ntfy(api: Api, ntfy: Ntfy) -> None:
    alert = await api.trigger(KEYS["search"], "search is down")
    [push] = await until(lambda: ntfy.published)
    await until(lambda: api.has_paged(alert, "ben"))
    assert (await ntfy.press(push, "Acknowledge")).status_code == 200
    view = await api.view(alert)
    assert (view["state"], view["owner"]) == ("acknowledged", "ben")


async def _by_apprise(api: Api, other: WebhookServer) -> None:
    alert = await api.trigger(KEYS["mail"], "mail is down")
    [page] = await until(lambda: other.requests)
    await until(lambda: api.has_paged(alert, "carl"))
    link = re.search(r"http://127\S+/a/\S+", page.json["message"])
    assert link is not None
    async with httpx2.AsyncClient(timeout=10.0, trust_env=False) as http:
        assert (await http.post(link[0], data={"answer": "acknowledge"})).status_code == 200
    view = await api.view(alert)
    assert (view["state"], view["owner"]) == ("acknowledged", "carl")
    assert len(other.requests) == 1
