"""The page activity: who is sent what, what becomes of it, and that nothing else goes out."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from activities.channels.channel import TryAgain
from activities.current import CurrentLinks
from activities.page import Pager
from roust.domain.alert import Urgency
from roust.domain.notification import MessageKind, Result
from tests.activities.pages import (
    a_pager,
    a_planned,
    a_request,
    ada_with,
    became,
    run_page,
)
from tests.builders import NOON, a_directory, an_alert
from tests.fakes.recording_channel import RecordingChannel

MINUTE = timedelta(minutes=1)
THREE = {
    "push": {"ntfy": "https://ntfy.example.com/ada"},
    "mail": {"email": "ada@example.com"},
    "text": {"sms": "+447700900001"},
}
CHAIN = {"high": [{"contacts": ["push"]}, {"after": "2m", "contacts": ["text"]}]}


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


async def test_a_page_reaches_every_target_at_once(channel: RecordingChannel) -> None:
    result = await run_page(a_pager(channel), a_request("user:ada", "user:ben"))
    assert sorted(channel.paged) == [("ada", "mail"), ("ben", "mail")]
    assert [o.result for o in result.outcomes] == [Result.SENT, Result.SENT]
    assert [r.user for r in result.resolved] == ["ada", "ben"]
    assert result.problems == []
    assert result.planned == []


async def test_a_user_reached_through_several_targets_is_paged_once(channel: RecordingChannel) -> None:
    result = await run_page(a_pager(channel), a_request("user:ada", "team:payments"))
    assert sorted(channel.paged) == [("ada", "mail"), ("ben", "mail")]
    assert result.resolved[0].why == "named in the step; member of team payments"


async def test_what_no_one_knows_is_a_problem_and_the_others_are_paged(channel: RecordingChannel) -> None:
    request = a_request("user:nobody", "team:ghosts", "group:gone", "schedule:never", "user:ben")
    result = await run_page(a_pager(channel), request)
    assert channel.paged == [("ben", "mail")]
    assert len(result.problems) == 4
    assert all(name in " ".join(result.problems) for name in ("nobody", "ghosts", "gone", "never"))


async def test_rules_due_later_are_planned_and_not_sent(channel: RecordingChannel) -> None:
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ada"))
    assert channel.paged == [("ada", "push")]
    assert [(p.contact, p.rule, p.due) for p in result.planned] == [("text", "high2", NOON + 2 * MINUTE)]


async def test_urgency_chooses_the_rules(channel: RecordingChannel) -> None:
    directory = ada_with(THREE, CHAIN | {"low": [{"contacts": ["mail"]}]})
    await run_page(a_pager(channel, directory), a_request("user:ada", urgency=Urgency.LOW))
    assert channel.paged == [("ada", "mail")]
    assert channel.taken[0].key.endswith("/ada/low1/mail")


async def test_a_user_without_contacts_is_a_problem(channel: RecordingChannel) -> None:
    result = await run_page(a_pager(channel, ada_with({})), a_request("user:ada"))
    assert result.problems == ["ada has no contacts"]
    assert channel.attempted == []


async def test_what_fell_due_is_sent_with_its_own_key(channel: RecordingChannel) -> None:
    due = a_planned("ada", "text", "high2", pass_=2, step=3)
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request(due=[due]))
    assert channel.paged == [("ada", "text")]
    assert channel.taken[0].key == f"{an_alert().id}/1/2/3/ada/high2/text"
    assert [o.planned for o in result.outcomes] == [due]


async def test_a_contact_due_from_before_is_not_sent_twice_for_a_new_step(channel: RecordingChannel) -> None:
    due = a_planned("ada", "push", "high2")
    request = a_request("user:ada", due=[due], step=2)
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), request)
    assert channel.paged == [("ada", "push")]
    assert channel.taken[0].key.endswith("/1/1/1/ada/high2/push")
    assert [(p.contact, p.step) for p in result.planned] == [("text", 2)]


async def test_a_refused_contact_brings_the_next_rule_forward_with_its_key(channel: RecordingChannel) -> None:
    channel.refuse("ada", "push")
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ada"))
    assert became(result) == [("ada", "push", "refused"), ("ada", "text", "sent")]
    assert channel.taken[0].key.endswith("/ada/high2/text")
    assert result.planned == []


async def test_a_refused_contact_brings_forward_what_is_pending_first(channel: RecordingChannel) -> None:
    channel.refuse("ada", "push")
    pending = a_planned("ada", "mail", "high3", after=MINUTE)
    directory = ada_with(THREE, CHAIN)
    result = await run_page(a_pager(channel, directory), a_request("user:ada", pending=[pending], step=2))
    assert became(result) == [("ada", "push", "refused"), ("ada", "mail", "sent")]
    assert result.outcomes[1].planned == pending
    assert [p.contact for p in result.planned] == ["text"]


async def test_refused_rules_fall_back_on_any_other_contact(channel: RecordingChannel) -> None:
    channel.refuse("ada", "push")
    channel.refuse("ada", "text")
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ada"))
    assert became(result) == [("ada", "push", "refused"), ("ada", "text", "refused"), ("ada", "mail", "sent")]
    assert channel.taken[0].key.endswith("/ada/high1-without-push/mail")


async def test_bringing_forward_ends_when_nothing_is_left(channel: RecordingChannel) -> None:
    for contact in THREE:
        channel.refuse("ada", contact)
    result = await run_page(a_pager(channel, ada_with(THREE)), a_request("user:ada"))
    assert {o.result for o in result.outcomes} == {Result.REFUSED}
    assert sorted(channel.attempted) == [("ada", contact) for contact in sorted(THREE)]


async def test_one_contact_that_was_sent_is_enough(channel: RecordingChannel) -> None:
    channel.refuse("ada", "push")
    rules = {"high": [{"contacts": ["push", "mail"]}, {"after": "2m", "contacts": ["text"]}]}
    result = await run_page(a_pager(channel, ada_with(THREE, rules)), a_request("user:ada"))
    assert channel.paged == [("ada", "mail")]
    assert [p.contact for p in result.planned] == ["text"]


async def test_a_failing_contact_does_not_stop_the_bringing_forward(channel: RecordingChannel) -> None:
    channel.refuse("ada", "push")
    channel.fail("ada", "text")
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ada"))
    assert became(result) == [("ada", "push", "refused"), ("ada", "text", "try_again"), ("ada", "mail", "sent")]


async def test_a_failing_contact_alone_brings_nothing_forward(channel: RecordingChannel) -> None:
    channel.fail("ada", "push")
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ada"))
    assert became(result) == [("ada", "push", "try_again")]
    assert [p.contact for p in result.planned] == ["text"]


async def test_one_users_refusal_brings_nothing_forward_for_another(channel: RecordingChannel) -> None:
    channel.refuse("ben", "mail")
    await run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ada", "user:ben"))
    assert channel.paged == [("ada", "push")]


async def test_nobody_waits_for_anothers_hanging_provider(channel: RecordingChannel) -> None:
    channel.hang("ben", "mail")
    channel.refuse("ada", "push")
    paging = asyncio.create_task(run_page(a_pager(channel, ada_with(THREE, CHAIN)), a_request("user:ben", "user:ada")))
    await channel.until("ada", "text")
    assert not paging.done()
    channel.release()
    assert ("ben", "mail", "sent") in became(await paging)


async def test_a_hanging_provider_is_tried_again(channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.attempt.DEADLINE", 0.05)
    channel.hang("ada", "mail")
    result = await run_page(a_pager(channel), a_request("user:ada"))
    assert became(result) == [("ada", "mail", "try_again")]
    assert result.outcomes[0].said == "no answer within 8 s"


async def test_what_a_provider_asks_for_is_passed_on(channel: RecordingChannel) -> None:
    channel.fail("ada", "mail", TryAgain("busy", retry_after=42))
    result = await run_page(a_pager(channel), a_request("user:ada"))
    assert (result.outcomes[0].said, result.outcomes[0].retry_after) == ("busy", 42)


@pytest.mark.parametrize("asked", [float("nan"), float("inf"), -1, "soon", True, None])
async def test_a_senseless_retry_after_is_passed_over(channel: RecordingChannel, asked: Any) -> None:
    channel.fail("ada", "mail", TryAgain("busy", retry_after=asked))
    result = await run_page(a_pager(channel), a_request("user:ada"))
    assert result.outcomes[0].retry_after is None


async def test_a_contact_that_is_gone_is_refused_with_the_reason(channel: RecordingChannel) -> None:
    due = [a_planned("ada", "pager"), a_planned("zoe", "mail")]
    result = await run_page(a_pager(channel), a_request(due=due))
    said = {o.planned.user: o.said for o in result.outcomes if o.planned.contact != "mail" or o.planned.user == "zoe"}
    assert said == {"ada": "ada has no contact named 'pager'", "zoe": "no user named 'zoe'"}
    assert channel.paged == [("ada", "mail")]


async def test_a_channel_that_is_not_configured_is_refused_and_another_contact_used(
    channel: RecordingChannel,
) -> None:
    directory = ada_with(THREE, {"high": [{"contacts": ["text"]}]})
    result = await run_page(a_pager(directory=directory, channels={"email": channel}), a_request("user:ada"))
    assert result.outcomes[0].said == "no channel is configured for sms"
    assert channel.paged == [("ada", "mail")]


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.RESOLVED])
async def test_what_is_no_page_goes_to_exactly_the_contacts_named(channel: RecordingChannel, kind: MessageKind) -> None:
    channel.refuse("ada", "push")
    request = a_request(kind=kind, due=[a_planned("ada", "push", occasion=kind.value)])
    result = await run_page(a_pager(channel, ada_with(THREE, CHAIN)), request)
    assert channel.attempted == [("ada", "push")]
    assert result.planned == []
    assert channel.messages[0].kind is kind


async def test_an_owner_who_was_never_paged_is_reminded_by_the_quiet_contacts(channel: RecordingChannel) -> None:
    rules = {"high": [{"contacts": ["text"]}], "low": [{"contacts": ["mail"]}, {"after": "5m", "contacts": ["push"]}]}
    request = a_request("user:ada", kind=MessageKind.REMINDER)
    result = await run_page(a_pager(channel, ada_with(THREE, rules)), request)
    assert channel.attempted == [("ada", "mail")]
    assert result.planned == []


async def test_nobody_is_called_to_hear_that_it_is_over(channel: RecordingChannel) -> None:
    directory = ada_with(THREE | {"call": {"voice": "+447700900001"}})
    due = [a_planned("ada", "call"), a_planned("ada", "text")]
    result = await run_page(a_pager(channel, directory), a_request(kind=MessageKind.RESOLVED, due=due))
    assert became(result) == [("ada", "text", "sent")]
    assert channel.taken[0].answer_url is None


async def test_a_page_carries_its_own_answer_link_and_place(channel: RecordingChannel) -> None:
    await run_page(a_pager(channel), a_request("user:ada", step=2, pass_=1, delayed_since=NOON - MINUTE))
    message = channel.taken[0]
    assert message.answer_url is not None
    assert message.answer_url.startswith("http://127.0.0.1:8420/a/")
    assert (message.step, message.steps, message.pass_, message.passes) == (2, 3, 1, 3)
    assert message.delayed_since == NOON - MINUTE


async def test_nobody_is_called_by_voice_as_a_resolved_target_either(channel: RecordingChannel) -> None:
    directory = ada_with({"call": {"voice": "+447700900001"}, "mail": {"email": "ada@example.com"}})
    await run_page(a_pager(channel, directory), a_request("user:ada", kind=MessageKind.RESOLVED))
    assert channel.attempted == [("ada", "mail")]


async def test_a_page_goes_out_though_no_link_can_be_signed(channel: RecordingChannel) -> None:
    directory = a_directory(link_keys=[])
    pager = Pager(lambda: directory, {"email": channel}, CurrentLinks(lambda: directory))
    await run_page(pager, a_request("user:ada"))
    assert channel.paged == [("ada", "mail")]
    assert channel.taken[0].answer_url is None


async def test_the_same_key_on_every_attempt(channel: RecordingChannel) -> None:
    channel.fail("ada", "mail", times=1)
    pager = a_pager(channel)
    first = await run_page(pager, a_request("user:ada"))
    await run_page(pager, a_request(due=[first.outcomes[0].planned], at=NOON + MINUTE))
    assert len(channel.messages) == 2
    assert channel.messages[0].key == channel.messages[1].key


async def test_the_last_resort_has_its_own_place_in_the_key(channel: RecordingChannel) -> None:
    await run_page(a_pager(channel), a_request("user:margaret", step=0, occasion="last_resort2"))
    assert channel.taken[0].key.endswith("/1/1/last_resort2/margaret/high1/mail")


async def test_outcomes_carry_the_workflows_hour(channel: RecordingChannel) -> None:
    result = await run_page(a_pager(channel), a_request("user:ada"))
    at = result.outcomes[0].at
    assert at is not None
    assert NOON <= at < NOON + MINUTE


async def test_a_text_that_breaks_a_channel_never_raises(channel: RecordingChannel) -> None:
    channel.fail("ada", "mail", UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"))
    result = await run_page(a_pager(channel), a_request("user:ada", "user:ben"))
    assert sorted(became(result)) == [("ada", "mail", "try_again"), ("ben", "mail", "sent")]


async def test_a_last_resort_of_which_nobody_is_left_gives_way_to_that_of_the_file_in_force(
    channel: RecordingChannel,
) -> None:
    request = a_request("user:gone", step=0, occasion="last-resort-1")
    result = await run_page(a_pager(channel), request)
    assert channel.paged == [("margaret", "mail")]
    assert result.problems == [
        "named in the step: no user named 'gone'",
        "nobody of the last resort is left: that of today's defaults",
    ]
