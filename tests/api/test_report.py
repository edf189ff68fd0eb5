"""The report on a real Temporal server: what closed is counted, what is open is said."""

import hashlib
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from api.app import create_app
from api.reporting import reported
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Verb
from roust.domain.directory import Directory
from tests.api.seen import an_event, ended
from tests.api.serving import Held
from tests.waiting import until


async def answer(
    gateway: TemporalGateway, directory: Directory, since: str | None, role: str = "viewer"
) -> httpx2.Response:
    token = {"name": "wall", "role": role, "sha256": hashlib.sha256(b"wall").hexdigest()}
    held = Held(Directory.model_validate({**directory.model_dump(by_alias=True), "tokens": [token]}))
    transport = httpx2.ASGITransport(app=create_app(gateway, held))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as http:
        query = {} if since is None else {"since": since}
        return await http.get("/v1/report", params=query, headers={"Authorization": "Bearer wall"})


async def test_what_closed_is_counted_and_what_nobody_acted_upon_is_named(
    client: Client, gateway: TemporalGateway, directory: Directory, service: str, worker: Worker
) -> None:
    answered = (await gateway.trigger(an_event("checkout is down"), service)).id
    flaky = (await gateway.trigger(an_event("disk 91 %", key="flaky"), service)).id
    left_open = (await gateway.trigger(an_event("still there", key="open"), service)).id
    assert answered is not None
    assert flaky is not None
    assert left_open is not None

    async def paged(alert: str) -> bool:
        return any(entry.result == "sent" for entry in (await gateway.view(alert)).timeline)

    for alert in (answered, flaky):
        await until(lambda alert=alert: paged(alert))  # type: ignore[misc]
    await gateway.acknowledge(answered, "ada", "api")
    await gateway.resolve(answered, "ada", "api")
    await gateway.resolve_key(an_event("", key="flaky", verb=Verb.RESOLVE), service, by="source:x")
    for alert in (answered, flaky):
        await ended(client, alert)

    async def mine() -> dict[str, Any] | None:
        told = (await answer(gateway, directory, "7d")).json()
        found = [one for one in told["services"] if one["service"] == service and one["alerts"] == 2]
        return {**told, "services": found} if found else None

    told: dict[str, Any] = {}

    async def listed() -> bool:
        told.update(await mine() or {})
        return bool(told)

    await until(listed)
    (own,) = told["services"]
    assert (own["pages"], own["acknowledged"], own["healed"], own["untouched"], own["exhausted"]) == (2, 1, 1, 1, 0)
    assert own["to_acknowledge_median"] is not None
    noise = [one for one in told["noise"] if one["service"] == service]
    assert [(one["summary"], one["alerts"], one["pages"]) for one in noise] == [("disk 91 %", 1, 1)]
    assert told["open"] >= 1
    # What the dev server keeps by default; `roust up` asks for 30 days.
    assert told["kept_days"] == 1.0
    assert "ada@example.com" not in str(told)
    assert {one["user"] for one in told["people"]} >= {"ada"}
    assert (await reported(client, directory.users, timedelta(days=7), most=1)).cut
    assert (await reported(client, directory.users, timedelta(milliseconds=1))).alerts == 0


@pytest.mark.parametrize("since", ["", "0", "-1d", "tomorrow", "400d", "1" * 33])
async def test_a_length_that_cannot_be_is_422(gateway: TemporalGateway, directory: Directory, since: str) -> None:
    refused = await answer(gateway, directory, since)
    assert refused.status_code == 422
    assert refused.json()["error"]["fields"][0]["field"] == "since"
