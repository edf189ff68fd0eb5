"""A storm through real processes: nobody is drowned, nothing is dropped, one press answers for a whole page."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from roust.runtime.embedded import EmbeddedServer
from roust.runtime.ports import claim
from tests.fakes.webhook_server import WebhookServer, a_webhook_server
from tests.system.processes import TOKEN, Api, asking, roust, until, up

CHECKOUT_KEY, SEARCH_KEY = "key-of-checkout-0123456789", "key-of-search-0123456789ab"
_YAML = """
link_keys: [a-key-for-the-system-tests-only-0123456789]
default_service: checkout
defaults: {{last_resort: [{{user: ada}}]}}
users:
  ada:
    contacts:
      hook: {{webhook: "http://127.0.0.1:{port}/hook"}}
      push: {{webhook: "http://127.0.0.1:{port}/push"}}
escalation_policies:
  one: {{steps: [{{notify: [{{user: ada}}], wait: 1h}}]}}
services:
  checkout: {{escalation_policy: one, integration_keys: [key-of-checkout-0123456789]}}
  search: {{escalation_policy: one, integration_keys: [key-of-search-0123456789ab]}}
tokens:
  - {{name: ada-laptop, user: ada, role: responder, sha256: "{sha256}"}}
channels: {{webhook: {{allow: [127.0.0.0/8]}}}}
"""
STORM, OTHERS = 25, 3
BY_HAND = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1", "User-Agent": "Chrome/141.0"}


@pytest.fixture
async def hooks() -> AsyncIterator[WebhookServer]:
    async with a_webhook_server() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, hooks: WebhookServer) -> Path:
    file = tmp_path / "roust.yaml"
    file.write_text(_YAML.format(port=hooks.port, sha256=hashlib.sha256(TOKEN.encode()).hexdigest()))
    return file


def told(page: dict[str, Any]) -> list[str]:
    """The alerts that a page tells of."""
    return [part["id"] for part in page.get("alerts", [page["alert"]])]


def pages(hooks: WebhookServer, contact: str) -> list[dict[str, Any]]:
    return [request.json for request in hooks.requests if request.path == f"/{contact}"]


def all_told(hooks: WebhookServer, contact: str) -> list[str]:
    return [alert for page in pages(hooks, contact) for alert in told(page)]


async def test_a_storm_is_a_few_pages_and_one_press_answers_for_each(
    config: Path, state: Path, log: Path, hooks: WebhookServer
) -> None:
    async with up(config, state, log) as (_, api):
        storm = [api.trigger(CHECKOUT_KEY, f"disk {number} is full", priority="P2") for number in range(STORM)]
        other = [api.trigger(SEARCH_KEY, f"index {number} is stale", priority="P2") for number in range(OTHERS)]
        alerts = await asyncio.gather(*storm, *other)
        await until(lambda: all(len(all_told(hooks, contact)) >= len(alerts) for contact in ("hook", "push")))
        for contact in ("hook", "push"):
            # Each alert in exactly one page to each contact, the first of each service alone and at once.
            assert sorted(all_told(hooks, contact)) == sorted(alerts)
            sent = pages(hooks, contact)
            assert len(sent) <= (STORM + OTHERS) / 2
            for service in ("checkout", "search"):
                assert "alerts" not in next(page for page in sent if page["alert"]["service"] == service)
        merged = next(page for page in pages(hooks, "hook") if "alerts" in page)
        assert merged["alert"]["id"] == merged["alerts"][0]["id"]
        assert merged["acknowledge_url"] == merged["alert"]["acknowledge_url"]

        async def named(alert: str) -> bool:
            entries = [e for e in (await api.view(alert))["timeline"] if e["kind"] == "paged"]
            page = next(page for page in pages(hooks, "hook") if alert in told(page))
            in_mine = [e for e in entries if e["contact"] == "hook" and e["result"] == "sent"]
            if "alerts" not in page:
                return len(in_mine) == 1 and "merged" not in in_mine[0]["text"]
            words = f"merged with {len(page['alerts']) - 1} other"
            return len(in_mine) == 1 and in_mine[0]["data"]["page"] == page["id"] and words in in_mine[0]["text"]

        for alert in alerts:
            await until(lambda alert=alert: named(alert))  # type: ignore[misc]

        links = [page.get("acknowledge_url") or page["alert"]["acknowledge_url"] for page in pages(hooks, "hook")]
        async with httpx2.AsyncClient(base_url=api.url, timeout=30, trust_env=False) as phone:
            for link in links:
                path = httpx2.URL(link).path
                assert (await phone.get(path)).status_code == 200
                pressed = await phone.post(path, data={"answer": "acknowledge"}, headers=BY_HAND)
                assert pressed.status_code in (200, 202), pressed.text
        for alert in alerts:
            await until(lambda alert=alert: _is(api, alert, "acknowledged"))  # type: ignore[misc]
    assert [request.json["type"] for request in hooks.requests] == ["page"] * len(hooks.requests)
    assert len(all_told(hooks, "hook")) == len(all_told(hooks, "push")) == len(alerts)


async def test_a_worker_killed_while_pages_wait_for_each_other_drops_none_of_them(
    config: Path, tmp_path: Path, hooks: WebhookServer
) -> None:
    server = EmbeddedServer(tmp_path / "temporal")
    await server.start()
    (port,) = claim("127.0.0.1", (0, "--port"))
    logs = [tmp_path / f"{name}.log" for name in ("api", "first", "second")]
    words, address = ("--config", str(config)), server.address
    try:
        async with (
            roust("api", *words, "--port", str(port), log=logs[0], TEMPORAL_ADDRESS=address),
            asking(f"http://127.0.0.1:{port}") as api,
        ):
            async with roust("worker", *words, log=logs[1], TEMPORAL_ADDRESS=address) as first:
                alerts = [await until(lambda: api.trigger(CHECKOUT_KEY, "disk 0 is full"))]
                await until(lambda: api.has_paged(alerts[0], "ada"))
                # From the second on they wait for each other, for a second: in that the worker dies.
                alerts += await asyncio.gather(
                    *(api.trigger(CHECKOUT_KEY, f"disk {number} is full") for number in range(1, 6))
                )
                await first.killed()
            before = set(all_told(hooks, "hook"))
            async with roust("worker", *words, log=logs[2], TEMPORAL_ADDRESS=address):
                for contact in ("hook", "push"):
                    await until(lambda contact=contact: set(all_told(hooks, contact)) == set(alerts))  # type: ignore[misc]
                for alert in alerts:
                    await until(lambda alert=alert: api.has_paged(alert, "ada"))  # type: ignore[misc]
        assert alerts[0] in before
        assert "Traceback" not in logs[2].read_text()
    finally:
        await server.stop()


async def _is(api: Api, alert: str, state: str) -> bool:
    return await api.state(alert) == state
