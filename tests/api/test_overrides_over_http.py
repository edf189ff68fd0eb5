"""Overrides made day to day, over HTTP, on the real server: kept durably, refused in words, in force at once."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.page import Pager
from api.gateway import Unavailable
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import Event
from roust.domain.directory import Directory
from roust.domain.zones import format_time
from roust.runtime.clock import Clock
from roust.runtime.day_to_day import DayToDay
from roust.runtime.links import Links
from tests.api.seen import paged
from tests.api.serving import bearer
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from worker.main import build_worker

BEN, PLANNER, ADA, WALL = bearer("ben-laptop"), bearer("planner"), bearer("ada-laptop"), bearer("wall")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


def on(day: float, hours: float = 0) -> str:
    return format_time(NOW + day * DAY + hours * HOUR)


PRIMARY = {
    "time_zone": "Europe/Berlin",
    "layers": [{"name": "weekly", "users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}],
    "overrides": [{"kind": "add", "user": "margaret", "from": on(9), "to": on(10), "reason": "shadows"}],
}


@pytest.fixture
def schedule() -> str:
    """A name of its own, so that no test meets another's overrides."""
    return f"primary-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def directory(schedule: str) -> Directory:
    return a_directory(
        schedules={schedule: PRIMARY, "tokyo": PRIMARY | {"time_zone": "Asia/Tokyo", "overrides": []}},
        escalation_policies={"payments": {"steps": [{"notify": [{"schedule": schedule}], "wait": "1h"}]}},
        services={schedule: {"escalation_policy": "payments"}},
        default_service=schedule,
    )


def a_cover(user: str = "ben", begins: str | None = None, ends: str | None = None, **parts: Any) -> dict[str, Any]:
    return {"kind": "cover", "user": user, "from": begins or on(0, -1), "to": ends or on(1), **parts}


async def listed(http: httpx2.AsyncClient, schedule: str) -> dict[str, Any]:
    answer = await http.get(f"/v1/schedules/{schedule}/overrides", headers=WALL)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def holders(http: httpx2.AsyncClient, schedule: str) -> list[str]:
    answer = await http.get(f"/v1/on-call?schedule={schedule}", headers=WALL)
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["on_call"]
    return list(one["users"])


async def test_an_override_is_made_by_an_api_whose_clock_is_behind(
    http: httpx2.AsyncClient, schedule: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.updating.CLOCK", Clock(lambda: datetime.now(UTC) - HOUR))
    made = await http.post(f"/v1/schedules/{schedule}/overrides", json=a_cover(), headers=BEN)
    assert made.status_code == 201, made.text


async def test_an_override_is_kept_with_who_when_and_why_and_puts_its_user_on_call(
    http: httpx2.AsyncClient, schedule: str, worker: Worker
) -> None:
    assert await holders(http, schedule) == ["ada"]
    made = await http.post(f"/v1/schedules/{schedule}/overrides", json=a_cover(reason=" dent\nist "), headers=BEN)
    assert made.status_code == 201, made.text
    whole = made.json()
    assert {name: whole[name] for name in ("kind", "user", "replaces", "from", "to", "reason", "made_by")} == {
        "kind": "cover",
        "user": "ben",
        "replaces": None,
        "from": on(0, -1),
        "to": on(1),
        "reason": "dent ist",
        "made_by": "ben",
    }
    assert datetime.fromisoformat(whole["made_at"]) >= NOW
    kept = await listed(http, schedule)
    assert (kept["overrides"], kept["time_zone"]) == ([whole], "Europe/Berlin")
    assert [(each["user"], each["id"]) for each in kept["planned"]] == [("margaret", None)]
    assert await holders(http, schedule) == ["ben"]


async def test_what_is_removed_is_over_at_once_and_on_record_with_who(
    http: httpx2.AsyncClient, schedule: str, worker: Worker
) -> None:
    path = f"/v1/schedules/{schedule}/overrides"
    begun = (await http.post(path, json=a_cover(by="ada"), headers=PLANNER)).json()
    coming = (await http.post(path, json=a_cover("margaret", on(2), on(3)), headers=PLANNER)).json()
    assert (begun["made_by"], coming["made_by"]) == ("ada", "planner")
    with structlog.testing.capture_logs() as logs:
        assert (await http.delete(f"{path}/{coming['id']}", headers=BEN)).json() == coming
        ended = await http.delete(f"{path}/{begun['id']}?by=ada", headers=PLANNER)
    assert [(line["event"], line["override"], line["by"]) for line in logs if "override" in line] == [
        ("override removed", coming["id"], "ben"),
        ("override removed", begun["id"], "ada"),
    ]
    assert NOW - HOUR < datetime.fromisoformat(ended.json()["to"]) <= datetime.now(UTC)
    assert (await listed(http, schedule))["overrides"] == [ended.json()]
    assert await holders(http, schedule) == ["ada"]
    again = await http.delete(f"{path}/{begun['id']}", headers=BEN)
    assert (again.status_code, "over since" in again.json()["error"]["message"]) == (409, True)
    gone = await http.delete(f"{path}/{coming['id']}", headers=BEN)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "no_such_override")


