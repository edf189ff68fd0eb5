"""A machine that sleeps (SIGSTOP) and wakes, with real processes: what was due is paged, once, and answers hold."""

from collections import Counter
from pathlib import Path

from tests.system.night import a_night


async def test_what_fell_due_while_the_machine_slept_is_paged_once_and_marked_as_delayed(tmp_path: Path) -> None:
    async with a_night(tmp_path, wait=2.0) as night:
        for _ in range(2):
            await night.traffic.unanswered()
        waiting, answered = night.record.alerts
        await night.traffic.answer(answered, "acknowledge", "ada")
        await night.places(waiting.id, (1, "ada"))
        slept = await night.faults.everything_asleep(13.0)
        await night.over()
    assert night.breaches() == []
    bodies = [message["body"] for message in night.messages()]
    late = {body["step"] for body in bodies if body["type"] == "page" and body["delayed_since"]}
    # The step that was next when it fell asleep, and what of the first was due before it; the waits after that run from
    # its waking.
    assert 2 in late
    assert late <= {1, 2}
    assert max(Counter(receipt.key for receipt in night.record.receipts).values()) == 1
    assert not [page for page in night.record.pages(answered.id).values() if page.at > slept.killed_at]
    assert (answered.final or {})["state"] == "acknowledged"


async def test_a_worker_that_slept_in_the_middle_of_a_page_sends_nothing_that_another_has_sent(tmp_path: Path) -> None:
    async with a_night(tmp_path, wait=4.0) as night:
        night.traffic.begin(night.traffic.unanswered)
        assert await night.faults.asleep_in_a_page()
        await night.traffic.finished()
        await night.over()
    assert night.breaches() == []
    arrived = Counter(receipt.key for receipt in night.record.receipts)
    # Sent by the one that fell asleep and by the one that took it over: by nobody a third time.
    assert sorted(arrived.values())[-2:] == [1, 2]
