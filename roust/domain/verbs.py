"""What a responder may do besides acknowledge and resolve: escalate, reassign, snooze, note.

Each verb is checked by `…_refusal` (a reason in words, or None) and then done; the check changes nothing.
rule 10.
"""

from datetime import datetime, timedelta

from roust.domain.alert import AlertState
from roust.domain.climb import passes
from roust.domain.duration import format_duration, told_duration
from roust.domain.escalation import Escalation
from roust.domain.policy import EscalationPolicy, Step, Target
from roust.domain.timeline import Kind

SHORTEST_SNOOZE, LONGEST_SNOOZE = timedelta(minutes=1), timedelta(days=30)
NOTE_LENGTH = 2000
"""Characters of a note that are kept."""


def refusal(story: Escalation, alert: str) -> str | None:
    """Why no verb at all is possible: another alert, or over."""
    if alert != story.alert.id:
        return "it was meant for another alert of the same key"
    if story.alert.state is AlertState.RESOLVED:
        return f"resolved already by {story.resolved_by}"
    return None


def escalate_refusal(story: Escalation, alert: str, step: int) -> str | None:
    """Why the next step cannot begin now: over, stale (another step than `step` is current), or past the end."""
    if reason := refusal(story, alert):
        return reason
    climb, state = story.climb, story.alert.state
    if state not in (AlertState.TRIGGERED, AlertState.ACKNOWLEDGED):
        return f"the alert is {state.value}: there is no next step to escalate to"
    if not climb.begun_at_all:
        return "no step has begun yet"
    if step != climb.step:
        current = "the step of the reassignment" if climb.leading else f"step {climb.step}"
        return f"stale: {current} is current by now, not step {step}"
    if climb.is_last(story.policy, story.alert.urgency):
        return "this is the last step of the last pass: there is nobody further to escalate to"
    return None


def escalate(story: Escalation, by: str, now: datetime) -> None:
    """The next step begins now; an acknowledged alert is triggered again, where it stood."""
    if story.alert.state is AlertState.ACKNOWLEDGED:
        story.call_off()
        story.enter(AlertState.TRIGGERED, now)
        story.acknowledged_at, story.timeout_warned = None, False
    story.last_event_at = now
    story.climb.due, story.restart_step = now, False
    # Somebody was reached and answered with this verb: the pass has not been walked in vain.
    story.climb.reach()
    walked = passes(story.policy, story.alert.urgency)
    place = f"step {story.climb.step}, pass {story.climb.pass_} of {walked}"
    place = "the reassignment" if story.climb.leading else place
    story.note(Kind.ESCALATED, now, f"{by} escalates from {place}: the next step begins now.", user=by)


def reassign_to_user(story: Escalation, user: str, by: str, now: datetime) -> None:
    """A step of its own for `user`, with the policy's longest wait, then the policy from step 1."""
    wait = max(step.wait for step in story.policy.steps)
    story.last_event_at = now
    story.note(Kind.REASSIGNED, now, f"{by} reassigns it to {user}.", user=by)
    story.begin_cycle(now, now, Step(notify=[Target(user=user)], wait=wait))


def reassign_to_policy(
    story: Escalation, name: str, policy: EscalationPolicy, last_resort: list[Target], by: str, now: datetime
) -> None:
    """That policy is pinned, and climbed from step 1."""
    story.last_event_at = now
    story.note(Kind.REASSIGNED, now, f"{by} reassigns it to escalation policy {name}.", user=by)
    story.policy_name, story.policy, story.last_resort = name, policy, last_resort
    story.begin_cycle(now, now)


def snooze_refusal(story: Escalation, alert: str, length: timedelta) -> str | None:
    """Why it cannot be snoozed: over, held or suppressed, or not for so long."""
    if reason := refusal(story, alert):
        return reason
    if story.alert.state in (AlertState.HELD, AlertState.SUPPRESSED):
        return f"the alert is {story.alert.state.value}: it pages nobody as it is"
    if not SHORTEST_SNOOZE <= length <= LONGEST_SNOOZE:
        shortest, longest = told_duration(SHORTEST_SNOOZE), told_duration(LONGEST_SNOOZE)
        return f"snooze for {shortest} to {longest} (got {told_duration(length)})"
    return None


def snooze(story: Escalation, length: timedelta, by: str, now: datetime) -> None:
    """Nobody is paged for so long; then, if still open, a new cycle."""
    story.call_off()
    story.last_event_at = now
    story.enter(AlertState.SNOOZED, now, owner=story.alert.owner or by)
    story.resume_at = now + length
    until = f"{story.resume_at:%Y-%m-%d %H:%M} UTC"
    story.note(Kind.SNOOZED, now, f"{by} snoozes it for {format_duration(length)}, until {until}.", user=by)


def add_note(story: Escalation, text: str, by: str, now: datetime) -> None:
    """A note in the timeline; it counts as an event, so that what is worked on is not resolved by timeout."""
    story.last_event_at = now
    story.note(Kind.NOTE, now, text[:NOTE_LENGTH], user=by)
