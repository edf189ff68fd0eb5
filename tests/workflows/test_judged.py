"""Every scene is judged at its end as a drill is: what is planted is found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.judged import Broken
from tests.workflows.conftest import Staging

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_that_went_out_twice_is_found(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(400)
    s.channel.taken.append(s.channel.taken[0])
    with pytest.raises(Broken, match="nothing_goes_out_twice"):
        await s.leave()
    s.channel.taken.pop()


async def test_a_word_that_did_not_hold_is_found(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    # Believed accepted, and never signalled.
    await s.said("acknowledge", "ben")
    await s.until(400)
    with pytest.raises(Broken, match="i6_no_acknowledge_is_lost"):
        await s.leave()
    s.words.clear()


async def test_a_page_that_never_came_is_found(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(4000)
    lost = s.channel.taken.pop(1)
    s.channel.messages.remove(lost)
    with pytest.raises(Broken, match="i1_nothing_accepted_is_dropped"):
        await s.leave()
    s.channel.taken.insert(1, lost)
    s.channel.messages.insert(1, lost)


async def test_a_word_holds_that_came_before_a_worker_saw_the_alert_and_none_of_the_keys_alert_before(
    scene: Staging,
) -> None:
    s = await (await scene()).start()
    await s.until(10)
    await s.acknowledge("ada")
    view = await s.view()
    accepted = view.triggered_at - timedelta(milliseconds=5)
    (word,) = s.words
    early, before = (replace(word, sent_at=at.timestamp()) for at in (accepted, accepted - timedelta(milliseconds=1)))
    s.words[:] = [before, early, word]
    (alert,) = s.record(view, accepted).alerts
    assert alert.words == [early, word]
    s.words[:] = [word]
