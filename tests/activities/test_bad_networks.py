"""Networks and providers that misbehave, through a real proxy: the page reaches the person by another contact."""

import pytest

from activities.channels.channel import Channel
from activities.channels.webhook import WebhookChannel
from drill.proxy import Trouble, a_proxy
from roust.domain.notification import PageResult
from roust.domain.settings import WebhookSettings
from tests.activities.pages import a_pager, a_request, ada_with, became, run_page
from tests.fakes.webhook_server import WebhookServer, a_webhook_server

SAID = {
    Trouble.RESET: "ReadError|ConnectError|RemoteProtocolError|WriteError|reset|disconnect",
    Trouble.GARBAGE: "RemoteProtocolError|illegal|status line",
    Trouble.CUT: "RemoteProtocolError|disconnect|without|closed",
    Trouble.HOLD: "no answer within",
    Trouble.SLOW: "no answer within",
}


async def paged_through(trouble: Trouble) -> tuple[PageResult, WebhookServer]:
    """Ada has a hook behind trouble, and one that is well."""
    async with a_webhook_server() as server, a_proxy("127.0.0.1", server.port) as proxy:
        proxy.trouble = trouble
        contacts = {
            "behind": {"webhook": f"http://{proxy.address}/behind"},
            "well": {"webhook": server.url("/well")},
        }
        hooks: dict[str, Channel] = {
            "webhook": WebhookChannel(WebhookSettings.model_validate({"allow": ["127.0.0.0/8"]}))
        }
        result = await run_page(a_pager(channels=hooks, directory=ada_with(contacts)), a_request("user:ada"))
        return result, server


@pytest.mark.parametrize("trouble", SAID)
async def test_a_contact_behind_a_bad_network_does_not_keep_the_page_from_the_other(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.attempt.DEADLINE", 1.0)
    result, server = await paged_through(trouble)
    assert sorted(became(result)) == [("ada", "behind", "try_again"), ("ada", "well", "sent")]
    assert [request.path for request in server.requests].count("/well") == 1
    [said] = [outcome.said for outcome in result.outcomes if outcome.planned.contact == "behind"]
    assert any(word in said for word in SAID[trouble].split("|")), said


async def test_through_a_proxy_without_trouble_both_are_sent() -> None:
    result, server = await paged_through(Trouble.NONE)
    assert sorted(became(result)) == [("ada", "behind", "sent"), ("ada", "well", "sent")]
    assert sorted(request.path for request in server.requests) == ["/behind", "/well"]
