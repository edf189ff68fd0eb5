"""The invariants, judged from the provider's ledger and the API's answers alone.

Each function yields what breaks it, in words; its number is that of `docs/reliability.md`. None looks at a
timeline or a database: what is judged here must hold for whoever waits for a page.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from drill.edited import i11_an_edit_misses_nobody
from drill.record import PAGE, Accepted, Fault, Place, Receipt, Record, Rung

IN_HAND = 3.0
"""Seconds after an accepted answer in which what a worker already holds may still arrive."""
RETURN_OF_A_WORKER, RETURN_OF_THE_SERVER = 10.0, 15.0
"""Seconds after the return within which the next due page must have arrived."""
ASLEEP = 15.0
"""Seconds by which a page may be late while a worker sleeps: Temporal goes on handing it tasks, and hands a workflow's
on after 10 s, a page's after 3."""
LIVELY = 60.0
"""Seconds after the last fault within which everything due must have arrived."""
MOST_TWICE = 0.01
"""The share of messages that may arrive a second time."""
CLOCKS = 0.05
"""Seconds by which two clocks of one machine may differ in what they call now."""
OPEN = {"triggered", "acknowledged", "exhausted", "snoozed", "held", "suppressed"}


Invariant = Callable[[Record], Iterator[str]]


@dataclass(frozen=True)
class Breach:
    """One thing that must not be: which invariant it breaks, and how."""

    invariant: str
    what: str


@dataclass(frozen=True)
class Arrival:
    """A page that arrived, and when it was due at the latest: the arrival before it, plus the wait."""

    alert: str
    rung: Rung
    due: float
    at: float

    @property
    def late(self) -> float:
        return max(0.0, self.at - self.due)


def way(record: Record, alert: Accepted) -> tuple[list[Arrival], float | None]:
    """The first arrivals on an alert's way, each with when it was due; and when the first that lacks was due.

    Due is counted from the arrival of the step before, so that one delay is not counted once per step.
    """
    pages, begun, nominal = record.pages(alert.id), alert.answered_at, 0.0
    found: list[Arrival] = []
    for rung in record.policy.rungs():
        due, receipt = begun + rung.due - nominal, pages.get((1, rung.place))
        if receipt is None and _stood_for(pages, 1, rung):
            continue
        if receipt is None:
            return found, due
        found.append(Arrival(alert.id, rung, due, receipt.at))
        if rung.after == 0.0 and (rung.begins > nominal or not nominal):
            begun, nominal = max(receipt.at, alert.answered_at), rung.begins
    return found, None


def arrivals(record: Record) -> list[Arrival]:
    """Every first arrival on its alert's way, in order of arrival."""
    return sorted((arrival for alert in record.alerts for arrival in way(record, alert)[0]), key=lambda a: a.at)


def overdue(record: Record, now: float, by: float) -> int:
    """How many alerts that nobody answered wait for a page that was due `by` seconds ago."""
    waiting = (way(record, alert)[1] for alert in record.alerts if not alert.words)
    return sum(due is not None and due < now - by for due in waiting)


def missing(record: Record, alert: Accepted) -> list[Rung]:
    """The pages that never arrived: all of the way while nobody answered; else those before a step that began.

    What an answer overtook is not missing: a second contact is known only when the first page's result is, and
    what a fault held up is called off by an answer that comes while it was still in its time (I4).
    """
    pages = record.pages(alert.id)
    cycle = max((cycle for cycle, _ in pages), default=1)
    rungs = list(record.policy.rungs())
    absent = [rung for rung in rungs if (cycle, rung.place) not in pages and not _stood_for(pages, cycle, rung)]
    if not alert.answered:
        return absent
    reached = max((rung.begins for rung in rungs if (cycle, rung.place) in pages), default=0.0)
    heard = min(word.answered_at for word in alert.words)
    overdue_then = [rung for rung in absent if _late(record, alert.answered_at + rung.begins, heard)]
    return [rung for rung in overdue_then if rung.after == 0.0 and rung.begins < reached]


def _late(record: Record, due: float, at: float) -> str:
    """In words, by how much more than I4 allows what was due `due` is late at `at`; empty while it is not."""
    ready, bound, why = due, RETURN_OF_A_WORKER, "its time"
    for fault in record.faults:
        if fault.killed_at < at and fault.returned_at > ready - RETURN_OF_THE_SERVER:
            ready = max(ready, fault.returned_at if fault.returned_at < at else fault.killed_at)
            if "asleep" in fault.what:
                bound = max(bound, ASLEEP)
            if "server" in fault.what:
                bound = max(bound, RETURN_OF_THE_SERVER)
            why = f"the return ({fault.what})"
    return f"{at - ready:.1f} s after {why}" if at - ready > bound else ""


