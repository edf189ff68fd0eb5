"""Ada and Ben with telephones, a fake Twilio, and an API that it posts to; paged by the real worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from temporalio.client import Client

from activities.current import CurrentChannels, CurrentLinks
from activities.page import Pager
from api.app import create_app
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.runtime.replies import Replies
from tests.api.asking import Held
from tests.fakes.twilio import FakeTwilio
from tests.waiting import until
from worker.main import build_worker

ADA, BEN = "+447700900001", "+447700900002"
KEY = "a-key-for-tests-only"


@dataclass
class Phones:
    """`http` reaches the API as a proxy would: by another name than the public one."""

    twilio: FakeTwilio
    http: httpx2.AsyncClient
    gateway: TemporalGateway
    service: str

    @property
    def replies(self) -> Replies:
        return Replies([KEY], self.twilio.public)

    async def alert(self, key: str = "disk", summary: str = "checkout is down", service: str | None = None) -> str:
        """A new alert of priority 1."""
        event = Event(summary=summary, dedup_key=key, severity="critical")
        accepted = await self.gateway.trigger(event, service or self.service)
        assert accepted.id is not None
        return accepted.id

    async def text(self, body: str, number: str = ADA, sid: str | None = None) -> str:
        return await self.twilio.reply(self.http, number, body, sid)

    async def state(self, alert: str) -> tuple[str, str | None]:
        now = await self.gateway.standing(alert)
        return now.state.value, now.owner

    async def on_record(self, alert: str, user: str = "ada") -> None:
        """Until the timeline says that the user was paged."""
        await until(lambda: self._on_record(alert, user))

    async def _on_record(self, alert: str, user: str) -> bool:
        view = await self.gateway.view(alert)
        return any(entry.kind == "paged" and entry.user == user for entry in view.timeline)

    async def listed(self, *alerts: str) -> None:
        """Until the list knows them."""
        await until(lambda: self._listed(set(alerts)))

    async def _listed(self, alerts: set[str]) -> bool:
        page = await self.gateway.list(None, None, 200, None)
        return alerts <= {alert for alert, _ in page.alerts}


def telephones(directory: Directory, twilio: FakeTwilio, **parts: Any) -> Directory:
    """`directory` with Ada and Ben reached by `sms` alone, or as `parts` say; `rules` among them are their rules."""
    contacts: dict[str, dict[str, Any]] = {"ada": {"text": {"sms": ADA}}, "ben": {"text": {"sms": BEN}}} | parts
    whole = directory.model_dump(mode="python", by_alias=True, exclude_none=True)
    for user, them in contacts.items():
        rules = them.pop("rules", {})
        whole["users"][user] = {"name": directory.users[user].name, "contacts": them, "notification_rules": rules}
    whole |= {"url": twilio.public, "channels": {"twilio": twilio.settings}}
    return Directory.model_validate(whole)


@asynccontextmanager
async def phones(
    client: Client, queue: str, directory: Directory, gateway: TemporalGateway, twilio: FakeTwilio
) -> AsyncIterator[Phones]:
    """Everything at work, on the real Temporal server."""
    held, listing = Held(directory), gateway.list
    # The server is shared: what other tests left open is not of this company.
    gateway.list = lambda state, service, *rest: listing(state, service or directory.default_service, *rest)
    pager = Pager(lambda: held.directory, CurrentChannels(lambda: held.directory), CurrentLinks(lambda: held.directory))
    app = create_app(gateway, held)
    transport = httpx2.ASGITransport(app=app)
    async with (
        build_worker(client, pager, task_queue=queue),
        httpx2.AsyncClient(transport=transport, base_url="http://10.0.0.7:8420") as http,
    ):
        assert directory.default_service is not None
        yield Phones(twilio, http, gateway, directory.default_service)
