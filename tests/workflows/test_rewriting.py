"""Messages in a chat follow the alert, through the real workflow and the real page activity."""

import pytest

from tests.fakes.recording_channel import RecordingChannel
from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel(rewrites=True)


def shown(s: Scene) -> list[tuple[int, str, str, tuple[str, ...]]]:
    """(seconds, user, state, refs) of every message that rewrote another, in order."""
    return [(s.after(m), m.user, m.alert.state.value, m.refs) for m in s.channel.taken if m.kind != "page"]


async def test_what_was_posted_is_rewritten_at_each_turn_and_at_the_end(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(400)
    await s.acknowledge("ben")
    await s.until(500)
    await s.resolve()
    await s.handle.result()
    assert [user for _, user, _ in s.pages] == ["ada", "ben"]
    assert [(user, state, refs) for _, user, state, refs in shown(s)] == [
        ("ada", "triggered", ("1",)),
        ("ada", "acknowledged", ("1",)),
        ("ben", "acknowledged", ("2",)),
        ("ada", "resolved", ("1",)),
        ("ben", "resolved", ("2",)),
    ]
    updates = [m for m in s.channel.taken if m.kind == "update"]
    assert all(m.press is not None and m.step == 2 for m in updates)
    assert not {entry.kind for entry in (await s.view()).timeline} & {"trouble", "refused_verb"}


async def test_a_chat_that_is_away_delays_neither_the_next_page_nor_the_end(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(200)
    s.channel.fail("ada", "mail")
    await s.until(400)
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail")]
    assert [entry.kind for entry in (await s.view()).timeline][-1] == "trouble"
    await s.resolve()
    await s.until(500)
    assert (await s.view()).state == "resolved"
    assert [kind for kind, user, _ in s.others if user == "ben"] == ["resolved"]
