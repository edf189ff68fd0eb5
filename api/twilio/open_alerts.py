"""Which open alert a reply means: by its code, or by what went to that number."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from api.gateway import BeyondRetention, Gateway, NoSuchAlert
from roust.domain.alert import AlertState
from roust.domain.directory import Directory
from roust.domain.timeline import Kind
from roust.runtime.replies import Replies
from workflows.messages import AlertView, Standing

_PAGE, _PAGES = 200, 50
_AT_ONCE = 16
MOST_READ = 300
"""Alerts whose timelines are read for one reply without a code."""
READ_WITHIN = 6.0
"""Seconds for all of them: Twilio waits 15 s for the answer, and without a worker every one takes 2 s."""


@dataclass(frozen=True)
class Meant:
    """An alert, which of the people at that number was paged, and the step that they last heard of."""

    alert: str
    user: str
    step: int
    service: str
    state: AlertState
    summary: str


async def by_code(
    gateway: Gateway, replies: Replies, code: str, users: Sequence[str], directory: Directory
) -> Meant | None:
    """The alert that `code` was made for, for one of `users`: among the open ones, then among those over of late.
    Lists may lag: the code proves itself. Raises Unavailable."""
    steps = max((len(policy.steps) for policy in directory.escalation_policies.values()), default=0)
    for state, pages in ((None, _PAGES), (AlertState.RESOLVED.value, 1)):
        async for alert, now in _listed(gateway, state, pages):
            for user in users:
                step = replies.meant(code, alert, user, max(steps, now.step))
                if step is not None:
                    return Meant(alert, user, step, now.service, now.state, now.summary)
    return None


async def by_number(gateway: Gateway, users: Sequence[str], state: str | None = None) -> tuple[list[Meant], bool]:
    """The open alerts (or those in `state`) that one of `users` was sent a text about, newest first; and whether
    there may be more of them than were looked at. Raises Unavailable."""
    alerts = [alert async for alert, _ in _listed(gateway, state, -(-MOST_READ // _PAGE) + 1)]
    places = asyncio.Semaphore(_AT_ONCE)

    async def read(alert: str) -> Meant | None:
        async with places:
            try:
                return _paged(await gateway.view(alert), users)
            except (BeyondRetention, NoSuchAlert):
                return None

    reading = [asyncio.create_task(read(alert)) for alert in alerts[:MOST_READ]]
    _, late = await asyncio.wait(reading, timeout=READ_WITHIN) if reading else ((), ())
    for task in late:
        task.cancel()
    found = [task.result() for task in reading if task not in late]
    return [meant for meant in found if meant is not None], bool(late) or len(alerts) > MOST_READ


def _paged(view: AlertView, users: Sequence[str]) -> Meant | None:
    if view.state is AlertState.RESOLVED:
        return None
    for entry in reversed(view.timeline):
        texted = entry.kind in (Kind.PAGED, Kind.REMINDED) and entry.channel == "sms" and entry.result != "refused"
        if texted and entry.user is not None and entry.user in users:
            return Meant(view.id, entry.user, entry.step or 0, view.service, view.state, view.summary)
    return None


async def _listed(gateway: Gateway, state: str | None, pages: int) -> AsyncIterator[tuple[str, Standing]]:
    cursor: str | None = None
    for _ in range(pages):
        page = await gateway.list(state, None, _PAGE, cursor)
        for one in page.alerts:
            yield one
        cursor = page.next
        if cursor is None:
            return
