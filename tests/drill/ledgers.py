"""Ledgers and answers as a drill records them, good ones and bad."""

from dataclasses import replace

from drill.company import a_policy
from drill.record import Accepted, Fault, Receipt, Record, Rung, Word

POLICY = a_policy(wait=10.0)
BEGAN = 1000.0


def a_page(alert: str, rung: Rung, at: float | None = None, cycle: int = 1) -> Receipt:
    """As it should arrive: a moment after it was due."""
    place = f"{cycle}/{rung.pass_}/{rung.step}/{rung.user}/{rung.contact}"
    due = BEGAN + rung.due + 0.2
    return Receipt(
        at=due if at is None else at,
        key=f"{alert}/{place}",
        kind="page",
        alert=alert,
        user=rung.user,
        contact=rung.contact,
        step=rung.step,
        pass_=rung.pass_ or POLICY.passes,
        cycle=cycle,
    )


def an_alert(alert: str = "a", **parts: object) -> Accepted:
    """Triggered, and exhausted by the end."""
    final = {"state": "exhausted", "next_due": None, "owner": None, "resolved_by": None}
    good = Accepted(alert, f"key-{alert}", BEGAN, BEGAN + 0.1, {alert}, final=final)
    return replace(good, **parts)


def unanswered(alert: str = "a") -> Record:
    """Nobody came, and everything arrived."""
    return Record(POLICY, [an_alert(alert)], [a_page(alert, rung) for rung in POLICY.rungs()], over_at=BEGAN)


def answered(verb: str = "acknowledge", after: float = 12.0, by: str = "ada") -> Record:
    """Somebody answered `after` so many seconds."""
    heard = Word(verb, by, BEGAN + after, BEGAN + after + 0.1, first=True)
    state = "acknowledged" if verb == "acknowledge" else "resolved"
    final = {"state": state, "next_due": None, "owner": by, "resolved_by": by if verb == "resolve" else None}
    before = [a_page("a", rung) for rung in POLICY.rungs() if rung.due < after]
    return Record(POLICY, [an_alert(words=[heard], final=final)], before, over_at=BEGAN)


def a_fault(killed_at: float, returned_at: float, what: str = "both workers") -> Fault:
    return Fault(what, BEGAN + killed_at, BEGAN + returned_at, 2, stops=True)
