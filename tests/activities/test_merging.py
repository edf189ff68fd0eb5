"""Pages that wait for each other: each alert is in some page, told once, and whoever has answered is left out."""

import asyncio
from collections.abc import Iterable

import pytest

from activities.merging import Merging
from activities.page import Pager
from roust.domain.alert import AlertText, Priority
from roust.domain.directory import CONTACT_KINDS, Directory
from roust.domain.notification import MergedPage, Message, PageResult
from tests.activities.pages import LINKS, a_planned, a_request, an_environment, became, run_page
from tests.builders import a_directory, an_alert
from tests.fakes.recording_channel import RecordingChannel
from tests.waiting import until

at_once = pytest.mark.at_once


class Records:
    """What was recorded; `broken`: nothing can be."""

    def __init__(self) -> None:
        self.pages: list[MergedPage] = []
        self.broken = False

    async def __call__(self, page: MergedPage) -> None:
        if self.broken:
            raise ConnectionError("Temporal is away")
        self.pages.append(page)


WINDOW = 0.5
"""Seconds that pages wait for each other: enough for a busy machine to begin three."""


@pytest.fixture(autouse=True)
def window(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Where a wait would be wrong it is half a minute: the test would not live to see it."""
    seconds = 30.0 if request.node.get_closest_marker("at_once") else WINDOW
    monkeypatch.setattr("roust.domain.storm.WINDOWS", ((1_000_000, seconds),))


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


@pytest.fixture
def records() -> Records:
    return Records()


class Watched(Merging):
    @property
    def listens(self) -> bool:
        return asyncio.get_running_loop().time() < self._listens_until

    async def waits(self, count: int) -> None:
        """Until so many messages wait for others."""
        await until(lambda: len(self._members) == count, every=0.001)


@pytest.fixture
def merging(records: Records) -> Watched:
    return Watched(LINKS, records)


@pytest.fixture
def pager(channel: RecordingChannel, merging: Watched) -> Pager:
    return a_merging_pager(channel, merging)


def a_merging_pager(channel: RecordingChannel, merging: Merging, directory: Directory | None = None) -> Pager:
    found = directory or a_directory()
    return Pager(lambda: found, dict.fromkeys(CONTACT_KINDS, channel), LINKS, merging=merging)


def of(name: str, service: str = "checkout", priority: str = "P1") -> AlertText:
    return an_alert(id=f"{service}-{name}", service=service, summary=f"{name} is down", priority=Priority(priority))


async def paged(pager: Pager, alerts: Iterable[AlertText], *users: str) -> list[PageResult]:
    """Page everybody for all of `alerts` at once."""
    targets = [f"user:{user}" for user in users or ("ada",)]
    return await asyncio.gather(*(run_page(pager, a_request(*targets, alert=alert)) for alert in alerts))


def told(messages: Iterable[Message]) -> list[list[str]]:
    """The alerts that each message tells of."""
    return [[part.id for part in m.parts] or [m.alert.id] for m in messages]


async def test_the_first_page_goes_at_once_and_the_others_as_one(
    pager: Pager, channel: RecordingChannel, records: Records
) -> None:
    results = await paged(pager, [of("a"), of("b", priority="P3"), of("c", priority="P2"), of("d", priority="P3")])
    assert told(channel.taken) == [["checkout-a"], ["checkout-c", "checkout-b", "checkout-d"]]
    first, together = channel.taken
    assert first.parts == []
    assert together.headline == "3 alerts, worst P2: c is down"
    assert together.alert.id == "checkout-c"
    assert [part.priority for part in together.parts] == ["P2", "P3", "P3"]
    assert [became(result) for result in results] == [[("ada", "mail", "sent")]] * 4
    assert [result.outcomes[0].page for result in results] == ["", together.key, together.key, together.key]
    assert [result.outcomes[0].merged_with for result in results] == [0, 2, 2, 2]
    [record] = records.pages
    assert record.alerts == ["checkout-c", "checkout-b", "checkout-d"]
    assert (record.user, record.contact, record.service) == ("ada", "mail", "checkout")
    assert together.key == f"checkout/storm/{record.id}"


async def test_the_link_of_a_merged_page_names_its_record_and_each_part_has_its_own(
    pager: Pager, channel: RecordingChannel, records: Records
) -> None:
    await paged(pager, [of(name) for name in "abc"])
    together = channel.taken[-1]
    token = LINKS.read((together.answer_url or "").rpartition("/")[2])
    assert (token.alert, token.user, token.page) == ("checkout-b", "ada", records.pages[0].id)
    assert len(together.answer_url or "") < 300
    answers = [LINKS.read((part.acknowledge_url or "").rpartition("/")[2]) for part in together.parts]
    assert [(token.alert, token.user, token.page) for token in answers] == [
        ("checkout-b", "ada", ""),
        ("checkout-c", "ada", ""),
    ]


async def test_services_people_and_contacts_never_wait_for_each_other(pager: Pager, channel: RecordingChannel) -> None:
    alerts = [of("a"), of("b"), of("c"), of("x", "search")]
    await paged(pager, alerts, "ada", "ben")
    assert sorted((m.user, *ids) for m, ids in zip(channel.taken, told(channel.taken), strict=True)) == [
        ("ada", "checkout-a"),
        ("ada", "checkout-b", "checkout-c"),
        ("ada", "search-x"),
        ("ben", "checkout-a"),
        ("ben", "checkout-b", "checkout-c"),
        ("ben", "search-x"),
    ]


@pytest.mark.breach("merged anew, to compare the keys")
async def test_the_same_alerts_merged_again_have_the_same_id_and_others_another(channel: RecordingChannel) -> None:
    for alerts in ("abc", "abc", "abd"):
        await paged(a_merging_pager(channel, Merging(LINKS, Records())), [of(name) for name in alerts])
    again, once_more, others = [message.key for message in channel.taken if message.parts]
    assert again == once_more
    assert others != again


async def test_an_answer_in_the_meantime_takes_its_alert_out(
    pager: Pager, channel: RecordingChannel, merging: Watched
) -> None:
    env = an_environment()
    await paged(pager, [of("a")])
    answered = asyncio.create_task(run_page(pager, a_request("user:ada", alert=of("b")), env))
    others = asyncio.create_task(paged(pager, [of("c"), of("d")]))
    await merging.waits(3)
    env.cancel()
    result = await answered
    assert not others.done()
    assert result.outcomes == []
    await others
    assert told(channel.messages) == [["checkout-a"], ["checkout-c", "checkout-d"]]


async def test_when_all_have_answered_nothing_goes_out(
    pager: Pager, channel: RecordingChannel, merging: Watched
) -> None:
    await paged(pager, [of("a")])
    environments = [an_environment() for _ in range(3)]
    waiting = [
        asyncio.create_task(run_page(pager, a_request("user:ada", alert=of(name)), env))
        for name, env in zip("bcd", environments, strict=True)
    ]
    await merging.waits(3)
    for env in environments:
        env.cancel()
    assert [result.outcomes for result in await asyncio.gather(*waiting)] == [[], [], []]
    await asyncio.sleep(2 * WINDOW)
    assert told(channel.messages) == [["checkout-a"]]


async def test_a_worker_that_slept_while_pages_waited_listens_first_whether_another_has_them(
    pager: Pager, channel: RecordingChannel, merging: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paged(pager, [of("a")])
    environments = [an_environment() for _ in range(2)]
    taken, stays = (
        asyncio.create_task(run_page(pager, a_request("user:ada", alert=of(name)), env))
        for name, env in zip("bc", environments, strict=True)
    )
    await merging.waits(2)
    # Whatever ends from now on ends late.
    monkeypatch.setattr("activities.merging.SLEPT", -1.0)
    await until(lambda: merging.listens, every=0.001)
    environments[0].cancel()
    assert (await taken).outcomes == []
    assert became(await stays) == [("ada", "mail", "sent")]
    assert told(channel.messages) == [["checkout-a"], ["checkout-c"]]


@at_once
async def test_a_worse_one_takes_those_that_wait_along_at_once(pager: Pager, channel: RecordingChannel) -> None:
    await paged(pager, [of("a", priority="P3")])
    async with asyncio.timeout(10):
        await paged(pager, [of("b", priority="P3"), of("c", priority="P1")])
    assert told(channel.taken) == [["checkout-a"], ["checkout-c", "checkout-b"]]


async def test_a_refused_merged_page_brings_everyone_their_next_contact(
    channel: RecordingChannel, merging: Watched
) -> None:
    two = {"hook": {"webhook": "https://hooks.example.com/ada"}, "mail": {"email": "ada@example.com"}}
    chain = {"high": [{"contacts": ["hook"]}, {"after": "5m", "contacts": ["mail"]}]}
    directory = a_directory(users={"ada": {"contacts": two, "notification_rules": chain}})
    channel.refuse("ada", "hook")
    results = await paged(a_merging_pager(channel, merging, directory), [of(name) for name in "abc"])
    assert [became(result) for result in results] == [[("ada", "hook", "refused"), ("ada", "mail", "sent")]] * 3
    assert [m.contact for m in channel.messages] == ["hook", "mail", "hook", "mail"]
    assert told(channel.taken) == [["checkout-a"], ["checkout-b", "checkout-c"]]


async def test_what_fails_is_tried_again_by_each_of_them(pager: Pager, channel: RecordingChannel) -> None:
    channel.fail("ada", "mail")
    results = await paged(pager, [of(name) for name in "abc"])
    assert [became(result) for result in results] == [[("ada", "mail", "try_again")]] * 3


async def test_a_page_that_cannot_be_recorded_goes_out_all_the_same(
    pager: Pager, channel: RecordingChannel, records: Records
) -> None:
    records.broken = True
    results = await paged(pager, [of(name) for name in "abc"])
    assert [became(result) for result in results] == [[("ada", "mail", "sent")]] * 3
    assert told(channel.taken) == [["checkout-a"], ["checkout-b", "checkout-c"]]


async def test_another_attempt_of_one_that_is_in_hand_sends_nothing_more(
    pager: Pager, channel: RecordingChannel
) -> None:
    channel.hang("ada", "mail")
    first = asyncio.create_task(paged(pager, [of("a")]))
    await channel.arrived.wait()
    second = asyncio.create_task(paged(pager, [of("a")]))
    await asyncio.sleep(0.02)
    channel.release()
    assert [became(result) for result in (*await first, *await second)] == [[("ada", "mail", "sent")]] * 2
    assert told(channel.messages) == [["checkout-a"]]


async def test_one_that_leaves_does_not_stop_a_message_that_others_are_in(
    pager: Pager, channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.page._GRACE", 0.05)
    await paged(pager, [of("a")])
    channel.hang("ada", "mail")
    channel.arrived.clear()
    env = an_environment()
    leaving = asyncio.create_task(run_page(pager, a_request("user:ada", alert=of("b")), env))
    staying = asyncio.create_task(paged(pager, [of("c")]))
    await channel.arrived.wait()
    env.cancel()
    assert became(await leaving) == [("ada", "mail", "try_again")]
    channel.release()
    assert [became(result) for result in await staying] == [[("ada", "mail", "sent")]]


async def test_that_they_are_over_is_told_as_one_too(pager: Pager, channel: RecordingChannel, records: Records) -> None:
    requests = [
        a_request(kind="resolved", alert=of(name), due=[a_planned("ada", "mail", "resolved", occasion="resolved")])
        for name in "abc"
    ]
    await asyncio.gather(*(run_page(pager, request) for request in requests))
    assert told(channel.taken) == [["checkout-a"], ["checkout-b", "checkout-c"]]
    assert [message.answer_url for message in channel.taken] == [None, None]
    assert records.pages == []


@at_once
async def test_a_storm_of_any_size_leaves_slots_for_others(
    pager: Pager, channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.merging.MOST_WAITING", 5)
    await paged(pager, [of("first")])
    many = asyncio.create_task(paged(pager, [of(f"{number}") for number in range(5)]))
    async with asyncio.timeout(10):
        await many
    assert [len(ids) for ids in told(channel.taken)] == [1, 5]


@at_once
async def test_a_single_alert_is_paged_as_ever(pager: Pager, channel: RecordingChannel) -> None:
    async with asyncio.timeout(10):
        for step in (1, 2, 3):
            await run_page(pager, a_request("user:ada", step=step))
    assert [message.step for message in channel.taken] == [1, 2, 3]
    assert [message.parts for message in channel.taken] == [[], [], []]
