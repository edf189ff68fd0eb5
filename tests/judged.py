"""The drill's judge for the other storeys: what a fake remembered and what was said, judged as a drill is.

Every run of a `World` and every `Scene` ends here, whatever its test looks for. What people did besides
acknowledge and resolve (escalate, reassign, snooze, a timeout) opens an alert again: then an answer need
not hold. The whole policy is judged where it is as plain as the drill's own.
"""

from collections.abc import Iterable, Iterator, Sequence

from drill import invariants as i
from drill.record import Accepted, Policy, Record
from roust.domain.alert import Urgency
from roust.domain.directory import Directory, User
from roust.domain.policy import EscalationPolicy
from roust.domain.timeline import Entry, Kind


def nothing_goes_out_twice(record: Record) -> Iterator[str]:
    """No process dies here, so that no page has a reason to (I5 allows it after a kill)."""
    for receipt in i.twice(record):
        yield f"{receipt.key} went out twice"


def no_page_long_after_an_answer(record: Record) -> Iterator[str]:
    """I2 where time is real: what a worker holds may take longer on a machine that has other work."""
    yield from i.paged_after_an_answer(record, 20.0)


ALWAYS: tuple[i.Invariant, ...] = (
    nothing_goes_out_twice,
    i.i2_no_page_after_an_accepted_answer,
    i.i6_no_acknowledge_is_lost,
    i.i9_resolved_is_over,
    i.i14_one_owner,
)
"""Of any alert: no policy, and no clock on a wall, is in them."""
CLIMB: tuple[i.Invariant, ...] = (i.i3_no_step_before_its_time, i.i5_a_page_sent_twice_has_the_same_key)
WHOLE: tuple[i.Invariant, ...] = (i.i1_nothing_accepted_is_dropped, i.i7_unanswered_ends_exhausted)
"""Once the last resort was due."""

ANSWERED: tuple[i.Invariant, ...] = (
    i.i1_nothing_accepted_is_dropped,
    no_page_long_after_an_answer,
    i.i6_no_acknowledge_is_lost,
    i.i8_a_repeat_is_the_same_alert,
    i.i9_resolved_is_over,
    i.i14_one_owner,
)
"""Of whatever an API answered: what was accepted is known, and holds. Hardly a test waits for all that is due."""

OPENED_AGAIN = {
    Kind.SUPPRESSED,
    Kind.ESCALATED,
    Kind.REASSIGNED,
    Kind.SNOOZED,
    Kind.RESUMED,
    Kind.TIMED_OUT,
    Kind.WITHDRAWN,
}
NOT_PLAIN = OPENED_AGAIN | {Kind.HELD, Kind.SETTLING, Kind.SKIPPED, Kind.PASSED_OVER, Kind.RAISED}


class Broken(AssertionError):
    """An invariant does not hold."""


def hold(record: Record, order: Sequence[i.Invariant]) -> None:
    """Raises Broken, with all that is broken."""
    if breaches := i.judge(record, order):
        raise Broken("\n".join(f"{breach.invariant}: {breach.what}" for breach in breaches))


def kinds(timeline: Iterable[Entry]) -> set[Kind]:
    return {entry.kind for entry in timeline}


def judged(record: Record, *, plain: bool, now: float) -> None:
    """Raises Broken. `plain`: the policy says every page that is due, and all of them went out."""
    order = ALWAYS + (CLIMB if plain else ())
    last = max((rung.due for rung in record.policy.rungs()), default=0.0)
    if plain and all(now > alert.answered_at + last for alert in record.alerts):
        order += WHOLE
    hold(record, order)


def one(alert: Accepted, policy: Policy | None) -> Record:
    """The record of one alert, to which its receipts are added."""
    return Record(policy or Policy([], 0, {}, []), [alert])


def plain_policy(policy: EscalationPolicy, directory: Directory, last_resort: Sequence[str]) -> Policy | None:
    """`policy` as the drill writes one; None where more hangs on it: schedules, teams, nobody, somebody twice
    in one step, a contact in two rules, a rule that outlasts a step (so that a later step takes it over)."""
    steps: list[tuple[list[str], float]] = []
    for step in policy.steps:
        users = [target.user for target in step.notify]
        known = [user for user in users if user is not None and user in directory.users]
        if len(known) != len(users) or len(set(known)) != len(known):
            return None
        steps.append((known, step.wait.total_seconds()))
    if any(user not in directory.users for user in last_resort):
        return None
    names = {user for users, _ in steps for user in users} | set(last_resort)
    rules = {name: _rules(directory.users[name]) for name in names}
    shortest = min(wait for _, wait in steps)
    if any(not given or max(after for after, _ in given) >= shortest for given in rules.values()):
        return None
    return Policy(steps, policy.repeats + 1, rules, list(last_resort))


def _rules(user: User) -> list[tuple[float, str]]:
    rules = [(rule.after.total_seconds(), contact) for rule in user.rules(Urgency.HIGH) for contact in rule.contacts]
    # A contact that two rules name is paged for both.
    return rules if len({contact for _, contact in rules}) == len(rules) else []
