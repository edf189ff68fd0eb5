"""Lists, one alert, acknowledge and resolve over HTTP; health."""

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from api.temporal_gateway import TemporalGateway
from roust.domain.directory import Directory
from tests.api.seen import GONE, step_of
from tests.api.serving import an_app, asked_in_process, bearer
from tests.waiting import until


async def test_an_alert_is_shown_with_its_timeline(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker
) -> None:
    await step_of(gateway, alert, 1)
    shown = (await http.get(f"/v1/alerts/{alert}", headers=bearer("wall"))).json()
    assert (shown["id"], shown["summary"], shown["priority"]) == (alert, "checkout is down", "P1")
    assert (shown["state"], shown["pass"], shown["runbook"]) == (
        "triggered",
        1,
        "https://runbooks.example.com/checkout",
    )
    assert shown["timeline"][0]["kind"] == "triggered"
    assert "pass_" not in str(shown)


async def test_open_alerts_are_listed(http: httpx2.AsyncClient, alert: str, service: str) -> None:
    async def shown() -> httpx2.Response | None:
        answer = await http.get("/v1/alerts", params={"service": service}, headers=bearer("wall"))
        assert answer.status_code == 200
        return answer if answer.json()["alerts"] else None

    answer = await until(shown)
    listed = answer.json()["alerts"]
    assert [(one["id"], one["state"], one["service"]) for one in listed] == [(alert, "triggered", service)]
    assert answer.json()["next"] is None
    assert "answers" not in listed[0]


async def test_acknowledge_tells_the_owner_and_who_was_first(
    http: httpx2.AsyncClient, alert: str, worker: Worker
) -> None:
    first = await http.post(f"/v1/alerts/{alert}/acknowledge", headers=bearer("ada-laptop"))
    assert (first.status_code, first.json()) == (200, {"state": "acknowledged", "owner": "ada", "first": True})
    second = await http.post(f"/v1/alerts/{alert}/acknowledge", json={"by": "ben"}, headers=bearer("robot"))
    assert (second.status_code, second.json()) == (200, {"state": "acknowledged", "owner": "ada", "first": False})
    over = await http.post(f"/v1/alerts/{alert}/resolve", headers=bearer("robot"))
    assert (over.status_code, over.json()["state"]) == (200, "resolved")
    late = await http.post(f"/v1/alerts/{alert}/acknowledge", headers=bearer("ada-laptop"))
    assert late.status_code == 409
    assert "robot" in late.json()["error"]["message"]


async def test_an_acknowledge_without_a_worker_is_recorded_not_yet_confirmed(
    http: httpx2.AsyncClient, alert: str
) -> None:
    answer = await http.post(f"/v1/alerts/{alert}/acknowledge", json={}, headers=bearer("ada-laptop"))
    assert (answer.status_code, answer.json()["status"]) == (202, "recorded")


async def test_by_is_for_tokens_without_a_user_and_names_one(http: httpx2.AsyncClient, alert: str) -> None:
    for name, by in (("ada-laptop", "ben"), ("robot", "nobody"), ("robot", "x" * 1000), ("robot", 7)):
        answer = await http.post(f"/v1/alerts/{alert}/acknowledge", json={"by": by}, headers=bearer(name))
        assert answer.status_code == 422, by
        assert "by" in answer.json()["error"]["fields"][0]["field"]


async def test_a_viewer_may_look_but_not_answer(http: httpx2.AsyncClient, alert: str) -> None:
    assert (await http.get(f"/v1/alerts/{alert}")).status_code == 401
    for verb in ("acknowledge", "resolve"):
        assert (await http.post(f"/v1/alerts/{alert}/{verb}", headers=bearer("wall"))).status_code == 403
        assert (await http.post(f"/v1/alerts/{alert}/{verb}")).status_code == 401


async def test_what_is_no_alert_is_404_and_what_is_no_longer_kept_410(http: httpx2.AsyncClient) -> None:
    for path, status in (("nonsense", 404), ("%00", 404), ("..%2f..%2fetc", 404), (GONE, 410)):
        seen = await http.get(f"/v1/alerts/{path}", headers=bearer("wall"))
        told = await http.post(f"/v1/alerts/{path}/acknowledge", headers=bearer("robot"))
        assert (seen.status_code, told.status_code) == (status, status), path


@pytest.mark.parametrize(
    "query", [{"state": "sleepy"}, {"limit": "0"}, {"limit": "x"}, {"service": "a' OR 1"}, {"cursor": "nonsense"}]
)
async def test_a_list_that_cannot_be_is_refused_with_the_field(http: httpx2.AsyncClient, query: dict[str, str]) -> None:
    answer = await http.get("/v1/alerts", params=query, headers=bearer("wall"))
    assert answer.status_code == 422
    assert next(iter(query)) in answer.json()["error"]["fields"][0]["field"]


async def test_temporal_away_is_503_with_retry_after(directory: Directory) -> None:
    away = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    async with asked_in_process(an_app(TemporalGateway(away, lambda: directory), directory)) as http:
        asked = [
            await http.get("/v1/alerts", headers=bearer("wall")),
            await http.get(f"/v1/alerts/{GONE}", headers=bearer("wall")),
            await http.post(f"/v1/alerts/{GONE}/acknowledge", headers=bearer("robot")),
        ]
        assert [(one.status_code, "retry-after" in one.headers) for one in asked] == [(503, True)] * 3
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert (await http.get("/healthz")).status_code == 200


async def test_ready_says_what_is_degraded_and_metrics_count_events(
    gateway: TemporalGateway, directory: Directory, service: str, alert: str
) -> None:
    app = an_app(gateway, directory)
    async with asked_in_process(app) as http:
        assert (await http.get("/readyz")).json() == {"status": "ok", "degraded": []}
        app.state.degraded = lambda: ["no worker polls"]
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["degraded"]) == (200, ["no worker polls"])
        assert f'roust_events_total{{service="{service}",status="triggered"}}' in (await http.get("/metrics")).text
