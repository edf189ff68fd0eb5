"""Clocks that are an hour off, and that jump, with real processes: nobody is paged late, early or twice for it.

The embedded Temporal server's own clock stays true, as that of a cluster does whose hosts agree: workflows go by it.
"""

import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from drill.record import Accepted, Word
from tests.system.clocks import SetClock
from tests.system.night import Night, a_night
from tests.system.processes import until

HOUR = timedelta(hours=1)
TRUE = timedelta(minutes=5)
"""What an hour that is told may be off by on a busy machine."""


async def test_clocks_that_jump_lose_no_page_and_no_answer_and_operators_hear_which(tmp_path: Path) -> None:
    clocks = {name: SetClock(tmp_path / f"{name}.clock") for name in ("api", "worker-1", "worker-2")}
    clocks["api"].set(HOUR)
    async with a_night(tmp_path, wait=4.0, environment=lambda name: clocks[name].environment) as night:
        for _ in range(3):
            await night.traffic.unanswered()
        climbs, by_link, by_api = night.record.alerts
        await night.places(climbs.id, (1, "ada"))
        clocks["worker-1"].set(HOUR)
        clocks["worker-2"].set(-HOUR)
        await _presses(night, by_link)
        await night.traffic.answer(by_api, "acknowledge", "grace")
        await _escalates_and_snoozes(night)
        await night.places(climbs.id, (2, "grace"))
        clocks["api"].set(-HOUR)
        clocks["worker-1"].set(-HOUR)
        clocks["worker-2"].set(HOUR)
        await _escalates_and_snoozes(night)
        await night.over()
        await until(lambda: _told(night))
        degraded = await until(lambda: _degraded(night))
    assert night.breaches() == []
    assert max(Counter(receipt.key for receipt in night.record.receipts if receipt.step).values()) == 1
    assert {body["alert"]["summary"] for body in _told(night)} == {"Roust itself is in trouble: clocks differ"}
    assert degraded == ["clocks differ: 3 processes"]
    for message in night.messages():
        _true(message["at"], datetime.fromtimestamp(int(message["stamp"])).astimezone())
        _true(message["at"], datetime.fromisoformat(message["body"]["at"]))
    for alert in night.record.alerts:
        for entry in (alert.final or {})["timeline"]:
            _true(alert.answered_at, datetime.fromisoformat(entry["at"]))


async def _presses(night: Night, alert: Accepted) -> None:
    """Ada answers by the link in her page."""
    await night.places(alert.id, (1, "ada"))
    (page, *_) = [one["body"] for one in night.messages() if one["body"]["alert"]["id"] == alert.id]
    sent = time.time()
    path = urlsplit(page["alert"]["acknowledge_url"]).path
    answer = await _asked(night, "POST", path, data={"answer": "acknowledge"})
    assert "Acknowledged by you" in answer.text
    alert.words.append(Word("acknowledge", "ada", sent, time.time(), 200, True))


async def _escalates_and_snoozes(night: Night) -> None:
    """Ada passes on an alert of hers, and then has it wait for an hour."""
    await night.traffic.unanswered()
    # What people opened and closed by hand is not of the drill's policy.
    alert = night.record.alerts.pop()
    await night.places(alert.id, (1, "ada"))
    began = time.time()
    path = f"/v1/alerts/{alert.id}"
    token = {"Authorization": f"Bearer {night.tokens['ada']}"}
    assert (await _asked(night, "POST", f"{path}/escalate", json={"step": 1}, headers=token)).status_code == 200
    await night.places(alert.id, (2, "grace"))
    assert (await _asked(night, "POST", f"{path}/snooze", json={"for": "1h"}, headers=token)).status_code == 200
    shown = (await _asked(night, "GET", path, headers=token)).json()
    assert shown["state"] == "snoozed"
    _true(began + HOUR.total_seconds(), datetime.fromisoformat(shown["next_due"]))


async def _asked(night: Night, method: str, path: str, **parts: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=night.url, timeout=10.0, trust_env=False) as http:
        return await http.request(method, path, **parts)


def _told(night: Night) -> list[dict[str, Any]]:
    """What operators heard: messages about no alert."""
    bodies = [one["body"] for one in night.messages()]
    return [body for body in bodies if body["alert"]["summary"].startswith("Roust itself")]


async def _degraded(night: Night) -> list[str] | None:
    """What the API says of itself, once all three clocks are wrong for it."""
    said: list[str] = (await _asked(night, "GET", "/readyz")).json()["degraded"]
    return said if any("3 processes" in line for line in said) else None


def _true(at: float, told: datetime) -> None:
    assert abs(told.timestamp() - at) < TRUE.total_seconds(), told
