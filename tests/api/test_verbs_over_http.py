"""Escalate, reassign, snooze, note, update, and a storm's acknowledge: over HTTP, on the real server."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from api import merged
from api.gateway import Unavailable
from api.temporal_gateway import TemporalGateway
from api.updating import Updating
from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.runtime.clock import Clock
from tests.api.seen import GONE, ended, owned_by, paged, paging, signals, step_of
from tests.api.serving import an_app, asked_in_process, bearer
from tests.fakes.recording_channel import RecordingChannel

ADA, ROBOT, WALL = bearer("ada-laptop"), bearer("robot"), bearer("wall")
POSSIBLE = {
    "escalate": {"step": 1},
    "reassign": {"user": "ben"},
    "snooze": {"for": "1h"},
    "notes": {"text": "x"},
    "updates": {"text": "x"},
}

HALF_AN_HOUR = timedelta(minutes=30)


async def test_escalate_pages_the_next_step_and_a_stale_press_says_why(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker, channel: RecordingChannel
) -> None:
    await step_of(gateway, alert, 1)
    done = await http.post(f"/v1/alerts/{alert}/escalate", json={"step": 1}, headers=ADA)
    assert (done.status_code, done.json()) == (200, {"state": "triggered", "owner": None, "step": 1})
    await paged(channel, "ada", "ben")
    stale = await http.post(f"/v1/alerts/{alert}/escalate", json={"step": 1}, headers=ADA)
    assert stale.status_code == 409
    assert stale.json()["error"]["message"] == "stale: step 2 is current by now, not step 1"
    end = await http.post(f"/v1/alerts/{alert}/escalate", json={"step": 2}, headers=ADA)
    assert (end.status_code, "nobody further" in end.json()["error"]["message"]) == (409, True)
    shown = (await http.get(f"/v1/alerts/{alert}", headers=WALL)).json()
    assert [(e["user"], e["step"]) for e in shown["timeline"] if e["kind"] == "escalated"] == [("ada", 1)]


async def test_reassign_to_a_user_pages_them_and_to_a_policy_pins_it(
    client: Client,
    directory: Directory,
    service: str,
    queue: str,
    alert: str,
    worker: Worker,
    channel: RecordingChannel,
) -> None:
    other = directory.escalation_policies["payments"].model_copy(update={"steps": [_a_step(directory, "ben")]})
    grown = directory.model_copy(update={"escalation_policies": directory.escalation_policies | {"other": other}})
    gateway = TemporalGateway(client, lambda: grown, task_queue=queue)
    async with asked_in_process(an_app(gateway, grown)) as http:
        await paged(channel, "ada")
        user = await http.post(f"/v1/alerts/{alert}/reassign", json={"user": "margaret"}, headers=ADA)
        assert user.status_code == 200
        await paged(channel, "ada", "margaret")
        policy = await http.post(
            f"/v1/alerts/{alert}/reassign", json={"escalation_policy": "other", "by": "ben"}, headers=ROBOT
        )
        assert policy.status_code == 200
        await paged(channel, "ada", "margaret", "ben")
        shown = (await http.get(f"/v1/alerts/{alert}", headers=WALL)).json()
        assert (shown["policy"], shown["cycle"]) == ("other", 3)
        assert [e["user"] for e in shown["timeline"] if e["kind"] == "reassigned"] == ["ada", "ben"]


def _a_step(directory: Directory, user: str) -> object:
    step = directory.escalation_policies["payments"].steps[1]
    assert step.notify[0].user == user
    return step


async def test_snooze_and_note_are_done_and_recorded_with_who(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker
) -> None:
    await step_of(gateway, alert, 1)
    snoozed = await http.post(f"/v1/alerts/{alert}/snooze", json={"for": "1h"}, headers=ADA)
    assert (snoozed.status_code, snoozed.json()["state"], snoozed.json()["owner"]) == (200, "snoozed", "ada")
    noted = await http.post(f"/v1/alerts/{alert}/notes", json={"text": " the disk\nis full \u0000"}, headers=ROBOT)
    assert (noted.status_code, noted.json()["state"]) == (200, "snoozed")
    shown = (await http.get(f"/v1/alerts/{alert}", headers=WALL)).json()
    said = [(e["kind"], e["user"], e["text"]) for e in shown["timeline"] if e["kind"] in ("snoozed", "note")]
    assert said[0][:2] == ("snoozed", "ada")
    assert "for 1h, until" in said[0][2]
    assert said[1] == ("note", "robot", "the disk\nis full \ufffd")


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("escalate", {}, "step"),
        ("escalate", {"step": "1"}, "step"),
        ("escalate", {"step": -1}, "step"),
        ("escalate", {"step": 1, "steps": 2}, "steps"),
        ("reassign", {}, "body"),
        ("reassign", {"user": "ben", "escalation_policy": "payments"}, "body"),
        ("reassign", {"user": "nobody"}, "user"),
        ("reassign", {"user": "hermit"}, "user"),
        ("reassign", {"escalation_policy": "nothing"}, "escalation_policy"),
        ("snooze", {}, "for"),
        ("snooze", {"for": -1}, "for"),
        ("snooze", {"for": "-1"}, "for"),
        ("snooze", {"for": "-1h"}, "for"),
        ("snooze", {"for": 60}, "for"),
        ("snooze", {"for": "1y"}, "for"),
        ("snooze", {"for": "36500d"}, "for"),
        ("notes", {}, "text"),
        ("notes", {"text": " \n "}, "text"),
        ("notes", {"text": "x" * 2001}, "text"),
        ("notes", {"text": "x", "by": "ben"}, "by"),
        ("updates", {}, "text"),
        ("updates", {"text": " \n "}, "text"),
        ("updates", {"text": "x" * 2001}, "text"),
        ("updates", {"text": "x", "next": "soon"}, "next"),
        ("updates", {"text": "x", "next": "0"}, "next"),
        ("notes", {"text": " \u200b"}, "text"),
        ("updates", {"text": "\u2060\u3164"}, "text"),
        ("updates", {"text": "x", "next": "30s"}, "next"),
        ("updates", {"text": "x", "next": "8d"}, "next"),
        ("updates", {"text": "x", "next": 60}, "next"),
        ("updates", {"text": "x", "next": True}, "next"),
        ("updates", {"text": "x", "next": "2026-01-01T00:00Z"}, "next"),
        ("updates", {"text": "x", "next": "2126-01-01T00:00Z"}, "next"),
        ("updates", {"text": "x", "next": (datetime.now(UTC) + HALF_AN_HOUR).replace(tzinfo=None).isoformat()}, "next"),
        ("updates", {"text": "x", "stakeholders": ["all"]}, "stakeholders"),
    ],
)
async def test_what_cannot_be_meant_is_422_with_the_field(
    gateway: TemporalGateway, directory: Directory, alert: str, verb: str, body: dict[str, object], field: str
) -> None:
    # Hermit is known and has no contact: to reassign to them is to reassign to nobody.
    hermit = directory.users["ben"].model_copy(update={"contacts": {}})
    lonely = directory.model_copy(update={"users": directory.users | {"hermit": hermit}})
    gateway._directory = lambda: lonely
    async with asked_in_process(an_app(gateway, lonely)) as http:
        answer = await http.post(f"/v1/alerts/{alert}/{verb}", json=body, headers=ADA)
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"][0]["field"] == field


@pytest.mark.parametrize("next_", ["30m", None, "an instant"])
async def test_an_update_is_recorded_with_who_and_what_was_promised(
    http: httpx2.AsyncClient, alert: str, worker: Worker, next_: str | None
) -> None:
    promised = datetime.now(UTC) + HALF_AN_HOUR
    body = {
        "text": " We have found\nthe cause. \u0000",
        "next": promised.isoformat() if next_ == "an instant" else next_,
    }
    done = await http.post(f"/v1/alerts/{alert}/updates", json=body, headers=ADA)
    assert (done.status_code, done.json()["state"]) == (200, "triggered")
    shown = (await http.get(f"/v1/alerts/{alert}", headers=WALL)).json()
    (entry,) = (e for e in shown["timeline"] if e["kind"] == "update")
    assert (entry["user"], entry["text"]) == ("ada", "We have found\nthe cause. \ufffd")
    if next_ is None:
        assert shown["news_due"] is None
    else:
        assert abs(datetime.fromisoformat(shown["news_due"]) - promised) < timedelta(seconds=20)


async def test_a_promise_that_cannot_be_read_is_told_with_its_form(http: httpx2.AsyncClient, alert: str) -> None:
    for given in ("yesterday", "2026-13-01T00:00Z", 60, ""):
        answer = await http.post(f"/v1/alerts/{alert}/updates", json={"text": "x", "next": given}, headers=ADA)
        assert answer.json()["error"]["message"] == (
            "next: write a length like 30m, or an instant with its offset like 2026-03-02T14:30Z"
        )


async def test_who_only_reads_posts_no_update(http: httpx2.AsyncClient, alert: str) -> None:
    assert (await http.post(f"/v1/alerts/{alert}/updates", json={"text": "x"}, headers=WALL)).status_code == 403


@pytest.mark.parametrize("length", ["0", "1s", "3650d"])
async def test_a_snooze_of_no_time_or_ten_years_is_refused_with_the_reason(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker, length: str
) -> None:
    answer = await http.post(f"/v1/alerts/{alert}/snooze", json={"for": length}, headers=ADA)
    assert answer.status_code == 409
    assert answer.json()["error"]["message"].startswith("snooze for 1m to 30d (got ")


async def test_with_no_worker_a_verb_is_503_and_is_not_done_when_one_comes_too_late(
    client: Client,
    gateway: TemporalGateway,
    directory: Directory,
    alert: str,
    a_worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.updating.EXPIRES_AFTER", timedelta(seconds=0.2))
    gateway._updating = Updating(client, gateway._reading, within=timedelta(seconds=0.5))
    async with asked_in_process(an_app(gateway, directory)) as http:
        answers = [
            await http.post(f"/v1/alerts/{alert}/{verb}", json=body, headers=ADA) for verb, body in POSSIBLE.items()
        ]
        assert [(one.status_code, "retry-after" in one.headers) for one in answers] == [(503, True)] * len(POSSIBLE)
        assert "no worker answers: not done" in answers[0].json()["error"]["message"]
        async with a_worker:
            await step_of(gateway, alert, 1)
            shown = (await http.get(f"/v1/alerts/{alert}", headers=WALL)).json()
    assert {entry["kind"] for entry in shown["timeline"]} <= {"triggered", "step", "paged"}
    assert (shown["state"], shown["step"]) == ("triggered", 1)


@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_verb_is_done_whatever_an_api_that_has_not_heard_the_hour_takes_it_for(
    http: httpx2.AsyncClient,
    gateway: TemporalGateway,
    alert: str,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    await step_of(gateway, alert, 1)
    monkeypatch.setattr("api.updating.CLOCK", Clock(lambda: datetime.now(UTC) + ahead))
    for verb in ("escalate", "snooze"):
        done = await http.post(f"/v1/alerts/{alert}/{verb}", json=POSSIBLE[verb], headers=ADA)
        assert done.status_code == 200, done.text


async def test_verbs_of_what_is_over_are_refused_with_who_ended_it(
    http: httpx2.AsyncClient, gateway: TemporalGateway, client: Client, service: str, alert: str, worker: Worker
) -> None:
    await gateway.resolve(alert, "ben", "api")
    await ended(client, alert)
    next_one = await gateway.trigger(Event(summary="down again", dedup_key="disk"), service)
    for verb, body in POSSIBLE.items():
        late = await http.post(f"/v1/alerts/{alert}/{verb}", json=body, headers=ADA)
        assert (late.status_code, late.json()["error"]["code"]) == (409, "resolved")
        assert "by ben; another alert with the same key is open: " in late.json()["error"]["message"]
    assert next_one.id is not None
    kinds = {entry.kind for entry in (await gateway.view(next_one.id)).timeline}
    assert kinds.isdisjoint({"escalated", "reassigned", "snoozed", "note"})


async def test_verbs_are_for_responders_and_for_alerts_that_are_kept(http: httpx2.AsyncClient, alert: str) -> None:
    for verb, body in POSSIBLE.items():
        path = f"/v1/alerts/{alert}/{verb}"
        assert (await http.post(path, json=body)).status_code == 401
        assert (await http.post(path, json=body, headers=WALL)).status_code == 403
        assert (await http.post(f"/v1/alerts/nonsense/{verb}", json=body, headers=ADA)).status_code == 404
        assert (await http.post(f"/v1/alerts/{GONE}/{verb}", json=body, headers=ADA)).status_code == 410
    assert (await http.post("/v1/services/checkout/acknowledge")).status_code == 401
    assert (await http.post("/v1/services/checkout/acknowledge", headers=WALL)).status_code == 403


async def test_temporal_away_is_503_for_every_verb(directory: Directory) -> None:
    away = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    async with asked_in_process(an_app(TemporalGateway(away, lambda: directory), directory)) as http:
        asked = [f"alerts/{GONE}/{verb}" for verb in POSSIBLE] + ["services/checkout/acknowledge"]
        for path in asked:
            body = POSSIBLE.get(path.rsplit("/", 1)[1], {})
            answer = await http.post(f"/v1/{path}", json=body, headers=ADA)
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


# -- a storm ---------------------------------------------------------------------------------------------


async def test_one_word_acknowledges_all_that_page_of_a_service_and_no_other(
    http: httpx2.AsyncClient, gateway: TemporalGateway, client: Client, service: str, worker: Worker
) -> None:
    events = [Event(summary=f"{n} is down", dedup_key=str(n), severity="critical") for n in range(14)]
    ids = {(await gateway.trigger(event, service)).id for event in events}
    snoozed = await gateway.trigger(Event(summary="later", dedup_key="later"), service)
    assert snoozed.id is not None
    await gateway.snooze(snoozed.id, "ben", timedelta(hours=1))
    await paging(gateway, service, 14)
    answer = await http.post(f"/v1/services/{service}/acknowledge", headers=ADA)
    assert answer.status_code == 200
    assert set(answer.json()["acknowledged"]) == ids
    assert answer.json()["failed"] == []
    for alert in sorted(filter(None, ids)):
        await owned_by(gateway, alert, "ada")
        assert (await gateway.standing(alert)).state == "acknowledged"
    assert (await gateway.standing(snoozed.id)).state == "snoozed"
    # The list lags: whoever asks again at once, or later, harms nothing.
    again = await http.post(f"/v1/services/{service}/acknowledge", headers=bearer("robot"))
    assert again.status_code == 200
    assert {(await gateway.standing(alert)).owner for alert in filter(None, ids)} == {"ada"}


async def test_a_service_without_open_alerts_has_nothing_to_acknowledge(http: httpx2.AsyncClient, service: str) -> None:
    none = await http.post(f"/v1/services/{service}/acknowledge", json={"by": "ben"}, headers=ROBOT)
    assert (none.status_code, none.json()) == (200, {"acknowledged": [], "failed": []})
    unknown = await http.post("/v1/services/never-heard-of/acknowledge", headers=ADA)
    assert unknown.status_code == 404
    wrong = await http.post("/v1/services/a'%20OR%201/acknowledge", headers=ADA)
    assert wrong.status_code == 422


async def test_what_could_not_be_told_in_a_storm_is_named(
    http: httpx2.AsyncClient,
    gateway: TemporalGateway,
    client: Client,
    service: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = (await gateway.trigger(Event(summary="a", dedup_key="a"), service)).id
    second = (await gateway.trigger(Event(summary="b", dedup_key="b"), service)).id
    assert first is not None
    assert second is not None
    await paging(gateway, service, 2)
    real, left = merged.asked, [first]

    async def failing(call: object) -> object:
        if getattr(call, "__name__", "") == "signal" and left:
            call.close()  # type: ignore[attr-defined]
            left.pop()
            raise Unavailable("away")
        return await real(call)  # type: ignore[arg-type]

    monkeypatch.setattr(merged, "asked", failing)
    answer = (await http.post(f"/v1/services/{service}/acknowledge", headers=ADA)).json()
    assert len(answer["acknowledged"]) == 1
    assert [one["reason"] for one in answer["failed"]] == ["away"]
    assert {answer["acknowledged"][0], answer["failed"][0]["id"]} == {first, second}
    assert await signals(client, answer["acknowledged"][0]) == 1
    assert await signals(client, answer["failed"][0]["id"]) == 0
