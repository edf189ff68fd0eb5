"""What became of a send, taken into the alert: who was reached, what is tried again, whether to hurry."""

from datetime import datetime, timedelta
from typing import Any

from roust.domain.alert import AlertState
from roust.domain.climb import LAST_RESORT_EVERY, RETRY_AT_THE_END, RETRY_DELAYS, Retry, merged
from roust.domain.escalation import Escalation, Flight
from roust.domain.notification import LAST_RESORT, MessageKind, Outcome, PageResult, Result
from roust.domain.rewriting import keep, rewritten
from roust.domain.timeline import TIMES, Kind

ENTRY = {
    MessageKind.PAGE: Kind.PAGED,
    MessageKind.REMINDER: Kind.REMINDED,
    MessageKind.RESOLVED: Kind.TOLD,
}
TELL_FOR = timedelta(seconds=40)
"""How long we try to tell somebody that it is over: three more attempts, then the run ends."""

IN_WORDS = {Result.SENT: "sent", Result.REFUSED: "refused", Result.TRY_AGAIN: "failed, will be tried again"}
SENT = {MessageKind.RESOLVED: "told that it is over", MessageKind.REMINDER: "reminded"}
"""What was sent and is no page says so: nobody reads that they were paged after the end."""
CALLED_OFF = "failed, and was called off"


def land(story: Escalation, number: int, result: PageResult, now: datetime) -> None:
    """Send `number` came back with `result` at `now`."""
    flight = story.flights.pop(number)
    if flight.kind is MessageKind.UPDATE:
        rewritten(story, flight, result, now)
        return
    story.why |= {resolved.user: resolved.why for resolved in result.resolved}
    current = flight.generation == story.generation
    if current and flight.resolves and _of_current_step(story, flight):
        story.step_users = [resolved.user for resolved in result.resolved]
    for outcome in result.outcomes:
        _record(story, flight, outcome, now, current)
        keep(story, flight, outcome)
    for problem in result.problems:
        story.note(Kind.PASSED_OVER, now, problem, pass_=flight.pass_, step=flight.step)
    if not current:
        return
    for outcome in result.outcomes:
        if outcome.result is Result.TRY_AGAIN:
            _try_again(story, flight, outcome, now)
    if flight.kind is MessageKind.PAGE:
        _pin(story, result)
        _judge(story, flight, result, now)


def _of_current_step(story: Escalation, flight: Flight) -> bool:
    climb = story.climb
    place = (flight.cycle, flight.pass_, flight.step, flight.occasion)
    return flight.kind is MessageKind.PAGE and place == (climb.cycle, climb.pass_, climb.step, climb.occasion)


def _record(story: Escalation, flight: Flight, outcome: Outcome, now: datetime, current: bool) -> None:
    planned, sent = outcome.planned, outcome.result is Result.SENT
    key, times = planned.key(story.alert.id), 1
    if outcome.result is Result.TRY_AGAIN and (before := story.timeline.take_failure(key, outcome.said)):
        times += (before.data or {}).get(TIMES, 1)
    story.note(
        ENTRY.get(flight.kind, Kind.TOLD),
        outcome.at or now,
        f"{planned.user} by {planned.contact}: {_became(flight.kind, outcome, current, times)}.",
        user=planned.user,
        contact=planned.contact,
        channel=outcome.channel or None,
        result=outcome.result.value,
        said=outcome.said or None,
        why=story.why.get(planned.user),
        key=key,
        cycle=planned.cycle,
        pass_=planned.pass_,
        step=planned.step,
        data=_data(outcome, times),
    )
    if sent and flight.kind is MessageKind.PAGE:
        if (planned.user, planned.contact) not in story.paged:
            story.paged.append((planned.user, planned.contact))
        if flight.cycle == story.climb.cycle:
            story.climb.reach()
            story.last_resort_due = None
        story.step_sent = story.step_sent or planned.user in story.step_users


