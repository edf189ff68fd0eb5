"""The activity `notice`: whom it reaches and by what, what it reports, and what an attempt after a crash skips."""

import dataclasses
from datetime import timedelta
from typing import Any

from temporalio.testing import ActivityEnvironment

from activities.notice import Notifier
from roust.domain.directory import Directory
from roust.domain.members import members
from roust.domain.news import Update
from roust.domain.notice import Moment, Notice
from roust.domain.stakeholders import Attempt, Telling
from roust.domain.telling import NoticeRequest, NoticeResult
from tests.builders import NOON, a_directory
from tests.fakes.recording_channel import RecordingChannel

LINUS = {
    "name": "Linus T.",
    "contacts": {"call": {"voice": "+447700900001"}, "hook": {"webhook": "https://h.example.com/l"}},
}
GRACE = {
    "name": "Grace Hopper",
    "time_zone": "America/New_York",
    "contacts": {"mail": {"email": "grace@example.com"}, "push": {"webhook": "https://push.example.com/g"}},
    "notification_rules": {"low": [{"contacts": ["push"]}, {"after": "1h", "contacts": ["mail"]}]},
}


def the_company(*people: dict[str, str], **parts: Any) -> Directory:
    """The board is `people`; Grace hears by push at low urgency, Linus by a call or a hook, Nobody by nothing."""
    users = a_directory().model_dump(mode="json", exclude_none=True)["users"]
    users |= {"linus": LINUS, "grace": GRACE, "nobody": {}}
    return a_directory(users=users, stakeholder_groups={"board": {"members": list(people), **parts}})


def a_request(*tellings: Telling, **parts: Any) -> NoticeRequest:
    later = NOON + timedelta(minutes=15)
    attempts = [Attempt(telling=telling, at=NOON, until=later) for telling in tellings or (a_telling(),)]
    whole: dict[str, Any] = {"alert": "checkout-1", "service": "checkout", "impact": "Customers cannot pay"}
    whole |= {"priority": "P1", "since": NOON, "at": NOON, "state": "triggered", "attempts": attempts}
    return NoticeRequest.model_validate(whole | parts)


def a_telling(**parts: Any) -> Telling:
    return Telling.model_validate({"group": "board", "moment": "triggered", "at": NOON} | parts)


async def told(
    directory: Directory,
    request: NoticeRequest,
    channel: RecordingChannel,
    before: NoticeResult | None = None,
    beats: list[Any] | None = None,
) -> NoticeResult:
    channels = {"email": channel, "webhook": channel}
    env = ActivityEnvironment()
    details = [before.model_dump(mode="json")["told"]] if before else []
    env.info = dataclasses.replace(env.info, heartbeat_details=details)
    if beats is not None:
        env.on_heartbeat = lambda *given: beats.append(given)
    return await env.run(Notifier(lambda: directory, channels).notice, request)


def reached(channel: RecordingChannel) -> list[str]:
    return sorted(f"{m.user}/{m.contact}" if m.user else m.contact for m in channel.taken)


async def test_each_member_hears_once_and_quietly() -> None:
    people = ({"user": "grace"}, {"user": "linus"}, {"email": "board@example.com"}, {"user": "ada"})
    channel = RecordingChannel()
    result = await told(the_company(*people), a_request(), channel)
    assert reached(channel) == ["ada/mail", "email-3", "grace/push", "linus/hook"]
    assert {(one.whom, one.result) for one in result.told} == {
        ("ada/mail", "sent"),
        ("email-3", "sent"),
        ("grace/push", "sent"),
        ("linus/hook", "sent"),
    }
    assert {m.key for m in channel.taken} == {
        f"checkout-1/triggered/board/{whom}" for whom in ("ada/mail", "email-3", "grace/push", "linus/hook")
    }


async def test_one_address_hears_once_however_often_it_is_named() -> None:
    people = ({"user": "ada"}, {"email": "ADA@example.com"}, {"email": "a@example.com"}, {"email": "a@example.com"})
    channel = RecordingChannel()
    await told(the_company(*people), a_request(), channel)
    assert reached(channel) == ["ada/mail", "email-3"]


async def test_who_cannot_be_reached_is_told_in_words() -> None:
    channel = RecordingChannel()
    result = await told(the_company({"user": "nobody"}, {"slack": "C0OUTAGES"}), a_request(), channel)
    assert channel.messages == []
    assert result.problems == [("board", "nobody has no contact that a notice may come by")]
    assert [(one.whom, one.result, one.said) for one in result.told] == [
        ("slack-2", "refused", "no channel is configured for slack")
    ]


