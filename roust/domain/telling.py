"""Telling stakeholders: what is asked of the notice activity, and what becomes of it in the alert's story."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel

from roust.domain.alert import AlertState, Priority
from roust.domain.digest import Digested
from roust.domain.escalation import Escalation
from roust.domain.news import Update
from roust.domain.notice import Moment
from roust.domain.notification import Result
from roust.domain.stakeholders import Attempt, Telling
from roust.domain.timeline import Kind
from roust.domain.updates import promise_ends

RETRY_DELAYS = (10, 30, 60, 120, 300)
"""Seconds between attempts to tell somebody; the last one goes on."""

TRY_FOR = timedelta(minutes=15)
"""How long a notice that may get through later is tried: longer than a mail server greylists a newcomer."""

TRY_AFTER_RESOLVE = timedelta(minutes=2)
"""The same once the alert is over, so that its run can end; what is given up then is in the timeline."""

COLLECTED = "collected"
"""In place of a result: the group is in a storm, and hears of it in its next digest."""


class NoticeRequest(BaseModel):
    """All notices of one moment at which some are due, for one alert. Names are keys; the notice activity
    looks up who is in a group, and how they are reached, when it sends.

    `updates` are those that `attempts` speak of. `next_due`: when Roust acts next by itself. `assumed`:
    nobody said that it is over, it was resolved by timeout.
    """

    alert: str
    service: str
    impact: str | None
    priority: Priority
    since: datetime
    at: datetime
    state: AlertState
    owner: str | None = None
    next_due: datetime | None = None
    assumed: bool = False
    news_due: datetime | None = None
    updates: list[Update] = []
    attempts: list[Attempt]


class Told(BaseModel):
    """What became of one notice to one member: a user's key, or the kind and place of a bare address in its
    group (`email-2`); the address itself never comes here. `result`: a Result, or COLLECTED (for the whole
    group: then `member` is empty)."""

    group: str
    occasion: str
    member: str
    contact: str = ""
    channel: str = ""
    result: str
    said: str = ""
    retry_after: float | None = None
    at: datetime | None = None

    @property
    def whom(self) -> str:
        """The member, and which of a user's contacts: `margaret/mail`, `email-2`; empty for the whole group."""
        return f"{self.member}/{self.contact}" if self.contact else self.member


class NoticeResult(BaseModel):
    """What came of a NoticeRequest. `problems`, by group: an unknown group, a member nobody can reach."""

    told: list[Told] = []
    problems: list[tuple[str, str]] = []


def next_notices(story: Escalation, now: datetime, next_due: datetime | None) -> tuple[int, NoticeRequest] | None:
    """What stakeholders are to be told now, all groups together, under its number; None: nothing.

    Asked when no page is left to be sent. It counts as begun: its result comes back by `land_notices`.
    """
    audience, alert = story.audience, story.alert
    if not audience.interests:
        return None
    audience.paging = audience.paging or (
        alert.state in (AlertState.TRIGGERED, AlertState.EXHAUSTED) and story.climb.begun_at_all
    )
    tellings = audience.due(alert.state, alert.priority, story.news, now)
    _drop_what_is_over(story, tellings, now)
    attempts = [Attempt(telling=telling, at=now, until=now + TRY_FOR) for telling in tellings]
    attempts += [attempt for attempt in audience.waiting if attempt.at <= now]
    if not attempts:
        return None
    audience.waiting = [attempt for attempt in audience.waiting if attempt.at > now]
    audience.flown += 1
    audience.flights[audience.flown] = attempts
    numbers = {attempt.telling.update for attempt in attempts if attempt.telling.update}
    latest = [story.news.latest.number] if story.news.latest and any(a.telling.standing for a in attempts) else []
    return audience.flown, NoticeRequest(
        alert=alert.id,
        service=alert.service,
        impact=alert.impact,
        priority=alert.priority,
        since=alert.triggered_at,
        at=now,
        state=alert.state,
        owner=alert.owner,
        next_due=next_due,
        assumed=story.resolved_by == "timeout",
        news_due=story.news.due,
        updates=[update for update in story.news.updates if update.number in {*numbers, *latest}],
        attempts=attempts,
    )


def notice_due(story: Escalation) -> datetime | None:
    """When stakeholders may have to be told next, or whoever promised them news reminded, if nothing happens
    before; None: never."""
    ends = (story.audience.wakes(story.alert.state), promise_ends(story))
    times = [attempt.at for attempt in story.audience.waiting] + [at for at in ends if at is not None]
    return min(times, default=None)


def still_telling(story: Escalation) -> bool:
    """Whether a notice is under way, or tried again: an alert that is over waits for it."""
    return bool(story.audience.flights or story.audience.waiting)


def land_notices(story: Escalation, number: int, result: NoticeResult, now: datetime) -> None:
    """Notices `number` came back with `result` at `now`: into the timeline, and what may succeed later again."""
    for attempt in story.audience.flights.pop(number):
        telling = attempt.telling
        told = [one for one in result.told if (one.group, one.occasion) == (telling.group, telling.occasion)]
        problems = [text for group, text in result.problems if group == telling.group]
        again = _again(story, attempt, [one for one in told if one.result == Result.TRY_AGAIN], now)
        if again is not None:
            story.audience.waiting.append(again)
        _record(story, attempt, told, problems, again, now)


