"""A rehearsal plays what the night would: the exact pages, and no other."""

import asyncio

import pytest

from roust.domain.directory import Contact
from roust.domain.notification import Message, Receipt
from tests.rehearsal.conftest import Play, paged
from worker.rehearsal.outcome import pages
from worker.rehearsal.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_unanswered_alert_climbs_every_step_and_pass_and_is_exhausted(played: Play) -> None:
    result = await played()
    assert paged(result) == [
        (0, "ada", "push"),
        (120, "ada", "mail"),
        (300, "ben", "mail"),
        (900, "ada", "push"),
        (1020, "ada", "mail"),
        (1200, "ben", "mail"),
        (1800, "margaret", "mail"),
    ]
    assert [(page.step, page.pass_) for page in pages(result)] == [
        (1, 1),
        (1, 1),
        (2, 1),
        (1, 2),
        (1, 2),
        (2, 2),
        (0, 2),
    ]
    assert result.outcome == "exhausted"


async def test_one_rehearsal_does_not_touch_the_next(played: Play) -> None:
    first, again = await played(**{"for": "6m"}), await played(**{"for": "6m"})
    assert paged(first) == paged(again) == [(0, "ada", "push"), (120, "ada", "mail"), (300, "ben", "mail")]
    assert first.outcome == again.outcome == "triggered"


async def test_an_acknowledge_stops_what_is_pending(played: Play) -> None:
    result = await played(events=[{"after": "1m", "acknowledge": {"by": "ben"}}], **{"for": "20m"})
    assert paged(result) == [(0, "ada", "push")]
    assert result.outcome == "acknowledged"


@pytest.mark.parametrize("time", range(3))
async def test_what_is_due_at_the_instant_of_an_acknowledge_goes_before_it(played: Play, time: int) -> None:
    result = await played(events=[{"after": "5m", "acknowledge": {"by": "ada"}}], **{"for": "20m"})
    assert paged(result) == [(0, "ada", "push"), (120, "ada", "mail"), (300, "ben", "mail")]
    assert result.outcome == "acknowledged"


