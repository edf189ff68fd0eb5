"""I11, judged from the ledger, the edits and the API's answers: the configuration is edited while alerts are open.

What each edit may have met is not known to the second: whom a step pages is judged where the file said the same of
them all the while that the step can have been resolved in.
"""

from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter

from drill.record import PAGE, Accepted, Edit, Receipt, Record

RELOADED = 10.0
"""Seconds after an edit within which every process goes by it."""
LATE = 15.0
"""Seconds by which a page may be resolved later, because what was to send it was gone."""
_at = attrgetter("at")


def i11_an_edit_misses_nobody(record: Record) -> Iterator[str]:
    """Everybody else is paged, an emptied step says why it was skipped, the last resort is paged; nobody is paged
    at an address, or for a step, that they were taken out of more than `RELOADED` ago."""
    for alert in record.moved:
        pages = [receipt for receipt in record.of(alert.id) if receipt.kind == PAGE]
        yield from _gone(record, alert, pages)
        if alert.final is None:
            yield f"{alert.id}: accepted, and the API does not know it"
        elif alert.final["state"] != "exhausted":
            yield f"{alert.id}: nobody answered, and it is {alert.final['state']}"
        if not any(receipt.step == 0 for receipt in pages):
            yield f"{alert.id}: nobody answered, and the page to the last resort never arrived"
        yield from _missed(record, alert, pages)


def _gone(record: Record, alert: Accepted, pages: list[Receipt]) -> Iterator[str]:
    for page in pages:
        if not page.step:
            continue
        said = in_force(record.edits, page.at - RELOADED, page.at)
        if not any(edit.contacts.get(page.user) == page.contact for edit in said):
            yield f"{alert.id}: {page.user} was paged by {page.contact}, which was gone for {RELOADED:g} s and more"
        elif not any(page.user in edit.steps[page.step - 1] for edit in said):
            yield f"{alert.id}: {page.user} was paged in step {page.step}, {RELOADED:g} s and more after leaving it"


def _missed(record: Record, alert: Accepted, pages: list[Receipt]) -> Iterator[str]:
    for pass_ in range(1, record.policy.passes + 1):
        for step in range(1, len(record.edits[0].steps) + 1):
            begin, end = _window(alert, pages, (pass_, step))
            said = [set(edit.steps[step - 1]) for edit in in_force(record.edits, begin - RELOADED, end + LATE)]
            paged = {page.user for page in pages if (page.pass_, page.step) == (pass_, step)}
            for user in sorted(set.intersection(*said) - paged):
                yield f"{alert.id}: the page of pass {pass_}, step {step} to {user}, who was there, never arrived"
            if not any(said) and not _explained(alert, pass_, step):
                yield f"{alert.id}: pass {pass_}, step {step} was empty, and no reason is given for its end"


def in_force(edits: list[Edit], begin: float, end: float) -> list[Edit]:
    """What the file said at any time of [begin, end], the first edit being what it said at first."""
    first = max(0, bisect_right(edits, begin, key=_at) - 1)
    return edits[first : max(first + 1, bisect_right(edits, end, key=_at))]


def _window(alert: Accepted, pages: list[Receipt], place: tuple[int, int]) -> tuple[float, float]:
    """Between which moments a step began, as far as the arrivals of the others tell."""
    firsts: dict[tuple[int, int], float] = {}
    for page in pages:
        firsts.setdefault((page.pass_, page.step) if page.step else (1 << 30, 0), page.at)
    begin = max((at for other, at in firsts.items() if other < place), default=alert.sent_at)
    end = min((at for other, at in firsts.items() if other > place), default=float("inf"))
    return min(begin, end), max(begin, end)


def _explained(alert: Accepted, pass_: int, step: int) -> bool:
    timeline = (alert.final or {}).get("timeline", ())
    # Known only when its wait was over, for nobody worked meanwhile, it is told and no longer skipped.
    told = [e for e in timeline if e["kind"] == "passed_over" or (e["kind"] == "skipped" and e.get("why"))]
    return any((entry.get("pass"), entry.get("step")) == (pass_, step) for entry in told)
