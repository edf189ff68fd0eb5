"""The answer page of a merged page: one press answers for all that it told of, and for nothing else."""

import asyncio

import httpx2
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.domain.notification import MergedPage
from roust.runtime.links import Links
from tests.api.answering import BY_HAND, CHROME
from tests.waiting import until
from worker.page_record import PageRecord

PRESS = {"answer": "acknowledge"}
LINKS = Links(["a-key-for-tests-only"], "")
PAGE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def alerts(gateway: TemporalGateway, service: str) -> list[str]:
    events = [Event(summary=f"disk {name} is <full>", dedup_key=name, severity="critical") for name in "abcd"]
    accepted = await asyncio.gather(*(gateway.trigger(event, service) for event in events))
    return [one.id or "" for one in accepted]


@pytest.fixture
async def path(client: Client, queue: str, service: str, alerts: list[str]) -> str:
    """The link of a page that told Ada of all alerts but the last."""
    page = MergedPage(id=PAGE, service=service, user="ada", contact="mail", alerts=alerts[:3])
    await PageRecord(client, queue)(page)
    return LINKS.page_url(alerts[0], "ada", PAGE)


async def states(gateway: TemporalGateway, alerts: list[str]) -> list[str]:
    return [(await gateway.standing(alert)).state.value for alert in alerts]


async def test_one_press_acknowledges_all_of_them_and_nothing_else(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alerts: list[str], path: str, worker: Worker
) -> None:
    page = await http.get(path)
    assert page.status_code == 200
    assert "3 alerts in one page" in page.text
    assert "I have all 3" in page.text
    assert "disk a is &lt;full&gt;" in page.text
    assert "disk d" not in page.text
    assert await states(gateway, alerts) == ["triggered"] * 4
    pressed = await http.post(path, data=PRESS, headers=CHROME | BY_HAND)
    assert pressed.status_code == 200, pressed.text
    assert "Acknowledged by you at " in pressed.text
    assert ": 3 alerts of " in pressed.text
    assert await states(gateway, alerts) == ["acknowledged"] * 3 + ["triggered"]
    assert {(await gateway.standing(alert)).owner for alert in alerts[:3]} == {"ada"}
    again = await http.post(path, data=PRESS, headers=CHROME | BY_HAND)
    assert "None of them pages any more: 3 acknowledged." in again.text


async def test_whatever_opens_the_link_by_itself_acknowledges_nothing(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alerts: list[str], path: str, worker: Worker
) -> None:
    await http.get(path)
    await http.head(path)
    await http.options(path)
    submitted = await http.post(path, data=PRESS, headers=CHROME)
    assert "press once more" in submitted.text
    for button in ("resolve", "escalate", "snooze-1h", "note"):
        other = await http.post(path, data={"answer": button, "step": "1", "text": "x"}, headers=CHROME | BY_HAND)
        assert other.status_code == 400
    assert await states(gateway, alerts) == ["triggered"] * 4


async def test_what_somebody_has_or_what_is_over_is_left_as_it_is(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alerts: list[str], path: str, worker: Worker
) -> None:
    await gateway.acknowledge(alerts[0], "ben", "api")
    await gateway.resolve(alerts[1], "ben", "api")
    page = await http.get(path)
    assert "1 of 3 still page: 1 acknowledged, 1 resolved, 1 triggered." in page.text
    assert "I have these 1" in page.text
    pressed = await http.post(path, data=PRESS, headers=CHROME | BY_HAND)
    assert ": 1 alert of " in pressed.text
    assert (await gateway.standing(alerts[0])).owner == "ben"
    assert await states(gateway, alerts) == ["acknowledged", "resolved", "acknowledged", "triggered"]


async def test_an_answer_without_a_worker_is_recorded_for_all(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alerts: list[str], path: str, a_worker: Worker
) -> None:
    pressed = await http.post(path, data=PRESS, headers=CHROME | BY_HAND)
    assert pressed.status_code == 202
    assert "Recorded for 3 alerts of " in pressed.text

    async def all_answered() -> bool:
        return await states(gateway, alerts) == ["acknowledged"] * 3 + ["triggered"]

    async with a_worker:
        await until(all_answered)


async def test_a_page_that_was_never_recorded_is_answered_for_its_worst(
    http: httpx2.AsyncClient,
    gateway: TemporalGateway,
    alerts: list[str],
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.answer_merged.RECORDED_WITHIN", 0.1)
    path = LINKS.page_url(alerts[0], "ada", "f" * 32)
    assert "this is the worst of them, and answered alone" in (await http.get(path)).text
    pressed = await http.post(path, data=PRESS, headers=CHROME | BY_HAND)
    assert "Acknowledged by you at " in pressed.text
    assert await states(gateway, alerts) == ["acknowledged"] + ["triggered"] * 3


async def test_a_link_with_another_page_or_person_is_no_link(http: httpx2.AsyncClient, path: str) -> None:
    other = Links(["another-key"], "").page_url("a", "ben", PAGE)
    assert (await http.get(other)).status_code == 404
    assert (await http.get(path[:-1] + ("A" if path[-1] != "A" else "B"))).status_code == 404
