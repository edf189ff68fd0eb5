"""Twenty outages in ten minutes are a digest for each group, not twenty notices; and nothing is lost on the way."""

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.builders import a_directory
from tests.workflows.storm import Storm, a_notice
from worker.calm import GroupCalm
from workflows.messages import notices_queue

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_twenty_outages_are_three_notices_and_a_digest(env: WorkflowEnvironment) -> None:
    storm = Storm(env)
    async with storm.workers():
        await storm.breaks_out(20)
        await storm.passes(minutes=1)
        assert [len(m.notices) for m in storm.told("executives")] == [1, 1, 1]
        assert len([m for m in storm.channel.taken if m.kind == "page"]) == 20
        await storm.passes(minutes=10)
        single, digest = storm.told("executives")[:3], storm.told("executives")[3:]
        assert [len(m.notices) for m in digest] == [17]
        outages = [n.alert for m in (*single, *digest) for n in m.notices]
        assert (len(outages), len(set(outages))) == (20, 20)
        assert digest[0].key.startswith(f"digest/executives-{storm.queue}/")

        texts = await storm.noticed(digest[0].notices[-1].alert)
        assert [text.split(": ", 1)[1] for text in texts] == [
            "triggered: in a storm: it comes with the next digest.",
            "digest of 17 outages: email-1 told.",
        ]

        # While the storm goes on everything is collected: twenty ends are one digest more.
        await storm.resolves()
        await storm.passes(minutes=1)
        assert len(storm.told("executives")) == 4
        await storm.passes(minutes=10)
        assert [len(m.notices) for m in storm.told("executives")[4:]] == [20]
        assert {n.state.value for m in storm.told("executives")[4:] for n in m.notices} == {"resolved"}
        assert await storm.goes_on("executives")

        # A window without anything ends it.
        await storm.passes(minutes=10)
        assert not await storm.goes_on("executives")
        assert len(storm.told("executives")) == 5
        # The other group asked for nothing but the end, and is in a storm of its own.
        assert [len(m.notices) for m in storm.told("hotline")] == [1, 1, 1, 17]
        await storm.passes(minutes=20)


async def test_what_was_collected_while_no_worker_runs_is_told_when_one_does(env: WorkflowEnvironment) -> None:
    storm = Storm(env)
    group = f"executives-{storm.queue}"
    calm = GroupCalm(env.client, notices_queue(storm.queue))
    notices = [a_notice(alert=f"checkout-{number}", group=group) for number in range(6)]
    assert [await calm.collects(notice) for notice in notices] == [False, False, False, True, True, True]
    # Another worker, which remembers nothing, joins the storm.
    other = GroupCalm(env.client, notices_queue(storm.queue))
    assert await other.collects(a_notice(alert="checkout-9", group=group))
    async with storm.workers():
        await storm.passes(minutes=11)
        (digest,) = storm.told("executives")
        assert [n.alert for n in digest.notices] == ["checkout-3", "checkout-4", "checkout-5", "checkout-9"]
        await storm.passes(minutes=10)


async def test_one_outage_is_told_singly_whatever_its_moments(env: WorkflowEnvironment) -> None:
    storm = Storm(env)
    async with storm.workers():
        await storm.breaks_out(1)
        await storm.passes(seconds=5)
        await storm.resolves()
        await storm.passes(seconds=5)
        assert [(len(m.notices), m.notices[0].moment.value) for m in storm.told("executives")] == [
            (1, "triggered"),
            (1, "resolved"),
        ]


async def test_a_digest_that_fails_for_one_member_is_tried_again_for_that_one(env: WorkflowEnvironment) -> None:
    storm = Storm(env)
    name = f"executives-{storm.queue}"
    storm.groups[name] = {"members": [{"user": "margaret"}, {"email": "board@example.com"}]}
    storm.directory = a_directory(stakeholder_groups=storm.groups)
    async with storm.workers():
        await storm.breaks_out(5)
        await storm.passes(minutes=1)
        storm.channel.fail("", "email-2", times=2)
        await storm.passes(minutes=11)
        digests = [m for m in storm.told("executives") if len(m.notices) > 1]
        assert sorted(m.user or m.contact for m in digests) == ["email-2", "margaret"]
        tries = [m for m in storm.channel.messages if m.kind == "notice" and len(m.notices) > 1]
        assert [m.user or m.contact for m in tries].count("email-2") == 3
        assert len({m.key for m in tries}) == 2
        texts = await storm.noticed(digests[0].notices[-1].alert)
        assert texts[-1].endswith("digest of 2 outages: margaret/mail, email-2 told.")
        await storm.resolves()
        await storm.passes(minutes=40)
