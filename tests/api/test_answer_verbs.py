"""The folded verbs of the answer page: each by its own button, with an honest outcome."""

import re
from datetime import timedelta

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from api.temporal_gateway import TemporalGateway
from api.updating import Updating
from roust.domain.alert import Event
from roust.domain.directory import Directory
from tests.api.answering import ACKNOWLEDGE, BY_HAND, CHROME, link
from tests.api.seen import GONE, ended, owned_by, paged, paging, step_of
from tests.api.serving import an_app, asked_in_process
from tests.fakes.recording_channel import RecordingChannel

ESCALATE = {"answer": "escalate", "step": "1"}
SNOOZE = {"answer": "snooze-1h"}
NOTE = {"answer": "note", "text": "the disk is full\r\nof <b>logs</b>"}
ALL = {"answer": "acknowledge-all"}
UPDATE = {"answer": "update-30m", "text": "We look <b>into</b> it."}


def said(answer: httpx2.Response) -> str:
    found = re.search(r'role="status">(.*?)</p>', answer.text)
    return found[1] if found else ""


async def kinds(gateway: TemporalGateway, alert: str) -> set[str]:
    return {entry.kind.value for entry in (await gateway.view(alert)).timeline}


async def test_escalate_is_bound_to_the_step_that_they_saw(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker, channel: RecordingChannel
) -> None:
    await step_of(gateway, alert, 1)
    page = await http.get(link(alert))
    assert '<input type="hidden" name="step" value="1">' in page.text
    done = await http.post(link(alert), data=ESCALATE)
    assert done.status_code == 200
    assert re.fullmatch(r"Escalated by you at \d\d:\d\d UTC: the next step begins.", said(done))
    await paged(channel, "ada", "ben")
    stale = await http.post(link(alert), data=ESCALATE)
    assert (stale.status_code, said(stale)) == (409, "Refused: stale: step 2 is current by now, not step 1.")
    # Step 2 is the last of the last pass: there is nothing to press any more.
    assert 'value="escalate"' not in (await http.get(link(alert))).text
    await paged(channel, "ada", "ben")


async def test_a_snooze_says_until_when_and_who_snoozed(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker
) -> None:
    done = await http.post(link(alert), data=SNOOZE, headers=CHROME | BY_HAND)
    assert said(done).startswith("Snoozed by you for 1h, until ")
    assert said(await http.get(link(alert))).startswith("Snoozed by you until ")
    assert said(await http.get(link(alert, "ben"))).startswith("Snoozed by Ada Lovelace until ")
    assert "I have it" in done.text


async def test_a_note_is_in_the_timeline_and_an_empty_one_is_not(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker
) -> None:
    assert (await http.post(link(alert), data=NOTE | {"text": " \r\n "})).status_code == 422
    assert (await http.post(link(alert), data=NOTE | {"text": " \u200b "})).status_code == 422
    long = await http.post(link(alert), data=NOTE | {"text": "é" * 2001})
    assert (long.status_code, "é" * 2001 in long.text) == (422, True)
    done = await http.post(link(alert), data=NOTE)
    assert said(done) == "Your note is in the timeline."
    assert "&lt;b&gt;logs" in done.text
    assert "Ada Lovelace</bdi>: </b>" in done.text
    notes = [(e.user, e.text) for e in (await gateway.view(alert)).timeline if e.kind == "note"]
    assert notes == [("ada", "the disk is full\nof <b>logs</b>")]
    longest = await http.post(link(alert), data=NOTE | {"text": "🔥" * 2000})
    assert said(longest) == "Your note is in the timeline."


async def test_an_update_is_posted_with_the_promise_of_its_button(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker
) -> None:
    assert (await http.post(link(alert), data=UPDATE | {"text": " \r\n "})).status_code == 422
    long = await http.post(link(alert), data=UPDATE | {"text": "é" * 2001})
    # What was typed stands where it was typed, and nowhere else.
    assert (long.status_code, long.text.count("é" * 2001)) == (422, 1)
    assert "é" in long.text.split('id="update"')[1]
    done = await http.post(link(alert), data=UPDATE)
    assert re.fullmatch(r"Your update is posted. The next news is promised for .*\d\d:\d\d UTC.", said(done))
    view = await gateway.view(alert)
    assert view.news_due is not None
    assert timedelta(minutes=29) < view.news_due - view.triggered_at < timedelta(minutes=32)
    plain = await http.post(link(alert), data=UPDATE | {"answer": "update"})
    assert said(plain) == "Your update is posted."
    view = await gateway.view(alert)
    posted = [(e.user, e.text) for e in view.timeline if e.kind == "update"]
    assert (posted, view.news_due) == ([("ada", "We look <b>into</b> it.")] * 2, None)


