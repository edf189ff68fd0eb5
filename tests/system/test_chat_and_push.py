"""A page by Slack and one by ntfy, each acknowledged by its own button: real processes, providers that remember."""

import hashlib
import json
from pathlib import Path

from roust.runtime.ports import claim
from tests.fakes.ntfy import Ntfy, an_ntfy
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, Slack, a_slack
from tests.system.processes import TOKEN, Api, roust, until

CHECKOUT_KEY, SEARCH_KEY = "key-of-checkout-0123456789", "key-of-search-0123456789ab"


def a_config(file: Path, port: int, slack: Slack, ntfy: Ntfy) -> Path:
    """Ada is reached by Slack, Ben by ntfy."""
    policy = {name: {"steps": [{"notify": [{"user": name}], "wait": "1h"}]} for name in ("ada", "ben")}
    for steps in policy.values():
        steps["steps"].append({"notify": [{"user": "ben"}], "wait": "1h"})
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
        },
        "escalation_policies": policy,
        "services": {
            "checkout": {"escalation_policy": "ada", "integration_keys": [CHECKOUT_KEY]},
            "search": {"escalation_policy": "ben", "integration_keys": [SEARCH_KEY]},
        },
        "tokens": [
            {"name": "t", "user": "ada", "role": "responder", "sha256": hashlib.sha256(TOKEN.encode()).hexdigest()}
        ],
        "channels": {"slack": slack_settings, "ntfy": {"allow": ["127.0.0.0/8"]}},
    }
    file.write_text(json.dumps(written))  # JSON is YAML.
    return file


async def test_a_page_is_acknowledged_by_its_own_button_in_slack_and_by_ntfy(
    tmp_path: Path, state: Path, log: Path
) -> None:
    async with a_slack() as slack, an_ntfy() as ntfy:
        slack.members = {"U0ADA00": "D0ADA"}
        [port] = claim("127.0.0.1", (0, "--port"))
        config = a_config(tmp_path / "roust.yaml", port, slack, ntfy)
        words = ("--config", str(config), "--state", str(state), "--port", str(port))
        async with roust("up", *words, "--temporal-port", "0", "--ui-port", "0", log=log) as process:
            await process.says(r"API\s+(http://\S+)")
            api = Api(f"http://127.0.0.1:{port}")
            await _by_slack(api, slack)
            await _by_ntfy(api, ntfy)
    assert [(message.channel, message.thread is None) for message in slack.messages] == [
        ("D0ADA", True),
        ("D0ADA", False),
    ]
    assert ntfy.titles == [("ben", "[P1] search: search is down")]
    assert "U0ADA00" not in process.errors
    assert "D0ADA" not in process.errors


async def _by_slack(api: Api, slack: Slack) -> None:
    alert = await api.trigger(CHECKOUT_KEY, "checkout is down")
    [page] = await until(lambda: slack.messages)
    await until(lambda: api.has_paged(alert, "ada"))
    assert (await slack.press(api.url, page, "roust.acknowledge", "U0ADA00")).status_code == 200
    assert await api.state(alert) == "acknowledged"
    await until(lambda: page.text.endswith("(Acknowledged by ada)"))
    assert (await slack.press(api.url, page, "roust.resolve", "U0ADA00")).status_code == 200
    await until(lambda: len(slack.messages) == 2)
    assert page.text == "Resolved: [P1] checkout: checkout is down (Resolved)"
    assert page.buttons == {}
    assert [whisper["text"].split(" at ")[0] for whisper in slack.whispers] == [
        "Acknowledged by you",
        "Resolved by you",
    ]
    assert "D0ADA" not in json.dumps(await api.view(alert))


async def _by_ntfy(api: Api, ntfy: Ntfy) -> None:
    alert = await api.trigger(SEARCH_KEY, "search is down")
    [push] = await until(lambda: ntfy.published)
    await until(lambda: api.has_paged(alert, "ben"))
    assert (await ntfy.press(push, "Acknowledge")).status_code == 200
    view = await api.view(alert)
    assert (view["state"], view["owner"]) == ("acknowledged", "ben")
