"""The answer page: safe from whatever opens links by itself, honest about what happened."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from api import answer as answer_module
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.runtime.clock import Clock
from tests.api.answering import ACKNOWLEDGE, BY_HAND, CHROME, RESOLVE, link
from tests.api.seen import ended, signals
from tests.api.serving import Held, an_app, asked_in_process

HOSTILE = '<script>alert(1)</script> {{7*7}} "onload=x'


@pytest.fixture
async def alert(gateway: TemporalGateway, service: str) -> str:
    event = Event(
        summary="checkout is down",
        dedup_key="disk",
        severity="critical",
        description=HOSTILE,
        links=[{"href": "https://graphs.example.com/1", "text": "Graph"}, {"href": "javascript:alert(1)", "text": "x"}],  # type: ignore[list-item]
    )
    accepted = await gateway.trigger(event, service)
    assert accepted.id is not None
    return accepted.id


async def test_whatever_opens_links_by_itself_acknowledges_nothing(
    http: httpx2.AsyncClient, client: Client, alert: str, worker: Worker
) -> None:
    path = link(alert)
    agents = ["Slackbot-LinkExpanding 1.0", "facebookexternalhit/1.1", "Googlebot/2.1", "BarracudaCentral", ""]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    zoo = [
        *(("HEAD", {"User-Agent": agent}, None) for agent in agents),
        *(("GET", {"User-Agent": agent}, None) for agent in agents),
        ("GET", {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}, None),
        ("OPTIONS", {}, None),
        ("PUT", form, b"answer=acknowledge"),
        ("DELETE", {}, None),
        ("POST", {}, None),
        ("POST", form, b""),
        ("POST", form, b"answer="),
        ("POST", form, b"answer=yes"),
        ("POST", form, b"answer=acknowledge&answer=resolve"),
        ("POST", form, b"\xff\x00" * 3000),
        ("POST", {"Content-Type": "application/json"}, b'{"answer": "acknowledge"}'),
        ("POST", {"Content-Type": "text/plain"}, b"answer=acknowledge"),
        ("POST", {}, b"answer=acknowledge"),
        ("POST", form | {"Origin": "https://evil.example"}, b"answer=acknowledge"),
        ("POST", form | {"Sec-Fetch-Site": "cross-site"}, b"answer=acknowledge"),
        ("POST", form | {"Sec-Fetch-Site": "same-site"}, b"answer=acknowledge"),
        ("POST", form | CHROME, b"answer=acknowledge"),
        ("POST", form | CHROME | BY_HAND | {"Sec-Fetch-Mode": "cors"}, b"answer=acknowledge"),
        ("POST", form | CHROME, b"answer=acknowledge&mark=forged"),
    ]
    for method, headers, body in zoo:
        answer = await http.request(method, path, headers=headers, content=body)
        assert answer.status_code < 500, (method, headers, body)
        assert not answer.is_redirect
        assert "Acknowledged by you" not in answer.text
    assert await signals(client, alert) == 0


async def test_a_press_acknowledges_and_says_so_at_once(http: httpx2.AsyncClient, alert: str, worker: Worker) -> None:
    before = await http.get(link(alert))
    assert before.status_code == 200
    assert "I have it" in before.text
    answer = await http.post(link(alert), data=ACKNOWLEDGE, headers=CHROME | BY_HAND)
    assert answer.status_code == 200
    assert "Acknowledged by you at " in answer.text
    assert "You have had it since" in (await http.get(link(alert))).text


async def test_a_browser_that_says_nobody_pressed_is_asked_to_press_once_more(
    http: httpx2.AsyncClient, client: Client, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = link(alert)  # one link: each one made bears its second
    doubted = await http.post(mine, data=ACKNOWLEDGE, headers=CHROME)
    assert doubted.status_code == 200
    assert "press once more" in doubted.text
    assert await signals(client, alert) == 0
    mark = doubted.text.split('name="mark" value="')[1].split('"')[0]
    other = await http.post(link(alert, "ben"), data=ACKNOWLEDGE | {"mark": mark}, headers=CHROME)
    assert "press once more" in other.text
    at_once = await http.post(mine, data=ACKNOWLEDGE | {"mark": mark}, headers=CHROME)
    assert "press once more" in at_once.text  # nobody reads so fast
    assert await signals(client, alert) == 0
    monkeypatch.setattr("api.press.CONFIRM_AFTER", 0.0)
    again = await http.post(mine, data=ACKNOWLEDGE | {"mark": mark}, headers=CHROME)
    assert "Acknowledged by you at " in again.text, again.text.partition("<main")[2]


async def test_the_second_who_presses_is_told_who_has_it(http: httpx2.AsyncClient, alert: str, worker: Worker) -> None:
    await http.post(link(alert, "ben"), data=ACKNOWLEDGE)
    answer = await http.post(link(alert, "ada"), data=ACKNOWLEDGE)
    assert "Ben Bitdiddle has had it since " in answer.text
    assert "you are recorded too" in answer.text


async def test_it_is_over_for_everybody_once_somebody_resolves(
    http: httpx2.AsyncClient, client: Client, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Resolved by you at " in (await http.post(link(alert, "ben"), data=RESOLVE)).text
    await ended(client, alert)
    seen = await http.get(link(alert))
    assert seen.status_code == 200
    assert "by Ben Bitdiddle" in seen.text
    assert "<button" not in seen.text
    late = await http.post(link(alert), data=ACKNOWLEDGE)
    assert (late.status_code, "Resolved at " in late.text) == (409, True)

    monkeypatch.setattr(answer_module, "CLOCK", Clock(lambda: datetime.now(UTC) + timedelta(hours=73)))
    for expired in (await http.get(link(alert)), await http.post(link(alert), data=ACKNOWLEDGE)):
        assert (expired.status_code, "checkout is down" in expired.text) == (410, False)


async def test_a_link_lives_as_long_as_its_alert(
    http: httpx2.AsyncClient, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = link(alert)

    monkeypatch.setattr(answer_module, "CLOCK", Clock(lambda: datetime.now(UTC) + timedelta(days=7)))
    assert (await http.get(path)).status_code == 200
    assert "Acknowledged by you" in (await http.post(path, data=ACKNOWLEDGE)).text


async def test_without_a_worker_it_says_recorded_not_yet_confirmed(http: httpx2.AsyncClient, alert: str) -> None:
    answer = await http.post(link(alert), data=ACKNOWLEDGE)
    assert (answer.status_code, "Recorded, not yet confirmed" in answer.text) == (202, True)
    assert "Acknowledged by you" not in answer.text


async def test_with_temporal_away_it_says_that_nothing_was_acknowledged(directory: Directory) -> None:
    away = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    path = link("checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000")
    async with asked_in_process(an_app(TemporalGateway(away, lambda: directory), directory)) as http:
        seen = await http.get(path)
        assert (seen.status_code, "<button" in seen.text) == (503, True)
        pressed = await http.post(path, data=ACKNOWLEDGE)
        assert pressed.status_code == 503
        assert "NOT acknowledged: Temporal cannot be reached; escalation continues" in pressed.text
        assert "retry-after" in pressed.headers


async def test_a_link_that_is_not_ours_is_a_page_that_is_not_there(
    http: httpx2.AsyncClient, client: Client, alert: str
) -> None:
    good = link(alert)
    wrong = [good[:-1], good + "x", good[:9] + "Z" + good[10:], link(alert, key="another key"), "/a/x", "/a/%00"]
    for path in wrong:
        for answer in (await http.get(path), await http.post(path, data=ACKNOWLEDGE)):
            assert answer.status_code == 404, path
            assert "checkout is down" not in answer.text
    assert await signals(client, alert) == 0


async def test_a_link_of_an_alert_that_is_no_longer_kept_is_gone(http: httpx2.AsyncClient) -> None:
    path = link("checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000")
    assert (await http.get(path)).status_code == 410
    assert (await http.post(path, data=ACKNOWLEDGE)).status_code == 410


async def test_an_old_link_never_answers_the_next_alert(
    http: httpx2.AsyncClient, client: Client, gateway: TemporalGateway, alert: str, service: str, worker: Worker
) -> None:
    await gateway.resolve(alert, "ben", "api")
    await ended(client, alert)
    new = await gateway.trigger(Event(summary="down again", dedup_key="disk"), service)
    assert new.id is not None
    assert (await http.post(link(alert), data=ACKNOWLEDGE)).status_code == 409
    assert await signals(client, new.id) == 0


async def test_the_page_escapes_what_sources_say_and_allows_nothing(
    http: httpx2.AsyncClient, alert: str, worker: Worker
) -> None:
    page = await http.get(link(alert))
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "{{7*7}}" in page.text
    assert "javascript:" not in page.text
    assert 'href="https://graphs.example.com/1"' in page.text
    assert 'href="https://runbooks.example.com/checkout"' in page.text
    policy = page.headers["content-security-policy"]
    for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "style-src 'sha256-"):
        assert rule in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"].startswith("noindex")


async def test_times_are_told_in_the_readers_zone(
    gateway: TemporalGateway, directory: Directory, alert: str, worker: Worker
) -> None:
    users = directory.users | {"ada": directory.users["ada"].model_copy(update={"time_zone": "Asia/Kolkata"})}
    app = an_app(gateway, directory)
    held: Held = app.state.directory
    held.directory = directory.model_copy(update={"users": users})
    async with asked_in_process(app) as http:
        assert " IST" in (await http.get(link(alert))).text
        assert " UTC" in (await http.get(link(alert, "ben"))).text
