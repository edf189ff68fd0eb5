"""Debian's Alertmanager, with receivers like the README's, into a running Roust."""

from pathlib import Path
from typing import Any

from roust.runtime.ports import claim
from tests.fakes.mail_server import MailServer
from tests.system.conftest import CHECKOUT_KEY, SEARCH_KEY, pages
from tests.system.processes import alertmanager, until, up


def receivers(url: str, key_file: Path) -> dict[str, Any]:
    """One receiver by webhook, one by PagerDuty's client, told apart by the label `by`."""
    return {
        "route": {
            "receiver": "roust",
            "group_by": ["alertname", "service"],
            "group_wait": "0s",
            "group_interval": "1s",
            "repeat_interval": "1h",
            "routes": [{"receiver": "roust-pagerduty", "matchers": ['by="pagerduty"']}],
        },
        "receivers": [
            {
                "name": "roust",
                "webhook_configs": [
                    {
                        "url": f"{url}/in/alertmanager",
                        "send_resolved": True,
                        "http_config": {"authorization": {"type": "Bearer", "credentials_file": str(key_file)}},
                    }
                ],
            },
            {
                "name": "roust-pagerduty",
                "pagerduty_configs": [{"url": f"{url}/v2/enqueue", "routing_key": SEARCH_KEY, "send_resolved": True}],
            },
        ],
    }


async def test_alertmanager_fires_and_resolves_by_webhook_and_by_its_pagerduty_client(
    config: Path, state: Path, log: Path, tmp_path: Path, mail: MailServer
) -> None:
    key_file = tmp_path / "roust.key"
    key_file.write_text(CHECKOUT_KEY)
    (port,) = claim("127.0.0.1", (0, "--port"))
    async with (
        up(config, state, log) as (_, api),
        alertmanager(receivers(api.url, key_file), tmp_path, port) as source,
    ):
        await source.fire("PaymentsFail", service="checkout", severity="critical")
        await until(lambda: len(pages(mail)) == 1)
        assert pages(mail) == [("ada", "[P1] checkout: PaymentsFail fires")]
        await source.over("PaymentsFail", service="checkout", severity="critical")
        await until(lambda: len(pages(mail)) == 2)
        assert pages(mail)[1] == ("ada", "Resolved: [P1] checkout: PaymentsFail fires")

        await source.fire("IndexStale", by="pagerduty", severity="critical")
        await until(lambda: len(pages(mail)) == 3)
        to, subject = pages(mail)[2]
        assert to == "ada"
        assert subject.startswith("[P2] search: [FIRING:1] IndexStale")
        await source.over("IndexStale", by="pagerduty", severity="critical")
        await until(lambda: len(pages(mail)) == 4)
        assert pages(mail)[3][1].startswith("Resolved: ")
    assert len(pages(mail)) == 4