def land_digest(story: Escalation, digest: Digested) -> None:
    """A digest that spoke of this alert was told, or given up: into the timeline."""
    if digest.alert != story.alert.id:
        return
    parts = [f"{', '.join(digest.told)} told"] if digest.told else []
    parts += [f"{', '.join(digest.failed)} failed, given up"] if digest.failed else []
    outages = f"{digest.outages} outage{'s' * (digest.outages != 1)}"
    story.note(
        Kind.NOTICE,
        digest.at,
        f"Notice to {digest.group}: digest of {outages}: {'; '.join(parts) or 'nobody told'}.",
        result=Result.TRY_AGAIN.value if digest.failed else Result.SENT.value,
        said=digest.said or None,
        key=digest.key,
        data={"group": digest.group, "moment": "digest"},
    )


def failed(request: NoticeRequest, said: str) -> NoticeResult:
    """The result when the activity itself did not come back: to be tried again."""
    return NoticeResult(
        told=[
            Told(
                group=attempt.telling.group,
                occasion=attempt.telling.occasion,
                member=whom.partition("/")[0],
                contact=whom.partition("/")[2],
                result=Result.TRY_AGAIN.value,
                said=said[:200],
            )
            for attempt in request.attempts
            for whom in attempt.members or [""]
        ]
    )


def _again(story: Escalation, attempt: Attempt, failing: list[Told], now: datetime) -> Attempt | None:
    if not failing:
        return None
    until = attempt.until
    if story.resolved_at is not None:
        until = min(until, story.resolved_at + TRY_AFTER_RESOLVE)
    asked = max((one.retry_after or 0.0 for one in failing), default=0.0)
    delay = max(RETRY_DELAYS[min(attempt.number, len(RETRY_DELAYS)) - 1], asked)
    at = now + timedelta(seconds=delay)
    if at > until:
        return None
    # Without a name it was the whole group: the activity itself did not come back.
    members = [one.whom for one in failing]
    members = [] if "" in members else members
    return attempt.model_copy(update={"at": at, "number": attempt.number + 1, "members": members})


def _drop_what_is_over(story: Escalation, tellings: Iterable[Telling], now: datetime) -> None:
    """Who is about to hear that it is over need not hear any more how it began."""
    over = {telling.group for telling in tellings if telling.moment is Moment.RESOLVED}
    audience = story.audience
    for attempt in audience.waiting:
        if attempt.telling.group in over:
            text = f"{attempt.telling.group} is not told any more: {attempt.telling.moment.value}. It is over."
            story.note(Kind.NOTICE, now, text, result=Result.REFUSED.value, data=_data(attempt.telling))
    audience.waiting = [attempt for attempt in audience.waiting if attempt.telling.group not in over]


def _record(
    story: Escalation,
    attempt: Attempt,
    told: list[Told],
    problems: list[str],
    again: Attempt | None,
    now: datetime,
) -> None:
    telling = attempt.telling
    what = f"{telling.group}: {telling.moment.value}{f' {telling.update}' if telling.update else ''}"
    results = {one.result for one in told}
    said = "; ".join(dict.fromkeys(one.said for one in told if one.said and one.result != Result.SENT))
    parts = [
        f"{_names(told, Result.SENT)} told" if Result.SENT in results else "",
        "in a storm: it comes with the next digest" if COLLECTED in results else "",
        f"{_names(told, Result.REFUSED)} refused" if Result.REFUSED in results else "",
        f"{_names(told, Result.TRY_AGAIN)} failed, {'will be tried again' if again else 'given up'}"
        if Result.TRY_AGAIN in results
        else "",
        "" if told else "nobody told",
    ]
    worst = next((r for r in (Result.TRY_AGAIN, Result.REFUSED, Result.SENT, COLLECTED) if r in results), None)
    story.note(
        Kind.NOTICE,
        max((one.at for one in told if one.at), default=now),
        f"Notice to {what}: {'; '.join(part for part in parts if part)}.",
        result=str(worst.value if isinstance(worst, Result) else worst or Result.REFUSED.value),
        said=said[:200] or None,
        why="; ".join(problems)[:500] or None,
        key=f"{story.alert.id}/{telling.occasion}/{telling.group}",
        data=_data(telling) | {"members": [_member(one) for one in told]},
    )


def _names(told: list[Told], result: Result) -> str:
    names = [f"{one.member} by {one.contact}" if one.contact else one.member for one in told if one.result == result]
    return ", ".join(name for name in names if name) or "the group"


def _data(telling: Telling) -> dict[str, object]:
    return {"group": telling.group, "moment": telling.moment.value, "update": telling.update or None}


def _member(one: Told) -> dict[str, str]:
    shown = {"member": one.member, "contact": one.contact, "channel": one.channel, "result": one.result}
    return {name: value for name, value in shown.items() if value}
