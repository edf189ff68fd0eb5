"""Status updates: what a responder tells the stakeholders, and the promise of when they hear again.

Checked by `update_refusal` (a reason in words, or None), done by `post`; rules 10 and 19.
"""

from datetime import datetime, timedelta

from roust.domain.alert import AlertState
from roust.domain.duration import format_duration
from roust.domain.escalation import Escalation
from roust.domain.news import News, Update
from roust.domain.timeline import Kind

UPDATE_LENGTH = 2000
"""Characters of an update."""
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=7)
"""How far ahead the next news may be promised."""
MOST_UPDATES = 20
"""How many updates an alert remembers besides its timeline; stakeholders are told of each as it comes."""


def promise_refusal(next_: datetime | None, now: datetime) -> str | None:
    """Why news cannot be promised for then: past, or too far. A little past `now` is the way of clocks."""
    if next_ is None or SOONEST / 2 <= next_ - now <= LATEST + SOONEST:
        return None
    return f"the next news is due {format_duration(SOONEST)} to {format_duration(LATEST)} from now"


def update_refusal(text: str, next_: datetime | None, now: datetime) -> str | None:
    """Why this cannot be posted. That the alert is open is for `verbs.refusal` to say."""
    if not text.strip():
        return "the update is empty"
    if len(text) > UPDATE_LENGTH:
        return f"an update has at most {UPDATE_LENGTH} characters"
    return promise_refusal(next_, now)


def post(story: Escalation, text: str, next_: datetime | None, by: str, now: datetime) -> None:
    """Post it: in the timeline and in the story. It keeps an earlier promise; `next_` makes a new one."""
    news, latest = story.news, story.news.latest
    update = Update(number=latest.number + 1 if latest else 1, text=text, by=by, at=now, next=next_)
    story.news = News(updates=[*news.updates, update][-MOST_UPDATES:], due=next_)
    story.last_event_at = now
    story.note(
        Kind.UPDATE,
        now,
        text,
        user=by,
        why=f"the next news is promised for {next_:%Y-%m-%d %H:%M} UTC" if next_ else None,
        data={"number": update.number, "next": next_.isoformat() if next_ else None},
    )


def promise_ends(story: Escalation) -> datetime | None:
    """When whoever has the alert is to be reminded that news was promised; None: never, or done."""
    news = story.news
    return None if news.reminded or story.alert.state is AlertState.RESOLVED else news.due


def forgotten(story: Escalation, now: datetime) -> str | None:
    """Whom to remind now that news was promised, once: the owner, else whoever promised it. None: nobody."""
    ends, latest = promise_ends(story), story.news.latest
    if ends is None or latest is None or now < ends:
        return None
    story.news = story.news.model_copy(update={"reminded": True})
    return story.alert.owner or latest.by
