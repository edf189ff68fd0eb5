"""A provider that misbehaves, through a running Roust: the mail arrives instead, and the API says what happened."""

import json
from pathlib import Path

from drill.proxy import Trouble, a_proxy
from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_server import Reply, a_webhook_server
from tests.system.conftest import SEARCH_KEY, pages
from tests.system.processes import Api, until, up


async def test_the_mail_arrives_and_the_timeline_says_why_by_mail_alone(
    config: Path, state: Path, log: Path, mail: MailServer
) -> None:
    async with a_webhook_server() as hooks, a_proxy("127.0.0.1", hooks.port) as proxy:
        hooks.replies = {"/gone": Reply(410, body=b"moved away long ago")}
        proxy.trouble = Trouble.DROP
        _give_ada(config, {"hook": proxy.address, "old": f"127.0.0.1:{hooks.port}/gone"})
        async with up(config, state, log) as (process, api):
            alert = await api.trigger(SEARCH_KEY, "search is down")
            await until(lambda: pages(mail)[:1] == [("ada", "[P1] search: search is down")])
            told = await until(lambda: _told(api, alert))
            assert ("old", "refused", "HTTP 410: moved away long ago") in told
            assert ("hook", "try_again", "the connection broke off before it was taken") in told
            assert ("mail", "sent", "2.0.0 queued as 1") in told
            # It is tried on, and gets the page in the end.
            proxy.trouble = Trouble.NONE
            [page] = await until(lambda: [one for one in hooks.taken if one.path == "/"])
            assert page.json["user"] == "ada"
            assert await api.acknowledge(alert) == 200
        assert proxy.address not in process.errors


def _give_ada(config: Path, hooks: dict[str, str]) -> None:
    """All her contacts at once: a webhook each besides her mail."""
    contacts = {"mail": {"email": "ada@example.com"}} | {
        name: {"webhook": f"http://{where}"} for name, where in hooks.items()
    }
    given = config.read_text()
    ada = "ada: {contacts: {mail: {email: ada@example.com}}}"
    assert ada in given
    given = given.replace(ada, f"ada: {json.dumps({'contacts': contacts})}").replace("wait: 4s", "wait: 1h")
    config.write_text(given + "  webhook: {allow: [127.0.0.0/8]}\n")


async def _told(api: Api, alert: str) -> list[tuple[str, str, str]]:
    """(contact, result, the provider's words), once something is said of all three."""
    entries = [e for e in (await api.view(alert))["timeline"] if e["kind"] == "paged"]
    told = [(e["contact"], e["result"], e["said"]) for e in entries]
    return told if {contact for contact, *_ in told} == {"mail", "hook", "old"} else []
