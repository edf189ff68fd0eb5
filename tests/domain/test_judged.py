"""Every run of a `World` is judged as a drill is: what is planted is found, whatever its test looks for."""

from datetime import datetime

import pytest

from roust.domain.alert import AlertState, Answer
from roust.domain.escalation import Escalation
from tests.fakes.world import World, step
from tests.judged import Broken

TWO = [step("ada"), step("ben", wait="10m")]


def test_a_page_after_an_accepted_answer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_says_so(story: Escalation, request: str, alert: str | None, by: str, via: str, now: datetime) -> None:
        story.answers[request] = Answer(accepted=True, state=story.alert.state, owner=by, first=True, at=now)

    monkeypatch.setattr(Escalation, "acknowledge", only_says_so)
    with pytest.raises(Broken, match="i2_no_page_after_an_accepted_answer"):
        World(steps=TWO).run(900, [(10, lambda w: w.acknowledge("ben"))])


def test_a_lost_acknowledge_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(story: Escalation, state: AlertState, now: datetime, owner: str | None = None) -> None:
        pass

    monkeypatch.setattr(Escalation, "enter", forgets)
    with pytest.raises(Broken, match="i6_no_acknowledge_is_lost"):
        World(steps=TWO).run(60, [(10, lambda w: w.acknowledge("ben"))])


def test_a_lost_resolve_is_found() -> None:
    w = World(steps=TWO).run(60, [(10, lambda w: w.acknowledge("ben")), (20, lambda w: w.resolve())])
    w.over = False
    w.story.alert = w.story.alert.model_copy(update={"state": AlertState.ACKNOWLEDGED})
    with pytest.raises(Broken, match="i9_resolved_is_over"):
        w.run(70)


@pytest.mark.parametrize(
    ("spoilt", "invariant"),
    [
        (lambda w: w.sent.pop(1), "i1_nothing_accepted_is_dropped"),
        (lambda w: w.sent.append(w.sent[0]), "nothing_goes_out_twice"),
        (lambda w: w.sent.pop(), "i7_unanswered_ends_exhausted"),
    ],
)
def test_what_a_ledger_lacks_or_has_twice_is_found(spoilt: object, invariant: str) -> None:
    w = World(steps=TWO).run(3000)
    assert callable(spoilt)
    spoilt(w)
    with pytest.raises(Broken, match=invariant):
        w.run(3001)