async def test_one_that_overlaps_another_of_the_same_user_is_refused_of_the_file_too(
    http: httpx2.AsyncClient, schedule: str, worker: Worker
) -> None:
    path = f"/v1/schedules/{schedule}/overrides"
    made = (await http.post(path, json=a_cover(), headers=BEN)).json()
    for body, other in ((a_cover(), made["id"]), (a_cover("margaret", on(9, 1), on(11)), "margaret is added")):
        refused = await http.post(path, json=body, headers=BEN)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"], error["fields"][0]["field"]) == (409, "conflict", "from")
        assert other in error["message"]
        assert "remove one of them" in error["message"]
    assert len((await listed(http, schedule))["overrides"]) == 1


@pytest.mark.parametrize(
    ("body", "field", "cure"),
    [
        (a_cover(ends=on(0, -1)), "to", "put the end later"),
        (a_cover(begins=on(2), ends=on(1)), "to", "swap the two?"),
        (a_cover(begins=on(-3), ends=on(-2)), "to", "put the end after now"),
        (a_cover("zoe"), "user", "add them under `users`, or correct the name"),
        (a_cover(kind="replace", replaces="zoe"), "replaces", "correct the name"),
        (a_cover(kind="replace"), "replaces", "give `replaces`, or use cover"),
        (a_cover(replaces="ada"), "replaces", "drop it from this cover"),
        (a_cover(kind="replace", replaces="ben"), "replaces", "ben cannot replace themselves"),
        (a_cover(begins="tomorrow"), "from", "write it like 2026-01-05T09:00"),
        (a_cover(begins="2026-01-05"), "from", "write it like 2026-01-05T09:00"),
        (a_cover(ends="2199-12-31T23:59-12:00"), "to", "the years 1970 to 2199"),
        (a_cover(ends="2200-01-01T00:00Z"), "to", "must be from 1970 to 2199"),
        (a_cover(kind="swap"), "kind", "'cover'"),
        (a_cover(colour="red"), "colour", "unknown"),
        (a_cover(reason="x" * 1001), "reason", "1000"),
        (a_cover(by="ada"), "by", "leave it out"),
        (a_cover(id="mine"), "id", "unknown"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_the_field_and_the_cure(
    http: httpx2.AsyncClient, schedule: str, body: dict[str, Any], field: str, cure: str
) -> None:
    # No worker runs: what is refused so never reached Temporal.
    answer = await http.post(f"/v1/schedules/{schedule}/overrides", json=body, headers=BEN)
    assert answer.status_code == 422, answer.text
    (said,) = answer.json()["error"]["fields"]
    assert said["field"] == field
    assert cure in said["message"]


async def test_a_time_without_an_offset_goes_by_the_schedules_clock(http: httpx2.AsyncClient, worker: Worker) -> None:
    year = NOW.year + 1
    body = a_cover("margaret", f"{year}-06-01T09:00", f"{year}-06-01T10:00")
    made = (await http.post("/v1/schedules/tokyo/overrides", json=body, headers=BEN)).json()
    assert (made["from"], made["to"]) == (f"{year}-06-01T00:00:00Z", f"{year}-06-01T01:00:00Z")


async def test_making_takes_an_editor_and_reading_a_viewer(http: httpx2.AsyncClient, schedule: str) -> None:
    path = f"/v1/schedules/{schedule}/overrides"
    for headers in (WALL, ADA):
        assert (await http.post(path, json=a_cover(), headers=headers)).status_code == 403
        assert (await http.delete(f"{path}/x", headers=headers)).status_code == 403
        assert (await http.get(path, headers=headers)).status_code == 200
    for asked in (path, "/v1/on-call", f"/v1/schedules/{schedule}/shifts"):
        assert (await http.get(asked)).status_code == 401


async def test_a_schedule_that_there_is_not_is_404_with_those_there_are(
    http: httpx2.AsyncClient, schedule: str
) -> None:
    answers = [
        await http.get("/v1/schedules/gone/overrides", headers=BEN),
        await http.post("/v1/schedules/gone/overrides", json=a_cover(), headers=BEN),
        await http.delete("/v1/schedules/gone/overrides/x", headers=BEN),
        await http.get("/v1/schedules/gone/shifts", headers=BEN),
        await http.get("/v1/on-call?schedule=gone", headers=BEN),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_schedule")
        assert f"there are: {schedule}, tokyo" in answer.json()["error"]["message"]


async def test_with_no_worker_it_is_503_and_never_done(http: httpx2.AsyncClient, schedule: str) -> None:
    answer = await http.post(f"/v1/schedules/{schedule}/overrides", json=a_cover(), headers=BEN)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "no worker answers: not done" in answer.json()["error"]["message"]
    assert (await listed(http, schedule))["overrides"] == []


async def test_who_is_on_call_is_told_with_why_the_next_hand_off_and_the_gap_ahead(
    http: httpx2.AsyncClient, schedule: str, worker: Worker
) -> None:
    path = f"/v1/schedules/{schedule}/overrides"
    begins, ends = (NOW + DAY).replace(minute=0, second=0), (NOW + 2 * DAY).replace(minute=0, second=0)
    off = a_cover("ada", format_time(begins), format_time(ends), kind="remove")
    assert (await http.post(path, json=off, headers=BEN)).status_code == 201
    answer = (await http.get(f"/v1/on-call?schedule={schedule}&at={format_time(begins - HOUR)}", headers=WALL)).json()
    (one,) = answer["on_call"]
    assert (answer["at"], answer["notes"]) == (format_time(begins - HOUR), [])
    assert one["users"] == ["ada"]
    assert one["next"] == {"at": format_time(begins), "users": []}
    assert one["gap"] == {"start": format_time(begins), "end": format_time(ends)}
    assert [why["user"] for why in one["why"]] == ["ada"]
    assert one["why"][0]["reason"].startswith("weekly layer, until ")
    everywhere = (await http.get("/v1/on-call", headers=WALL)).json()["on_call"]
    assert [each["schedule"] for each in everywhere] == [schedule, "tokyo"]


async def test_shifts_are_clipped_in_utc_with_gaps_and_the_overrides_met(
    http: httpx2.AsyncClient, schedule: str, worker: Worker
) -> None:
    path = f"/v1/schedules/{schedule}"
    made = (await http.post(f"{path}/overrides", json=a_cover(begins=on(1), ends=on(2)), headers=BEN)).json()
    off = (await http.post(f"{path}/overrides", json=a_cover("ada", on(3), on(4), kind="remove"), headers=BEN)).json()
    span = f"from={on(0)}&to={on(5)}"
    answer = (await http.get(f"{path}/shifts?{span}", headers=WALL)).json()
    assert answer["shifts"] == [
        {"user": "ada", "start": on(0), "end": on(1)},
        {"user": "ben", "start": on(1), "end": on(2)},
        {"user": "ada", "start": on(2), "end": on(3)},
        {"user": "ada", "start": on(4), "end": on(5)},
    ]
    assert answer["gaps"] == [{"start": on(3), "end": on(4)}]
    assert answer["overrides"] == [made, off]
    assert (answer["from"], answer["to"], answer["time_zone"]) == (on(0), on(5), "Europe/Berlin")


@pytest.mark.parametrize(
    ("query", "field", "cure"),
    [
        ("shifts?from=tomorrow", "from", "write it like"),
        ("shifts?from=2026-02-01&to=2026-01-01", "to", "is not after"),
        ("shifts?from=2026-01-01&to=2030-01-01", "to", "at most 731 days"),
        ("shifts?to=2200-01-01", "to", "must be from 1970 to 2199"),
        ("shifts?from=2199-12-31T00:00Z", "to", "the years 1970 to 2199"),
        ("shifts?from=1969-12-31T00:00Z", "from", "must be from 1970 to 2199"),
        ("shifts?from=1970-01-01T00:00%2B09:00", "from", "the years 1970 to 2199"),
        ("/v1/on-call?at=noon", "at", "write it like"),
        ("/v1/on-call?at=2026-06-01T09:00", "at", "give it with an offset, such as"),
        ("/v1/on-call?at=2199-12-31T23:59-12:00", "at", "the years 1970 to 2199"),
        ("/v1/on-call?at=2199-12-31T23:00Z", "at", "the years 1970 to 2199"),
        ("/v1/on-call?at=" + "9" * 50, "at", "40"),
    ],
)
async def test_a_time_that_cannot_be_meant_is_never_a_500(
    http: httpx2.AsyncClient, schedule: str, query: str, field: str, cure: str
) -> None:
    answer = await http.get(query if query.startswith("/") else f"/v1/schedules/{schedule}/{query}", headers=WALL)
    assert answer.status_code == 422, answer.text
    (said,) = answer.json()["error"]["fields"]
    assert (said["field"], cure in said["message"]) == (field, True), said


async def test_without_an_answer_from_temporal_the_file_speaks_and_says_so(
    http: httpx2.AsyncClient, gateway: TemporalGateway, schedule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*words: object, **more: object) -> None:
        raise RuntimeError("no connection")

    monkeypatch.setattr("temporalio.client.WorkflowHandle.describe", away)
    answer = (await http.get(f"/v1/on-call?schedule={schedule}", headers=WALL)).json()
    assert answer["on_call"][0]["users"] == ["ada"]
    assert answer["notes"] == [f"overrides of {schedule} made day to day: no answer (RuntimeError); by the file alone"]
    assert (await http.get(f"/v1/schedules/{schedule}/overrides", headers=WALL)).status_code == 503
    with pytest.raises(Unavailable):
        await gateway.overrides.now(schedule)


async def test_the_next_page_goes_to_whoever_covers_and_the_timeline_says_by_whose_word(
    http: httpx2.AsyncClient,
    gateway: TemporalGateway,
    client: Client,
    directory: Directory,
    schedule: str,
    queue: str,
    channel: RecordingChannel,
) -> None:
    links = Links(["a-key-for-tests-only"], directory.url)
    pager = Pager(lambda: directory, {"email": channel}, links, DayToDay(client, fresh=0.0))
    async with build_worker(client, pager, task_queue=queue):
        first = await gateway.trigger(Event(summary="down", dedup_key="a", severity="critical"), schedule)
        await paged(channel, "ada")
        made = await http.post(f"/v1/schedules/{schedule}/overrides", json=a_cover(reason="dentist"), headers=BEN)
        assert made.status_code == 201
        second = await gateway.trigger(Event(summary="down", dedup_key="b", severity="critical"), schedule)
        await paged(channel, "ada", "ben")
        for alert in (first, second):
            await gateway.acknowledge(alert.id or "", "ada", "api")
        entries = (await http.get(f"/v1/alerts/{second.id}", headers=WALL)).json()["timeline"]
    (why,) = [entry["why"] for entry in entries if entry["kind"] == "paged"]
    assert why.startswith(f"on call in {schedule}: covers the schedule (dentist, by ben), until ")
