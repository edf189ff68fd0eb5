"""The report of a drill: every figure with its N, every zero with its bound."""

import statistics
from bisect import bisect
from collections.abc import Iterator, Sequence

from drill.invariants import Arrival, Breach, arrivals, next_due, twice
from drill.record import PAGE, Fault, Record


def report(record: Record, breaches: list[Breach]) -> Iterator[str]:
    """The lines, in Markdown."""
    kills, struck = sum(fault.kills for fault in record.faults), sum(fault.times for fault in record.faults)
    pages = [receipt for receipt in record.receipts if receipt.kind == PAGE]
    words = [word for alert in record.alerts for word in alert.words]
    acks = [word for word in words if word.verb == "acknowledge"]
    lost = [breach for breach in breaches if "never arrived" in breach.what]
    lost_acks = [breach for breach in breaches if breach.invariant.startswith("i6")]
    again = twice(record)
    provoked = {"a worker between send and completion", "a worker asleep in the middle of a page"}
    held = sum(fault.what in provoked for fault in record.faults)
    yield "| what | figure | N |"
    yield "|---|---|---|"
    yield f"| faults, of these SIGKILLs | {struck}, {kills} | {len(record.faults)} blows |"
    yield f"| alerts accepted | {len(record.alerts)} | {sum(1 + alert.repeats for alert in record.alerts)} triggers |"
    yield f"| pages lost | {_zero(len(lost), len(pages))} | {len(pages)} pages |"
    yield f"| faults that lost a page | {_zero(len(lost), struck)} | {struck} faults |"
    yield f"| acknowledges lost | {_zero(len(lost_acks), len(acks))} | {len(acks)} acknowledges |"
    if record.moved:
        edits, moved = len(record.edits) - 1, len(record.moved)
        yield f"| edits of the configuration while alerts were open | {edits} | {moved} alerts of who was edited |"
    merged = sum(receipt.merged for receipt in pages)
    yield f"| pages that came merged with others, in a storm | {merged} | {len(pages)} pages |"
    share = 100 * len(again) / max(1, len(record.receipts))
    yield f"| arrived twice, same key | {len(again)} ({share:.2f} %) | {len(record.receipts)} messages |"
    # Each blow between send and completion holds one message, which is to arrive again.
    outside = max(0, len(again) - held)
    share = 100 * outside / max(1, len(record.receipts))
    yield f"| of these provoked, by a worker gone or asleep with a page in hand | at most {held} | |"
    yield f"| the others | at least {outside} ({share:.2f} %) | {len(record.receipts)} messages |"
    arrived = arrivals(record)
    late = sorted(arrival.late for arrival in arrived)
    if late:
        p99 = late[int(len(late) * 0.99)]
        figures = f"{statistics.median(late):.2f} / {p99:.1f} / {late[-1]:.1f} s"
        yield f"| lateness of a page, p50 / p99 / worst | {figures} | {len(late)} pages |"
    yield ""
    heads = "killed | times | SIGKILLs | pages lost | back after, worst | next due page after the return, p50 | worst"
    yield f"| {heads} | pages until the next blow: N, latest |"
    yield "|---|---|---|---|---|---|---|---|"
    for what in sorted({fault.what for fault in record.faults}):
        yield _row(record, arrived, what, bool(lost))
    if lost:
        yield ""
        yield "A lost page is of no kind: what it met is not known. Which they are stands among the breaches."


def _last(record: Record, at: float) -> Fault | None:
    """The blow that a page of `at` met: the last one before it."""
    place = bisect([fault.killed_at for fault in record.faults], at)
    return record.faults[place - 1] if place else None


def _row(record: Record, arrived: Sequence[Arrival], what: str, lost: bool) -> str:
    faults = [fault for fault in record.faults if fault.what == what]
    gaps = [gap for fault in faults if (gap := next_due(arrived, fault)) is not None]
    kills = sum(fault.kills for fault in faults)
    back = max(fault.returned_at - fault.killed_at for fault in faults)
    middle = f"{statistics.median(gaps):.1f} s" if gaps else "-"
    worst = f"{max(gaps):.1f} s" if gaps else "-"
    zero = "see below" if lost else _zero(0, sum(fault.times for fault in faults))
    met = [one.late for one in arrived if (last := _last(record, one.at)) is not None and last.what == what]
    late = f"{len(met)}, {max(met):.1f} s" if met else "-"
    return f"| {what} | {len(faults)} | {kills} | {zero} | {back:.1f} s | {middle} | {worst} | {late} |"


def _zero(count: int, of: int) -> str:
    # Nothing in N trials bounds the rate at about 3/N, with 95 % confidence.
    return f"{count} (below {min(100.0, 100 * 3 / max(1, of)):.2f} %)" if count == 0 else str(count)