def _stood_for(pages: Mapping[tuple[int, Place], Receipt], cycle: int, rung: Rung) -> bool:
    """Whether a page of an earlier pass, late, came by that contact after this step began: it is not sent twice."""
    began = min(
        (page.at for (c, place), page in pages.items() if c == cycle and place[:2] == rung.place[:2]), default=None
    )
    return began is not None and any(
        page.at >= began and place[2:] == rung.place[2:] and 0 < place[0] < rung.pass_
        for (c, place), page in pages.items()
        if c == cycle
    )


def twice(record: Record) -> list[Receipt]:
    """Every arrival of a message that had arrived before."""
    seen: set[str] = set()
    again = []
    for receipt in record.receipts:
        if receipt.key in seen:
            again.append(receipt)
        seen.add(receipt.key)
    return again


def next_due(arrived: Sequence[Arrival], fault: Fault) -> float | None:
    """Seconds from the return (or the due time, if later) to the first page due that arrived after the fault."""
    came = next((a for a in arrived if a.at > fault.killed_at and a.due >= fault.killed_at), None)
    return None if came is None else max(0.0, came.at - max(came.due, fault.returned_at))


def _asleep(record: Record, since: float, until: float) -> float:
    """Seconds of that time in which somebody slept."""
    sleeps = [fault for fault in record.faults if "asleep" in fault.what]
    return sum(max(0.0, min(until, one.returned_at) - max(since, one.killed_at)) for one in sleeps)


# -- the invariants ------------------------------------------------------------------------------------


def i1_nothing_accepted_is_dropped(record: Record) -> Iterator[str]:
    """Open with something due next or at rest with a reason, or closed by somebody; and every page arrived."""
    for alert in record.alerts:
        final = alert.final
        if final is None:
            yield f"{alert.id}: accepted, and the API does not know it"
        elif final["state"] == "triggered" and not final["next_due"]:
            yield f"{alert.id}: open, and nothing is due next"
        elif final["state"] == "resolved" and not final["resolved_by"]:
            yield f"{alert.id}: closed by nobody"
        for rung in missing(record, alert):
            yield f"{alert.id}: the page of pass {rung.pass_}, step {rung.step} to {rung.user} never arrived"


def i2_no_page_after_an_accepted_answer(record: Record) -> Iterator[str]:
    """But for what a worker holds, within three seconds in which it is awake."""
    yield from paged_after_an_answer(record, IN_HAND)


def paged_after_an_answer(record: Record, within: float) -> Iterator[str]:
    """Every page that came more than `within` seconds after the first accepted answer."""
    for alert in record.alerts:
        if not alert.answered:
            continue
        heard = min(word.answered_at for word in alert.words)
        for receipt in record.of(alert.id):
            if receipt.kind == PAGE and receipt.at > heard + within + _asleep(record, heard, receipt.at):
                yield f"{alert.id}: {receipt.user} was paged {receipt.at - heard:.1f} s after the answer"


def i3_no_step_before_its_time(record: Record) -> Iterator[str]:
    """No page before the trigger plus all waits before it; none that the policy does not name."""
    due = {rung.place: rung.due for rung in record.policy.rungs()}
    for alert in record.alerts:
        for (cycle, place), receipt in record.pages(alert.id).items():
            if place not in due:
                yield f"{alert.id}: {place} is not of the policy"
            elif cycle == 1 and receipt.at < alert.sent_at + due[place] - CLOCKS:
                early = alert.sent_at + due[place] - receipt.at
                yield f"{alert.id}: {place} came {early:.1f} s early"


def i4_the_next_page_comes_soon_after_a_return(record: Record) -> Iterator[str]:
    """Within 10 s of a worker's return, 15 s of the server's; without a fault, at its time."""
    for arrival in arrivals(record):
        if late := _late(record, arrival.due, arrival.at):
            yield f"{arrival.alert}: pass {arrival.rung.pass_}, step {arrival.rung.step} came {late}"


def i5_a_page_sent_twice_has_the_same_key(record: Record) -> Iterator[str]:
    """And at most one message in a hundred arrives twice."""
    keys: dict[tuple[str, str, int, Place], set[str]] = {}
    known = {alert.id for alert in record.alerts}
    for receipt in record.receipts:
        # The last resort may be paged for two reasons in one cycle; the watchdog's own words are of no alert.
        if not receipt.step or receipt.alert not in known:
            continue
        place = (receipt.kind, receipt.alert, receipt.cycle, receipt.place)
        keys.setdefault(place, set()).add(receipt.key)
    for (kind, alert, _, where), found in keys.items():
        if len(found) > 1:
            yield f"{alert}: {kind} {where} arrived under {len(found)} keys"
    again = twice(record)
    if len(again) > max(1, len(record.receipts) * MOST_TWICE):
        yield f"{len(again)} of {len(record.receipts)} messages arrived twice"


