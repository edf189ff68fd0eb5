"""Rewriting: messages that stand somewhere (a chat) show the alert as it is now, not as it was when they came."""

from dataclasses import replace
from datetime import datetime, timedelta

from roust.domain.alert import AlertState
from roust.domain.climb import passes
from roust.domain.decision import Send, Wait
from roust.domain.escalation import Escalation, Flight, Kept
from roust.domain.notification import MessageKind, Outcome, PageRequest, PageResult, Planned, Posted, Result
from roust.domain.timeline import Kind

MOST_KEPT = 50
"""Messages of one alert that are rewritten; beyond it the oldest stay as they are."""

MOST_ATTEMPTS = 3
AGAIN = timedelta(seconds=10)
"""How often, and how far apart, a rewrite that fails is tried: people are answered truthfully without it."""

_KEEPING = (MessageKind.PAGE, MessageKind.REMINDER)


def face(story: Escalation) -> str:
    """What a message shows of the alert, in short: where this differs, it is rewritten."""
    alert, climb = story.alert, story.climb
    rung = f"{climb.cycle}.{climb.pass_}.{climb.step}"
    return f"{alert.state.value} {alert.owner or '-'} {rung} {alert.priority.value}"


def keep(story: Escalation, flight: Flight, outcome: Outcome) -> None:
    """A message was sent; where its channel can rewrite it, that is remembered."""
    if flight.kind not in _KEEPING or not outcome.ref or outcome.result is not Result.SENT:
        return
    posted = Posted(user=outcome.planned.user, contact=outcome.planned.contact, ref=outcome.ref)
    story.kept = [*story.kept, Kept(posted=posted, shows=flight.face)][-MOST_KEPT:]


def rewrite(story: Escalation, wait: Wait, now: datetime) -> Send | Wait:
    """Instead of waiting: rewrite what shows an older face. Pages go first, and one after the other is enough."""
    old = [kept for kept in story.kept if kept.shows != face(story)]
    if not old or story.flights or story.alert.state is AlertState.RESOLVED:
        return wait
    if story.rewrite_after is not None and now < story.rewrite_after:
        return replace(wait, until=min(wait.until or story.rewrite_after, story.rewrite_after))
    story.rewrite_after = None
    story.flown += 1
    climb, alert = story.climb, story.alert
    where = {"cycle": climb.cycle, "pass_": climb.pass_, "step": climb.step}
    story.flights[story.flown] = Flight(
        generation=story.generation, kind=MessageKind.UPDATE, at=now, face=face(story), **where
    )
    contacts = dict.fromkeys((kept.posted.user, kept.posted.contact) for kept in old)
    request = PageRequest(
        kind=MessageKind.UPDATE,
        alert=alert,
        at=now,
        urgency=alert.urgency,
        passes=passes(story.policy, alert.urgency),
        steps=len(story.policy.steps),
        due=[
            Planned(user=user, contact=contact, rule="update", due=now, occasion=f"update-{story.flown}", **where)
            for user, contact in contacts
        ],
        posted=[kept.posted for kept in old],
        **where,
    )
    return Send(story.flown, request, f"rewrite {len(old)} messages: {alert.state.value}"[:200])


def rewritten(story: Escalation, flight: Flight, result: PageResult, now: datetime) -> None:
    """A rewrite came back. What was refused, or failed too often, is let be, and the timeline says so."""
    became = {(o.planned.user, o.planned.contact): o for o in result.outcomes}
    current = flight.generation == story.generation
    left: list[Kept] = []
    given_up: dict[tuple[str, str], str] = {}
    for kept in story.kept:
        contact = (kept.posted.user, kept.posted.contact)
        outcome = became.get(contact)
        if outcome is None or kept.shows == flight.face:
            left.append(kept)
        elif outcome.result is Result.SENT:
            left.append(kept.model_copy(update={"shows": flight.face, "failed": 0}))
        elif outcome.result is Result.TRY_AGAIN and kept.failed + current < MOST_ATTEMPTS:
            left.append(kept.model_copy(update={"failed": kept.failed + current}))
            story.rewrite_after = now + max(AGAIN, timedelta(seconds=outcome.retry_after or 0)) if current else None
        else:
            given_up[contact] = outcome.said
    story.kept = left
    for problem in result.problems:
        story.note(Kind.TROUBLE, now, problem)
    for (user, by), said in given_up.items():
        text = f"{user} by {by}: the message there can no longer be rewritten."
        story.note(Kind.TROUBLE, now, text, user=user, contact=by, said=said or None)
