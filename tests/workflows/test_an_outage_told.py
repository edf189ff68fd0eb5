"""A staged outage as a head of support reads it: the real workflow in skipped time, and the words that arrive."""

import re
from datetime import timedelta

import pytest

from activities.wording import worded
from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene
from workflows.messages import UPDATE, PostUpdate

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUPPORT = {
    "support": {
        "members": [{"email": "support@example.com"}],
        "moments": ["triggered", "acknowledged", "exhausted", "update", "resolved"],
        "time_zone": "Europe/Berlin",
        "templates": {"resolved": {"subject": "Vorbei: {impact}", "text": "Die Störung dauerte {lasted}."}},
    }
}


def read(s: Scene) -> list[tuple[int, str, str]]:
    """(seconds, subject, first paragraph) of every notice, clock times as `hh:mm`."""
    taken = [m for m in s.channel.taken if m.kind == "notice"]
    words = [(s.after(m), worded(m)) for m in taken]
    return [(after, w.subject, re.sub(r"\d\d:\d\d", "hh:mm", w.text.split("\n\n")[1])) for after, w in words]


async def test_a_head_of_support_reads_what_happens_and_when_to_expect_news(scene: Staging) -> None:
    impact = "Customers cannot pay"
    services = {"checkout": {"escalation_policy": "payments", "impact": impact}}
    s = await scene(stakeholder_groups=SUPPORT, services=services)
    await s.start(summary="kube_pod 5xx on pay-7f9c")
    await s.until(1000)
    await s.acknowledge("ben")
    await s.until(1200)
    alert = (await s.view()).id
    promised = s.began + timedelta(seconds=3000)
    await s.handle.execute_update(UPDATE, PostUpdate(alert=alert, by="ben", text="The bank is slow.", next=promised))
    await s.until(4000)
    await s.resolve()
    await s.handle.result()
    again = "You will hear again when somebody has taken it on or it is over."
    expected = [
        (0, f"Outage: {impact}", "The people on call are being notified; nobody has answered yet. "
         f"If nobody answers, the next attempt to reach somebody is at hh:mm. {again}"),
        (900, f"Nobody has answered: {impact}", "Everybody on call has been notified, and nobody has answered yet. "
         f"Those named as a last resort have been notified, too. {again}"),
        (1001, f"Being worked on: {impact}", "Ben Bitdiddle is working on it. You will hear again when it is over."),
        (1201, f"Update: {impact}", "Ben Bitdiddle writes:"),
        (4001, f"Vorbei: {impact}", "Die Störung dauerte 1 hour 6 minutes."),
    ]  # fmt: skip
    for (after, subject, text), (about, *words) in zip(read(s), expected, strict=True):
        assert abs(after - about) <= 2
        assert [subject, text] == words
    update = next(worded(m) for m in s.channel.taken if m.notices and m.notices[0].update)
    assert "The bank is slow." in update.text
    assert re.search(r"The next news is due by (\w{3} \d+ \w{3}, )?\d\d:\d\d\.", update.text)
    assert "(Berlin time, UTC+" in update.text
    # Whoever has it is reminded of the promise once, at its time; no notice tells of the summary.
    assert [(kind, user) for kind, user, _ in s.others if kind == "reminder"] == [("reminder", "ben")]
    assert not any("kube_pod" in worded(m).text for m in s.channel.taken if m.kind == "notice")