def i6_no_acknowledge_is_lost(record: Record) -> Iterator[str]:
    """Answered 2xx, it holds for ever."""
    for alert in record.alerts:
        words = [word for word in alert.words if word.verb == "acknowledge"]
        if not words or alert.reopened or alert.final is None:
            continue
        if alert.final["state"] not in ("acknowledged", "resolved"):
            yield f"{alert.id}: acknowledged by {words[0].by}, and it is {alert.final['state']}"
        elif not alert.final["owner"]:
            yield f"{alert.id}: acknowledged by {words[0].by}, and nobody has it"


def i7_unanswered_ends_exhausted(record: Record) -> Iterator[str]:
    """The pages are those of the policy, no other; then `exhausted`, and the last resort is paged."""
    for alert in record.alerts:
        if alert.words or alert.final is None:
            continue
        if alert.final["state"] != "exhausted":
            yield f"{alert.id}: nobody answered, and it is {alert.final['state']}"
        pages = Counter(receipt.step for receipt in record.pages(alert.id).values())
        if not pages[0]:
            yield f"{alert.id}: nobody answered, and the last resort was not paged"
        cycles = {cycle for cycle, _ in record.pages(alert.id)}
        if len(cycles) > 1 and not alert.reopened:
            yield f"{alert.id}: climbed {len(cycles)} times"


def i8_a_repeat_is_the_same_alert(record: Record) -> Iterator[str]:
    """Repeats of an open alert open no other one."""
    for alert in record.alerts:
        if len(alert.ids) > 1 and not alert.words:
            yield f"{alert.key}: its repeats were told {len(alert.ids)} ids"


def i9_resolved_is_over(record: Record) -> Iterator[str]:
    """Answered 2xx, a resolve holds."""
    for alert in record.alerts:
        resolved = any(word.verb == "resolve" for word in alert.words)
        if resolved and alert.final is not None and not alert.reopened and alert.final["state"] != "resolved":
            yield f"{alert.id}: resolved, and it is {alert.final['state']}"


def i10_a_trigger_after_the_resolve_is_paged(record: Record) -> Iterator[str]:
    """Whatever the two met: the new outbreak has its own climb."""
    for alert in record.alerts:
        if alert.after_resolve and not record.pages(alert.id):
            yield f"{alert.id}: triggered after a resolve, and nobody was paged"
        pages = record.pages(alert.id)
        # A climb that never began has nothing to begin anew: then the first one is the outbreak's.
        before = any(page.at < word.sent_at for page in pages.values() for word in alert.words)
        if alert.reopened and before and max(cycle for cycle, _ in pages) < 2:
            yield f"{alert.id}: the resolve was withdrawn, and it did not climb anew"


def i14_one_owner(record: Record) -> Iterator[str]:
    """However many acknowledge, one is first, and one of them has it."""
    for alert in record.alerts:
        words = [word for word in alert.words if word.verb == "acknowledge"]
        # Opened again, it is had anew.
        if alert.reopened:
            continue
        if sum(word.first for word in words) > 1:
            yield f"{alert.id}: {sum(word.first for word in words)} were told that they were first"
        owner = (alert.final or {}).get("owner")
        if words and owner and owner not in {word.by for word in words}:
            yield f"{alert.id}: {owner} has it, who never acknowledged"


def i15_everything_due_is_sent_after_the_last_fault(record: Record) -> Iterator[str]:
    """Within a minute."""
    for arrival in arrivals(record):
        late = arrival.at - max(arrival.due, record.over_at)
        if late > LIVELY:
            yield f"{arrival.alert}: a page came {late:.0f} s after the last fault"


def i16_no_secret_leaks(record: Record) -> Iterator[str]:
    """No key, token or address stands in a log, a history or the store."""
    yield from record.leaks


INVARIANTS: tuple[Invariant, ...] = (
    i1_nothing_accepted_is_dropped,
    i2_no_page_after_an_accepted_answer,
    i3_no_step_before_its_time,
    i4_the_next_page_comes_soon_after_a_return,
    i5_a_page_sent_twice_has_the_same_key,
    i6_no_acknowledge_is_lost,
    i7_unanswered_ends_exhausted,
    i8_a_repeat_is_the_same_alert,
    i9_resolved_is_over,
    i10_a_trigger_after_the_resolve_is_paged,
    i11_an_edit_misses_nobody,
    i14_one_owner,
    i15_everything_due_is_sent_after_the_last_fault,
    i16_no_secret_leaks,
)
"""I12 and I13 have tests of their own: docs/reliability.md names them."""


def judge(record: Record, invariants: Sequence[Invariant] = INVARIANTS) -> list[Breach]:
    """Everything that is broken; nothing, when all held."""
    return [Breach(invariant.__name__, what) for invariant in invariants for what in invariant(record)]
