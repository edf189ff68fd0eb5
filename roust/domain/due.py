"""What an alert does next, and why: the decision for one instant."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from roust.domain.alert import AlertState
from roust.domain.climb import DELAYED, Retry, passes, planned_instant
from roust.domain.decision import Decision, End, Send, Wait
from roust.domain.escalation import OPEN_AND_QUIET, Escalation, Flight
from roust.domain.holding import begin_or_hold
from roust.domain.notification import LAST_RESORT, OUTSIDE, MessageKind, PageRequest, Planned
from roust.domain.policy import Target
from roust.domain.rewriting import face, rewrite
from roust.domain.timeline import Kind
from roust.domain.updates import forgotten

PATIENCE = timedelta(seconds=30)
"""How long what is pending waits for a send under way, so that no contact is sent twice at once."""

LANDING = timedelta(seconds=15)
"""How long an end waits for sends that were called off: whoever they reached hears of the end."""


def next_due(story: Escalation, now: datetime) -> Decision:
    """What to do now. A `Send` counts as begun: its result comes back by `landing.land`."""
    decision = _next_due(story, now)
    return rewrite(story, decision, now) if isinstance(decision, Wait) else decision


def _next_due(story: Escalation, now: datetime) -> Decision:
    if (whom := forgotten(story, now)) is not None:
        return _remind(story, whom, "the stakeholders were promised news by now", now)
    match story.alert.state:
        case AlertState.RESOLVED:
            return _after_resolve(story, now)
        case AlertState.TRIGGERED | AlertState.EXHAUSTED:
            return _while_climbing(story, now)
        case _:
            return _while_quiet(story, now)


def _while_climbing(story: Escalation, now: datetime) -> Decision:
    climb = story.climb
    if story.last_resort_wanted:
        return _page_last_resort(story, story.last_resort_wanted, now)
    if story.alert.state is AlertState.TRIGGERED:
        if story.restart_step:
            story.restart_step = False
            return _begin_step(story, now, now)
        if climb.due <= now:
            return _next_rung(story, now)
    if story.last_resort_due and story.last_resort_due <= now:
        return _page_last_resort(story, "nobody has been reached yet", now)
    if ripe := _take_ripe(story, now):
        return _send_due(story, ripe, now)
    if quiet := _quiet_for_long(story, now):
        return quiet
    times = [climb.due] if story.alert.state is AlertState.TRIGGERED else []
    times += [story.last_resort_due] if story.last_resort_due else []
    return Wait(_earliest(story, times, now), _what_comes(story))


def _while_quiet(story: Escalation, now: datetime) -> Decision:
    timeout = None if story.suppressed else story.policy.acknowledge_timeout
    times: list[datetime] = []
    if story.resume_at is not None:
        if now >= story.resume_at:
            story.resume(now)
            return next_due(story, now)
        times.append(story.resume_at)
    if story.alert.state is AlertState.ACKNOWLEDGED and timeout and story.acknowledged_at:
        warn, end = story.acknowledged_at + timeout * 5 / 6, story.acknowledged_at + timeout
        if now >= end:
            story.note(Kind.TIMED_OUT, now, f"{story.alert.owner} acknowledged, and it is not resolved in time.")
            begin_or_hold(story, story.held_to, planned_instant(end, now), now)
            return next_due(story, now)
        if now >= warn and not story.timeout_warned:
            story.timeout_warned = True
            story.remind = story.remind or "it is not resolved yet; soon it will be escalated again"
        times.append(end if story.timeout_warned else warn)
    if story.remind and story.alert.owner:
        why, story.remind = story.remind, ""
        return _remind(story, story.alert.owner, why, now)
    if ripe := _take_ripe(story, now):
        return _send(story, now, "reminder, tried again", kind=MessageKind.REMINDER, due=ripe)
    if quiet := _quiet_for_long(story, now):
        return quiet
    return Wait(_earliest(story, times, now), _what_comes(story))


def _after_resolve(story: Escalation, now: datetime) -> Decision:
    ended = story.resolved_at or now
    if story.told and any(flight.generation == story.generation for flight in story.flights.values()):
        return Wait(None, "telling those who were paged that it is over")
    if not story.told and story.flights and now < ended + LANDING:
        return Wait(ended + LANDING, "sends that were called off come back")
    if not story.told:
        story.told = True
        due = [_planned(story, user, contact, "resolved", now) for user, contact in story.paged]
        # An owner who was never paged hears of an end that nobody brought about (rule 9).
        unpaged = story.alert.owner if story.resolved_by == "timeout" else None
        targets = [Target(user=unpaged)] if unpaged and unpaged not in {user for user, _ in story.paged} else []
        if due or targets:
            return _send(
                story,
                now,
                "tell those who were paged that it is over",
                kind=MessageKind.RESOLVED,
                due=due,
                targets=targets,
                occasion="resolved",
            )
    if ripe := _take_ripe(story, now):
        return _send(story, now, "it is over, tried again", kind=MessageKind.RESOLVED, due=ripe, occasion="resolved")
    if story.retries:
        return Wait(min(retry.at for retry in story.retries), "telling those who were paged that it is over")
    return End()


def _next_rung(story: Escalation, now: datetime) -> Decision:
    climb, policy = story.climb, story.policy
    if climb.step and climb.pass_is_over(policy) and not climb.reached_in_pass:
        climb.keep_waits = True
        last = climb.is_last(policy, story.alert.urgency)
        if not last and story.last_resort_cycle != climb.cycle:
            story.last_resort_cycle = climb.cycle
            return _page_last_resort(story, f"pass {climb.pass_} reached nobody", now)
    if climb.next_rung(policy, story.alert.urgency):
        return _begin_step(story, climb.due, now)
    story.enter(AlertState.EXHAUSTED, planned_instant(climb.due, now))
    walked = passes(policy, story.alert.urgency)
    story.note(Kind.EXHAUSTED, now, f"Exhausted: {walked} of {walked} passes walked, nobody answered.")
    return _page_last_resort(story, "every pass was walked and nobody answered", now)


def _begin_step(story: Escalation, due: datetime, now: datetime) -> Decision:
    climb, step = story.climb, story.climb.current(story.policy)
    at = climb.begin(step, due, now)
    story.step_users, story.step_sent, story.step_gave_up = [], False, False
    story.retries = _still_tried(story)
    names = ", ".join(str(target) for target in step.notify)
    place = _place(story)
    story.note(Kind.STEP, at, f"{place[0].upper()}{place[1:]}: notifying {names}.")
    ripe = _take_ripe(story, now)
    return _send(
        story,
        at,
        f"{place}: {names}",
        targets=step.notify,
        due=ripe,
        occasion=climb.occasion,
        late=due if now - due > DELAYED else None,
    )


def _still_tried(story: Escalation) -> list[Retry]:
    """What outlives its step: sends to the last resort."""
    return [retry for retry in story.retries if retry.planned.to_last_resort]


def _page_last_resort(story: Escalation, why: str, now: datetime) -> Decision:
    story.last_resort_wanted, story.last_resort_due = "", None
    story.last_resort_pages += 1
    story.last_resort_paged_at = now
    story.retries = [retry for retry in story.retries if not retry.planned.to_last_resort]
    names = ", ".join(str(target) for target in story.last_resort) or "nobody"
    story.note(Kind.LAST_RESORT, now, f"Last resort: notifying {names}, because {why}.", why=why)
    return _send(
        story,
        now,
        f"last resort: {why}",
        targets=story.last_resort,
        due=_take_ripe(story, now),
        occasion=f"{LAST_RESORT}-{story.last_resort_pages}",
        step=OUTSIDE,
    )


def _remind(story: Escalation, owner: str, why: str, now: datetime) -> Decision:
    story.reminded_at = now
    story.note(Kind.REMINDED, now, f"Reminding {owner}: {why}.", user=owner, why=why)
    contacts = [contact for user, contact in story.paged if user == owner]
    occasion = f"reminder-{story.flown + 1}"
    due = [_planned(story, owner, contact, "reminder", now, occasion) for contact in contacts]
    return _send(
        story,
        now,
        f"reminder to {owner}: {why}",
        kind=MessageKind.REMINDER,
        due=due,
        targets=[] if due else [Target(user=owner)],
        occasion=occasion,
        note=why,
    )


def _quiet_for_long(story: Escalation, now: datetime) -> Decision | None:
    """`auto_resolve`: else a source that never resolves would have its next outage taken for a repeat."""
    until = quiet_until(story)
    if until is None or now < until:
        return None
    story.end("timeout", "Resolved by timeout: no event for so long.", now)
    return next_due(story, now)


def quiet_until(story: Escalation) -> datetime | None:
    """When the alert is resolved by `timeout` unless something is heard; None: never."""
    if story.alert.state not in OPEN_AND_QUIET or not story.auto_resolve:
        return None
    return max(story.last_event_at, story.state_since) + story.auto_resolve


def _busy_until(story: Escalation, now: datetime) -> datetime | None:
    flights = [f for f in story.flights.values() if f.kind is not MessageKind.UPDATE]
    current = [f.at + PATIENCE for f in flights if f.generation == story.generation]
    busy = max(current, default=now)
    return busy if busy > now else None


def _take_ripe(story: Escalation, now: datetime) -> list[Planned]:
    """What is due by now, taken out of what waits; nothing while a send is under way."""
    if _busy_until(story, now):
        return []
    due = [planned for planned in story.pending if planned.due <= now]
    story.pending = [planned for planned in story.pending if planned.due > now]
    story.retries = [retry for retry in story.retries if retry.until > now]
    again = [retry for retry in story.retries if retry.at <= now]
    story.retries = [retry for retry in story.retries if retry.at > now]
    story.attempts = {_attempt_key(retry.planned): retry.attempt for retry in again}
    return due + [retry.planned for retry in again]


def _attempt_key(planned: Planned) -> str:
    return planned.key("")


def _send_due(story: Escalation, ripe: list[Planned], now: datetime) -> Decision:
    first = min(planned.due for planned in ripe)
    fresh = [p for p in ripe if _attempt_key(p) not in story.attempts]
    late = min((p.due for p in fresh), default=now)
    names = ", ".join(dict.fromkeys(f"{p.user} by {p.contact}" for p in ripe))
    return _send(story, planned_instant(first, now), names, due=ripe, late=late if now - late > DELAYED else None)


def _send(
    story: Escalation,
    at: datetime,
    summary: str,
    *,
    kind: MessageKind = MessageKind.PAGE,
    targets: Sequence[Target] = (),
    due: Sequence[Planned] = (),
    occasion: str = "",
    step: int | None = None,
    late: datetime | None = None,
    note: str = "",
) -> Send:
    climb = story.climb
    story.flown += 1
    place = climb.step if step is None else step
    story.flights[story.flown] = Flight(
        generation=story.generation,
        kind=kind,
        at=at,
        cycle=climb.cycle,
        pass_=climb.pass_,
        step=place,
        occasion=occasion,
        resolves=bool(targets),
        face=face(story),
    )
    request = PageRequest(
        kind=kind,
        alert=story.alert,
        at=at,
        urgency=story.alert.urgency,
        cycle=climb.cycle,
        pass_=climb.pass_,
        passes=passes(story.policy, story.alert.urgency),
        step=place,
        steps=len(story.policy.steps),
        occasion=occasion,
        targets=list(targets),
        due=list(due),
        pending=story.pending if kind is MessageKind.PAGE else [],
        used=story.used if kind is MessageKind.PAGE else [],
        delayed_since=late,
        note=note,
        posted=[kept.posted for kept in story.kept] if kind is MessageKind.RESOLVED else [],
    )
    return Send(story.flown, request, summary[:200])


def _planned(
    story: Escalation, user: str, contact: str, rule: str, now: datetime, occasion: str = "resolved"
) -> Planned:
    climb = story.climb
    return Planned(
        user=user,
        contact=contact,
        rule=rule,
        due=now,
        cycle=climb.cycle,
        pass_=climb.pass_,
        step=climb.step,
        occasion=occasion,
    )


def _place(story: Escalation) -> str:
    climb, policy = story.climb, story.policy
    walked = passes(policy, story.alert.urgency)
    if climb.leading:
        return "reassigned, before step 1"
    if not climb.step:
        return "before step 1"
    return f"step {climb.step} of {len(policy.steps)}, pass {climb.pass_} of {walked}"


def _what_comes(story: Escalation) -> str:
    climb, state = story.climb, story.alert.state
    if state is AlertState.TRIGGERED and climb.is_last(story.policy, story.alert.urgency):
        return f"{_place(story)}: then the last resort"
    if state is AlertState.TRIGGERED:
        return f"{_place(story)}: then the next step"
    if state is AlertState.ACKNOWLEDGED:
        return f"{story.alert.owner} has it"
    if story.resume_at is not None:
        return f"{state.value}: then the climb from step 1"
    return state.value


def _earliest(story: Escalation, times: list[datetime], now: datetime) -> datetime | None:
    waiting = [planned.due for planned in story.pending] + [retry.at for retry in story.retries]
    busy = _busy_until(story, now)
    times = times + ([max(min(waiting), busy or now)] if waiting else [])
    quiet = quiet_until(story)
    return min([*times, quiet] if quiet else times, default=None)
