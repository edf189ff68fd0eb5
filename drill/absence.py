"""What an absence of the network comes to, judged from the ledger and the API's answers alone."""

from dataclasses import dataclass

from drill.invariants import IN_HAND, twice
from drill.proxy import Trouble
from drill.record import PAGE, Accepted, Record

PROVIDERS, TEMPORAL, CABLE = "providers", "temporal", "cable"
"""Which way is away: a proxy cuts the first two; of the third the kernel drops every packet of the workers' machine."""
BOUNDARY = 45.0
"""Seconds before a step's end in which the pages of the next one stand for its own: a send is tried again every
30 s, and takes up to 8."""


@dataclass(frozen=True)
class Absence:
    """`way` is away for `seconds`; alerts come every `every` seconds, about one in three is acknowledged meanwhile."""

    way: str
    seconds: float
    wait: float = 150.0
    every: float = 15.0
    patience: float = 90.0
    trouble: Trouble = Trouble.AWAY
    before: int = 2
    """Alerts whose first page arrives before it is away."""


@dataclass(frozen=True)
class Seen:
    """What came of it. `late`: seconds from the return until the last of those due was paged, by alert."""

    record: Record
    gone_at: float
    back_at: float
    late: dict[str, float]
    lost: list[str]
    undone: list[str]
    """Acknowledges that did not stay."""

    @property
    def misses(self) -> list[str]:
        again = [f"{key} arrived {count} times" for key, count in _counted(self.record).items() if count > 1]
        return [*self.lost, *self.undone, *again]


def judge(plan: Absence, record: Record, gone_at: float, back_at: float) -> Seen:
    """What came of it, all that was to come having had its time."""
    due = due_at_return(plan, record, gone_at, back_at)
    late = {a: max(s) - back_at for a in due if (s := since(record, a, back_at, due[a]))}
    lost = [f"{a}: {sorted(due[a])} not paged" for a in due if due[a] and a not in late]
    return Seen(record, gone_at, back_at, late, lost, _undone(record, back_at))


def due_at_return(plan: Absence, record: Record, gone_at: float, back_at: float) -> dict[str, set[str]]:
    """Who is to be paged when it is back, by alert."""
    return {alert.id: _due(plan, record, alert, gone_at, back_at) for alert in record.alerts}


def paged(record: Record, alert: Accepted) -> bool:
    """Whether anybody was."""
    return any(receipt.kind == PAGE for receipt in record.of(alert.id))


def _due(plan: Absence, record: Record, alert: Accepted, gone_at: float, back_at: float) -> set[str]:
    """Who is to be paged when it is back: nobody where somebody has answered."""
    if alert.answered:
        return set()
    policy = record.policy
    rungs = [set(users) for users, _ in policy.steps] + [set(policy.last_resort)]
    if plan.way == PROVIDERS:
        # Workers go on: each step begins in its time, and its pages are tried while it lasts.
        age = back_at + min(BOUNDARY, plan.wait / 2) - alert.answered_at
        number = min(int(age / plan.wait), len(rungs) - 1)
        step = number + 1 if number < len(policy.steps) else 0
        before = {page.user for page in record.of(alert.id) if page.step == step and page.at < back_at}
        return rungs[number] - before
    if alert.answered_at > gone_at:
        return rungs[0]
    # Nothing ran: the rung that fell due first is next, and its wait runs from then.
    climbed = int((gone_at - alert.answered_at) / plan.wait) + 1
    if back_at - alert.answered_at < climbed * plan.wait:
        return set()
    return rungs[min(climbed, len(rungs) - 1)]


def since(record: Record, alert: str, back_at: float, users: set[str]) -> list[float]:
    """When each of `users` was first paged since; empty while any is missing."""
    first: dict[str, float] = {}
    for receipt in record.of(alert):
        if receipt.kind == PAGE and receipt.at >= back_at and receipt.user in users:
            first.setdefault(receipt.user, receipt.at)
    return list(first.values()) if set(first) == users else []


def _undone(record: Record, back_at: float) -> list[str]:
    found = []
    for alert in record.alerts:
        if not alert.answered:
            continue
        state = (alert.final or {}).get("state")
        if state != "acknowledged":
            found.append(f"{alert.id}: acknowledged, and now {state}")
        if any(receipt.kind == PAGE and receipt.at > back_at + IN_HAND for receipt in record.of(alert.id)):
            found.append(f"{alert.id}: acknowledged, and paged after the return")
    return found


def _counted(record: Record) -> dict[str, int]:
    keys = [receipt.key for receipt in record.receipts]
    return {key: keys.count(key) for key in set(keys)}


def figures(plan: Absence, seen: Seen) -> list[str]:
    """The lines of the report."""
    late = sorted(seen.late.values())
    answered = sum(alert.answered for alert in seen.record.alerts)
    return [
        f"way {plan.way}, away for {seen.back_at - seen.gone_at:.1f} s, steps of {plan.wait:g} s",
        f"{len(seen.record.alerts)} alerts, {answered} acknowledged meanwhile, {len(seen.undone)} of these undone",
        f"{len(late)} alerts with somebody due at the return, {len(seen.lost)} of these not paged",
        f"paged after the return: p50 {late[len(late) // 2]:.1f} s, worst {late[-1]:.1f} s" if late else "nobody due",
        f"{len(seen.record.receipts)} messages, {len(twice(seen.record))} twice",
    ]