async def test_a_group_that_is_no_more_is_a_problem_and_the_others_are_told() -> None:
    channel = RecordingChannel()
    request = a_request(a_telling(group="gone"), a_telling())
    result = await told(the_company({"user": "ada"}), request, channel)
    assert result.problems == [("gone", "no stakeholder group named 'gone' any more")]
    assert reached(channel) == ["ada/mail"]


async def test_what_a_provider_does_is_an_outcome_for_that_member_alone_and_tells_no_address() -> None:
    people = ({"email": "board@example.com"}, {"email": "press@example.com"}, {"user": "ada"})
    channel = RecordingChannel()
    channel.refuse("", "email-1", "550 no such user board@example.com")
    channel.fail("", "email-2", ConnectionError("press@example.com: greylisted"))
    result = await told(the_company(*people), a_request(), channel)
    assert {one.whom: one.result for one in result.told} == {
        "email-1": "refused",
        "email-2": "try_again",
        "ada/mail": "sent",
    }
    assert "example.com" not in result.model_dump_json()


async def test_only_those_whom_the_last_attempt_did_not_reach_are_tried_again() -> None:
    people = ({"email": "board@example.com"}, {"user": "grace"}, {"user": "ada"})
    channel = RecordingChannel()
    request = a_request()
    again = request.attempts[0].model_copy(update={"number": 2, "members": ["grace/push"]})
    await told(the_company(*people), request.model_copy(update={"attempts": [again]}), channel)
    assert reached(channel) == ["grace/push"]


async def test_an_attempt_after_a_crash_skips_whom_the_heartbeat_says_was_told() -> None:
    directory = the_company({"email": "board@example.com"}, {"user": "ada"})
    first, second, beats = RecordingChannel(), RecordingChannel(), []  # type: ignore[var-annotated]
    first.fail("", "email-1")
    before = await told(directory, a_request(), first, beats=beats)
    assert beats
    sent = before.model_copy(update={"told": [one for one in before.told if one.result == "sent"]})
    after = await told(directory, a_request(), second, before=sent)
    assert reached(second) == ["email-1"]
    assert sorted(one.whom for one in after.told) == ["ada/mail", "email-1"]


async def test_a_notice_names_people_and_holds_nothing_of_the_source() -> None:
    channel = RecordingChannel()
    update = Update(number=2, text="A restore runs.", by="grace", at=NOON)
    request = a_request(
        a_telling(moment="update", update=2), updates=[update], owner="ada", state="acknowledged", news_due=NOON
    )
    await told(the_company({"email": "b@example.com"}, moments=["update"], time_zone="Asia/Tokyo"), request, channel)
    (message,) = channel.taken
    assert message.time_zone == "Asia/Tokyo"
    assert message.notices == [
        Notice(
            moment=Moment.UPDATE,
            alert="checkout-1",
            group="board",
            service="checkout",
            impact="Customers cannot pay",
            priority="P1",
            since=NOON,
            at=NOON,
            state="acknowledged",
            owner="Ada Lovelace",
            news_due=NOON,
            update="A restore runs.",
            update_by="Grace Hopper",
            follows=[Moment.UPDATE],
        )
    ]


async def test_a_group_in_a_storm_is_collected_for_and_not_told() -> None:
    class Stormy:
        def __init__(self) -> None:
            self.taken: list[Notice] = []

        async def collects(self, notice: Notice) -> bool:
            self.taken.append(notice)
            return True

    calm, channel, directory = Stormy(), RecordingChannel(), the_company({"user": "ada"})
    notifier = Notifier(lambda: directory, {"email": channel}, calm)
    result = await ActivityEnvironment().run(notifier.notice, a_request())
    assert [one.result for one in result.told] == ["collected"]
    assert (len(calm.taken), channel.messages) == (1, [])
    # An attempt after a crash collects it no second time, nor tells it.
    env = ActivityEnvironment()
    env.info = dataclasses.replace(env.info, heartbeat_details=[result.model_dump(mode="json")["told"]])
    await env.run(notifier.notice, a_request())
    assert (len(calm.taken), channel.messages) == (1, [])


def test_nobody_is_called_for_a_notice_and_no_address_shows() -> None:
    directory = the_company({"user": "linus"}, {"email": "board@example.com"})
    found, _ = members(directory.stakeholder_groups["board"], directory)
    assert [member.whom for member in found] == ["linus/hook", "email-2"]
    assert "example.com" not in repr(found)
