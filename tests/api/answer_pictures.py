"""The answer page in a real Chromium; `python -m tests.api.answer_pictures` renews the docs' pictures.

The alert on them climbs on a real server: a worker pages Ada, who has not answered yet.
"""

import asyncio
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.page import Pager
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.runtime.links import Links
from tests.activities.notice_pictures import PICTURES, a_browser
from tests.api.answering import link
from tests.api.seen import step_of
from tests.api.serving import an_app
from tests.builders import a_directory
from tests.conftest import a_temporal_server
from tests.fakes.recording_channel import RecordingChannel
from tests.serving import served
from worker.main import build_worker

PHONE = {"width": 390, "height": 780}
COMPANY: dict[str, Any] = {
    "users": {
        "ada": {"name": "Ada Lovelace", "time_zone": "Europe/London", "contacts": {"mail": {"email": "a@example.com"}}},
        "grace": {"name": "Grace Hopper", "contacts": {"mail": {"email": "g@example.com"}}},
    },
    "teams": {},
    "operators": [{"user": "grace"}],
    "defaults": {"last_resort": [{"user": "grace"}]},
    "schedules": {
        "payments-primary": {
            "time_zone": "Europe/London",
            "layers": [{"name": "weekly", "users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}],
        }
    },
    "escalation_policies": {
        "payments": {
            "steps": [
                {"notify": [{"schedule": "payments-primary"}], "wait": "5m"},
                {"notify": [{"user": "grace"}], "wait": "10m"},
            ],
            "repeats": 2,
        }
    },
    "services": {
        "checkout": {
            "escalation_policy": "payments",
            "impact": "Customers cannot pay",
            "runbook": "https://runbooks.example.com/checkout",
        }
    },
}
EVENT = {
    "summary": "12 % of payments fail",
    "severity": "critical",
    "description": "5xx of POST /pay are at 12 % for 10 minutes.",
    "links": [{"href": "https://graphs.example.com/d/checkout", "text": "Dashboard"}],
}


async def renew() -> None:
    """Write the page as it opens, light and dark."""
    directory, channel = a_directory(**COMPANY), RecordingChannel()
    async with a_temporal_server() as address, a_browser() as browser:
        client = await Client.connect(address, data_converter=pydantic_data_converter)
        gateway = TemporalGateway(client, lambda: directory)
        pager = Pager(lambda: directory, {"email": channel}, Links(["a-key-for-tests-only"], directory.url))
        async with build_worker(client, pager), served(an_app(gateway, directory)) as url:
            alert = (await gateway.trigger(Event.model_validate(EVENT), "checkout")).id
            assert alert is not None
            await step_of(gateway, alert, 1)
            await channel.until("ada", "mail")
            for scheme in ("light", "dark"):
                page = await browser.new_page(viewport=PHONE, color_scheme=scheme, java_script_enabled=False)  # type: ignore[arg-type]
                await page.goto(url + link(alert))
                await page.screenshot(path=PICTURES / f"answer-page-{scheme}.png")
        await gateway.aclose()


if __name__ == "__main__":
    asyncio.run(renew())