async def test_all_of_the_service_are_acknowledged_with_one_press(
    http: httpx2.AsyncClient, gateway: TemporalGateway, service: str, alert: str, worker: Worker
) -> None:
    await paging(gateway, service, 1)
    assert 'value="acknowledge-all"' not in (await http.get(link(alert))).text
    more = [(await gateway.trigger(Event(summary=f"{n}", dedup_key=f"{n}"), service)).id for n in range(3)]
    await paging(gateway, service, 4)
    page = await http.get(link(alert))
    assert f"I have all 4 of <bdi>{service}</bdi>" in page.text
    done = await http.post(link(alert), data=ALL)
    assert done.status_code == 200
    assert re.fullmatch(
        rf"Acknowledged by you at \d\d:\d\d UTC: 4 alerts of {service}. Escalation has stopped.", said(done)
    )
    for each in (alert, *more):
        assert each is not None
        await owned_by(gateway, each, "ada")
        assert (await gateway.standing(each)).state == "acknowledged"


async def test_a_press_that_nobody_vouches_for_is_asked_again_with_what_it_says(
    http: httpx2.AsyncClient,
    gateway: TemporalGateway,
    alert: str,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.press.CONFIRM_AFTER", 0.0)
    await step_of(gateway, alert, 1)
    url = link(alert)  # One link: it bears the second in which it was made.
    marks: dict[str, str] = {}
    for data, field in ((ESCALATE, "step"), (NOTE, "text"), (UPDATE, "text"), (SNOOZE, ""), (ALL, "")):
        doubted = await http.post(url, data=data, headers=CHROME)
        assert "press once more" in said(doubted)
        mark = doubted.text.split('name="mark" value="')[1].split('"')[0]
        marks[data["answer"]] = mark
        assert doubted.text.count("<button") == 1
        if field:
            other = await http.post(url, data=data | {field: "9", "mark": mark}, headers=CHROME)
            assert "press once more" in said(other)
        for wrong in ("acknowledge", "resolve"):
            assert "press once more" in said(await http.post(url, data={"answer": wrong, "mark": mark}, headers=CHROME))
    assert await kinds(gateway, alert) <= {"triggered", "step", "paged"}
    for data, done in (
        (NOTE, "Your note"),
        (UPDATE, "Your update is posted"),
        (ESCALATE, "Escalated by you"),
        (ALL, "Acknowledged by you"),
    ):
        again = await http.post(url, data=data | {"mark": marks[data["answer"]]}, headers=CHROME)
        assert said(again).startswith(done)


@pytest.mark.parametrize(
    "data",
    [
        {"answer": "escalate"},
        {"answer": "escalate", "step": "-1"},
        {"answer": "escalate", "step": "²"},
        {"answer": "escalate", "step": "9" * 999},
        {"answer": "snooze"},
        {"answer": "snooze-10y"},
        {"answer": "reassign", "user": "ben"},
        {"text": "x"},
    ],
)
async def test_what_no_button_says_changes_nothing(
    http: httpx2.AsyncClient, gateway: TemporalGateway, alert: str, worker: Worker, data: dict[str, str]
) -> None:
    answer = await http.post(link(alert), data=data)
    assert (answer.status_code, "Nothing was changed" in said(answer)) == (400, True)
    assert (await gateway.standing(alert)).state == "triggered"


async def test_what_is_over_is_shown_as_over_whatever_was_pressed(
    http: httpx2.AsyncClient, gateway: TemporalGateway, client: Client, alert: str, worker: Worker
) -> None:
    await gateway.resolve(alert, "ben", "api")
    await ended(client, alert)
    for data in (ESCALATE, SNOOZE, NOTE, UPDATE):
        late = await http.post(link(alert), data=data)
        assert (late.status_code, "by Ben Bitdiddle." in said(late)) == (409, True)
        assert "<button" not in late.text


async def test_without_a_worker_it_says_that_it_was_not_done_and_keeps_the_note(
    client: Client, gateway: TemporalGateway, directory: Directory, alert: str
) -> None:
    gateway._updating = Updating(client, gateway._reading, within=timedelta(seconds=0.3))
    async with asked_in_process(an_app(gateway, directory)) as http:
        snoozed = await http.post(link(alert), data=SNOOZE)
        assert (snoozed.status_code, said(snoozed)[:11]) == (503, "NOT snoozed")
        noted = await http.post(link(alert), data=NOTE)
        assert (noted.status_code, said(noted)[:9]) == (503, "NOT noted")
        assert "<details open>" in noted.text
        assert "the disk is full\nof &lt;b&gt;logs" in noted.text
        posted = await http.post(link(alert), data=UPDATE)
        assert (posted.status_code, said(posted)[:10]) == (503, "NOT posted")
        assert "We look &lt;b&gt;into&lt;/b&gt; it." in posted.text.split('id="update"')[1]
        assert said(await http.post(link(alert), data=ALL)).startswith("Recorded for 1 alert of ")


async def test_with_temporal_away_it_says_that_nothing_was_done(directory: Directory) -> None:
    away = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    async with asked_in_process(an_app(TemporalGateway(away, lambda: directory), directory)) as http:
        pressed = await http.post(link(GONE), data=SNOOZE)
        assert (pressed.status_code, said(pressed)[:11]) == (503, "NOT snoozed")
        everything = await http.post(link(GONE), data=ALL)
        assert (everything.status_code, said(everything)[:16]) == (503, "NOT acknowledged")
        assert ACKNOWLEDGE["answer"] in everything.text