def _data(outcome: Outcome, times: int) -> dict[str, Any] | None:
    """What programs read of it: the report counts the nights, a merged page is named."""
    night = {"night": True} if outcome.night else {}
    page = {"page": outcome.page, "alerts": outcome.merged_with + 1} if outcome.page else {}
    failed = {TIMES: times} if times > 1 else {}
    return (night | page | failed) or None


def _became(kind: MessageKind, outcome: Outcome, current: bool, times: int) -> str:
    words = CALLED_OFF if outcome.result is Result.TRY_AGAIN and not current else IN_WORDS[outcome.result]
    words = SENT.get(kind, words) if outcome.result is Result.SENT else words
    if times > 1:
        words = words.replace("failed", f"failed {times} times", 1)
    others = f", merged with {outcome.merged_with} other{'s' * (outcome.merged_with != 1)}"
    return words + others * bool(outcome.page)


def _try_again(story: Escalation, flight: Flight, outcome: Outcome, now: datetime) -> None:
    if flight.kind is MessageKind.REMINDER and story.alert.state is not AlertState.ACKNOWLEDGED:
        return  # While it climbs, what is tried again is a page.
    key = outcome.planned.key("")
    attempt = story.attempts.pop(key, 0) + 1
    delay = max(RETRY_DELAYS[min(attempt, len(RETRY_DELAYS)) - 1], outcome.retry_after or 0)
    at, until = now + timedelta(seconds=delay), _until(story, flight, outcome, now)
    if at < until:
        story.retries.append(Retry(planned=outcome.planned, attempt=attempt, at=at, until=until))
    elif outcome.planned.user in story.step_users:
        story.step_gave_up = True


def _until(story: Escalation, flight: Flight, outcome: Outcome, now: datetime) -> datetime:
    """How long a failing send is tried: while the step lasts; ten minutes at the end (rule 6)."""
    if flight.kind is MessageKind.RESOLVED:
        return (story.resolved_at or now) + TELL_FOR
    if outcome.planned.to_last_resort or flight.kind is MessageKind.REMINDER:
        return outcome.planned.due + RETRY_AT_THE_END
    if story.climb.is_last(story.policy, story.alert.urgency):
        return max(story.climb.begun, outcome.planned.due) + RETRY_AT_THE_END
    return story.climb.due


def _pin(story: Escalation, result: PageResult) -> None:
    """The rules of those whom this page resolved run on; what was tried now waits no more."""
    attempted = [outcome.planned for outcome in result.outcomes]
    anew = {resolved.user for resolved in result.resolved}
    tried = [(planned.user, planned.contact) for planned in attempted]
    story.used = list(dict.fromkeys([pair for pair in story.used if pair[0] not in anew] + tried))
    story.pending = merged(story.pending, result.planned, attempted)


def _judge(story: Escalation, flight: Flight, result: PageResult, now: datetime) -> None:
    """Whether the step found nobody, or only refusals: then the next one need not wait."""
    climb = story.climb
    last_resort = flight.resolves and flight.occasion.startswith(LAST_RESORT)
    if last_resort and not climb.reached and story.alert.state in (AlertState.TRIGGERED, AlertState.EXHAUSTED):
        story.last_resort_due = flight.at + LAST_RESORT_EVERY
    if story.alert.state is not AlertState.TRIGGERED:
        return
    if flight.resolves and _of_current_step(story, flight) and not result.resolved:
        skipped = climb.skip_empty(climb.current(story.policy))
        text = "Skipped: the step resolved to nobody." if skipped else "Nobody to notify; the step keeps its wait."
        story.note(Kind.SKIPPED, now, text, why="; ".join(result.problems) or None)
        return
    waiting = {planned.user for planned in story.pending} | {retry.planned.user for retry in story.retries}
    others = any(_of_current_step(story, other) for other in story.flights.values())
    hopeful = story.step_sent or story.step_gave_up or others or waiting & set(story.step_users)
    if story.step_users and not hopeful and climb.hurry(now):
        story.note(Kind.SKIPPED, now, "Every contact refused: the next step begins at once.")