async def test_an_event_waits_until_all_that_was_due_has_left_however_slow(
    played: Play, on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = on_stage.recording.send

    async def slowly(message: Message, contact: Contact) -> Receipt:
        await asyncio.sleep(0.1)
        return await send(message, contact)

    monkeypatch.setattr(on_stage.recording, "send", slowly)
    result = await played(events=[{"after": "5m", "acknowledge": {"by": "ada"}}], **{"for": "6m"})
    (acknowledged,) = result.done
    assert (acknowledged.sent, len(result.sent)) == (3, 3)


async def test_of_one_instant_the_failure_comes_first_wherever_the_file_has_it(played: Play) -> None:
    events = [{"after": "5m", "note": {"text": "x"}}, {"after": "5m", "fail": {"user": "ben", "contact": "mail"}}]
    result = await played(events=events, **{"for": "6m"})
    # Refused: the next pass begins at once.
    assert paged(result) == [(0, "ada", "push"), (120, "ada", "mail"), (300, "ada", "push")]


async def test_a_failure_holds_already_for_what_is_due_at_its_instant(played: Play) -> None:
    fails = [
        {"after": "0s", "fail": {"user": "ada", "contact": "push"}},
        {"after": "5m", "fail": {"user": "ben", "contact": "mail", "as": "refused"}},
    ]
    result = await played(events=fails, **{"for": "14m"})
    # Ada's mail at once, not two minutes later; Ben has no other contact, so the next pass begins at once.
    assert paged(result) == [(0, "ada", "mail"), (300, "ada", "mail")]


async def test_a_contact_that_may_work_later_is_tried_again_and_pages_nobody(played: Play) -> None:
    fail = {"after": "0s", "fail": {"user": "ada", "contact": "push", "as": "try_again"}}
    result = await played(events=[fail], **{"for": "6m"})
    assert paged(result) == [(120, "ada", "mail"), (300, "ben", "mail")]
    assert sum(sent.result == "try_again" for sent in result.sent) > 3


async def test_escalate_begins_the_next_step_and_a_stale_one_says_why(played: Play) -> None:
    presses = [
        {"after": "1m", "escalate": {"by": "ada"}},
        {"after": "2m", "escalate": {"by": "ben", "step": 1}},
    ]
    result = await played(events=presses, **{"for": "3m"})
    assert paged(result) == [(0, "ada", "push"), (60, "ben", "mail"), (120, "ada", "mail")]
    first, second = result.done
    assert first.refused == ""
    assert "stale" in second.refused


async def test_reassign_pages_the_user_or_climbs_the_other_policy(played: Play) -> None:
    presses = [
        {"after": "1m", "reassign": {"by": "ada", "user": "margaret"}},
        {"after": "2m", "reassign": {"by": "margaret", "escalation_policy": "nights"}},
    ]
    result = await played(at="2026-04-01T12:00:00Z", events=presses, **{"for": "3m"})
    assert paged(result) == [(0, "ada", "push"), (60, "margaret", "mail"), (120, "ada", "push")]


async def test_a_snooze_is_silent_and_ends_in_a_new_cycle(played: Play) -> None:
    events = [{"after": "1m", "note": {"text": "known"}}, {"after": "1m", "snooze": {"by": "ada", "for": "20m"}}]
    result = await played(events=events, **{"for": "22m"})
    assert paged(result) == [(0, "ada", "push"), (1260, "ada", "push")]
    assert [page.cycle for page in pages(result)] == [1, 2]
    assert [entry.text for entry in result.timeline if entry.kind == "note"] == ["known"]


async def test_an_acknowledge_timeout_begins_a_new_cycle(played: Play) -> None:
    result = await played(events=[{"after": "1m", "acknowledge": {"by": "ada"}}], **{"for": "32m"})
    assert paged(result) == [(0, "ada", "push"), (1860, "ada", "push")]
    assert [sent.message.user for sent in result.sent if sent.message.kind == "reminder"] == ["ada"]


async def test_a_repeat_that_raises_the_urgency_begins_the_step_anew(played: Play) -> None:
    worse = {"after": "3m", "trigger": {"priority": "P1"}}
    result = await played(alert={"priority": "P4"}, events=[worse], **{"for": "4m"})
    assert paged(result) == [(0, "ada", "mail"), (180, "ada", "push")]


async def test_a_plain_repeat_pages_nobody(played: Play) -> None:
    result = await played(events=[{"after": "1m", "trigger": None}], **{"for": "90s"})
    assert paged(result) == [(0, "ada", "push")]


async def test_after_a_resolve_the_same_key_is_a_new_alert(played: Play) -> None:
    events = [{"after": "1m", "resolve": None}, {"after": "10m", "trigger": {}}, {"after": "11m", "acknowledge": {}}]
    result = await played(events=events, **{"for": "20m"})
    assert paged(result) == [(0, "ada", "push"), (600, "ada", "push")]
    assert [done.refused for done in result.done] == ["", "", ""]
    assert result.outcome == "acknowledged"


async def test_a_resolve_ends_the_rehearsed_alert_and_what_comes_later_is_refused(played: Play) -> None:
    events = [{"after": "1m", "resolve": {"by": "ben"}}, {"after": "2m", "acknowledge": {"by": "ada"}}]
    result = await played(events=events)
    assert paged(result) == [(0, "ada", "push")]
    assert [(s.message.kind, s.message.user) for s in result.sent[1:]] == [("resolved", "ada")]
    assert [done.refused for done in result.done] == ["", "the alert is over"]
    assert result.outcome == "resolved"


async def test_what_a_route_drops_never_starts_and_the_reason_is_told(played: Play) -> None:
    result = await played(alert={"labels": {"severity": "debug"}})
    assert (result.outcome, result.sent) == ("dropped", [])
    assert "route 1 matches" in result.why[0]


async def test_what_the_service_does_not_page_for_is_suppressed(played: Play) -> None:
    result = await played(alert={"service": "search"})
    assert (result.outcome, result.sent) == ("suppressed", [])


@pytest.mark.parametrize(
    ("at", "user"),
    [
        ("2026-03-29T00:59:00Z", "ben"),
        ("2026-03-29T01:00:00Z", "margaret"),
        ("2026-03-29T03:00:00+02:00", "margaret"),
        ("2026-03-28T20:00:00-05:00", "margaret"),
        ("2026-04-01T12:00:00+05:30", "ada"),
    ],
)
async def test_who_is_on_call_goes_by_the_hour_of_the_rehearsal_and_the_overrides_of_the_file(
    played: Play, at: str, user: str
) -> None:
    result = await played(alert={"service": "nights"}, at=at, **{"for": "1m"})
    assert [name for _, name, _ in paged(result)] == [user]


@pytest.mark.parametrize(
    ("at", "first", "second"),
    [
        ("2026-03-29T00:57:00Z", "ben", "margaret"),  # 01:57, and then 03:02
        ("2026-10-25T00:27:00Z", "ben", "margaret"),  # 02:27, and then 02:32 for the first time
        ("2026-10-25T00:58:00Z", "margaret", "margaret"),  # 02:58, and then 02:03
        ("2026-10-25T01:27:00Z", "margaret", "margaret"),  # 02:32 for the second time hands nothing over
    ],
)
async def test_a_wait_over_a_change_of_clocks_is_as_long_as_any_and_ends_at_whoever_is_on_call_then(
    played: Play, at: str, first: str, second: str
) -> None:
    result = await played(alert={"service": "backup"}, at=at, **{"for": "6m"})
    assert paged(result) == [(0.0, first, "mail"), (300.0, second, "mail")]


async def test_without_for_it_is_watched_an_hour_longer_than_the_climb_or_the_last_event(played: Play) -> None:
    short = await played(**{"for": None})
    long = await played(events=[{"after": "3h", "note": {"text": "still here"}}], **{"for": None})
    assert (short.length.total_seconds(), long.length.total_seconds()) == (1800 + 3600, 4 * 3600)
