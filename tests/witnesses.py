"""What the fakes of a test saw, judged at its end whatever the test looks for: each signs up at its birth.

A test whose own subject is a breach (another attempt that cannot know of the first) says so, with its reason:
`@pytest.mark.breach("…")`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from drill.record import Policy, Receipt, Record
from tests.judged import Broken, nothing_goes_out_twice


class Witness(Protocol):
    """A fake that remembers what it took, each under its idempotency key."""

    def receipts(self) -> Iterable[Receipt]: ...


_present: list[Witness] = []
_killed: list[str] = []


def sign_up(witness: Witness) -> None:
    """Whatever it takes from now on is judged at the end of this test."""
    _present.append(witness)


@contextmanager
def a_test() -> Iterator[list[Witness]]:
    """All who sign up meanwhile."""
    before, _present[:] = list(_present), []
    _killed.clear()
    try:
        yield _present
    finally:
        _present[:] = before


def a_process_was_killed(which: str) -> None:
    """From now on a page may arrive twice, under one key (I5)."""
    _killed.append(which)


def receipts() -> list[Receipt]:
    """All that was taken in this test so far."""
    return [receipt for witness in _present for receipt in witness.receipts()]


def judge() -> None:
    """Raises Broken when one of them took a message twice.

    Each by itself: what Hypothesis makes of one test is many, all of the same alert.
    """
    for witness in _present if not _killed else ():
        _hold(nothing_goes_out_twice(Record(Policy([], 0, {}, []), receipts=list(witness.receipts()))))


def judge_answer(alert: str, answered_at: float) -> None:
    """Raises Broken when a send of `alert` began after that: what a provider has already may finish (I2)."""
    late = (one for one in receipts() if one.alert == alert and one.kind == "page" and one.at > answered_at)
    _hold(f"{one.user} was paged, although somebody had answered: {one.key}" for one in late)


def _hold(breaches: Iterable[str]) -> None:
    if found := list(breaches):
        raise Broken("\n".join(found))
