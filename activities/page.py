"""Paging a responder: the one place a page leaves the building."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import structlog
from temporalio import activity

from activities.channels.channel import Channel
from activities.ledger import Ledger
from activities.listening import Listening, listen
from activities.merging import Left, Merging
from activities.sending import AnswerLinks, Sender
from activities.sent import Sent
from roust.domain.alert import Urgency
from roust.domain.directory import Directory
from roust.domain.notification import (
    MessageKind,
    Outcome,
    PageRequest,
    PageResult,
    Planned,
    Resolved,
    Result,
)
from roust.domain.personal_rules import at_once, instead, plan
from roust.domain.recipients import paged_by
from roust.runtime.day_to_day import InHand

_BEAT = 0.5
_GRACE = 2.0
"""Seconds that a send which a provider already has may still take. The acknowledge itself comes in with the
next heartbeat, and both together are to stay within the 3 s of rule 7."""

_CUT_OFF = "cut off on its way to the provider; it may have gone out"


class DayToDay(Protocol):
    """What a page needs of `roust.runtime.day_to_day.DayToDay`: an answer within a second, whatever happens."""

    async def of(self, schedules: Iterable[str]) -> InHand: ...


class Pager:
    """The activity `page`. It never raises for what a provider, a name or a text does: that is an outcome."""

    def __init__(
        self,
        directory: Callable[[], Directory],
        channels: Mapping[str, Channel],
        links: AnswerLinks,
        day_to_day: DayToDay | None = None,
        merging: Merging | None = None,
    ) -> None:
        """`merging`: what pages of one service to one contact wait for each other by; none: each goes alone."""
        self._directory = directory
        self._channels = channels
        self._links = links
        self._day_to_day = day_to_day
        self._sent = Sent()
        self._listening = Listening()
        self._merging = merging

    @activity.defn(name="page")
    async def page(self, request: PageRequest) -> PageResult:
        """Resolve the targets as of `request.at`, pin the personal rules of those users, send what is due.

        Cancelled because somebody answered: starts no send any more, gives those in hand 2 s, and returns
        what is known. Cancelled for another reason: the same, then raises, so that Temporal tries again with
        what the heartbeat remembers.
        """
        with structlog.contextvars.bound_contextvars(alert=request.alert.id):
            return await self._page(request)

    async def _page(self, request: PageRequest) -> PageResult:
        directory = self._directory()
        sender = Sender(request, directory, self._channels, self._links, merging=self._merging)
        in_hand = await self._in_hand(request, directory)
        ledger = Ledger.resumed()
        paging = _Paging(request, directory, sender, ledger, in_hand, self._sent)
        try:
            await self._listening.before(request.at, ledger.beat)
            await paging.run()
        except asyncio.CancelledError:
            await paging.stop()
            details = activity.cancellation_details()
            if details is None or not details.cancel_requested:
                raise
        return paging.result()

    async def _in_hand(self, request: PageRequest, directory: Directory) -> InHand:
        # Only of schedules that there are: a name that the file lacks is told as such.
        named = [target.name for target in request.targets if target.kind == "schedule"]
        asked = [name for name in named if name in directory.schedules]
        return await self._day_to_day.of(asked) if self._day_to_day is not None and asked else InHand({}, [])


class _Paging:
    """One request on its way: user by user, so that nobody waits for another's provider."""

    def __init__(
        self,
        request: PageRequest,
        directory: Directory,
        sender: Sender,
        ledger: Ledger,
        in_hand: InHand,
        sent: Sent,
    ) -> None:
        self._request = request
        self._directory = directory
        self._sender = sender
        self._ledger = ledger
        self._in_hand = in_hand
        self._sent = sent
        self._stopped = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._resolved: list[Resolved] = []
        self._problems: list[str] = []
        self._fresh: list[Planned] = []
        self._resolve()

    def _resolve(self) -> None:
        request, page = self._request, self._request.kind is MessageKind.PAGE
        overrides, doubts = self._in_hand
        self._resolved, problems = paged_by(request, self._directory, overrides)
        self._problems = [*doubts, *problems]
        anew = {found.user for found in self._resolved}
        self._used = {(user, contact) for user, contact in request.used if user not in anew}
        for user in (found.user for found in self._resolved):
            planned = plan(
                user,
                self._directory.users[user],
                # Who need not answer is not to be called out of bed: the quiet contacts, once.
                request.urgency if page else Urgency.LOW,
                request.at,
                cycle=request.cycle,
                pass_=request.pass_,
                step=request.step,
                occasion=request.occasion,
            )
            if not planned:
                self._problems.append(f"{user} has no contacts")
            self._fresh += planned if page else at_once(planned, request.at)

    async def run(self) -> None:
        fresh = [item for item in self._fresh if item.due <= self._request.at]
        now = [item for item in (*self._request.due, *fresh) if self._wanted(item)]
        users = dict.fromkeys(item.user for item in now)
        self._tasks = {asyncio.create_task(self._reach(u, [i for i in now if i.user == u])) for u in users}
        running = self._tasks
        while running:
            done, running = await asyncio.wait(running, timeout=_BEAT)
            # With nothing left to wait for, the result says it all at once.
            if running:
                self._ledger.beat()
            for task in done:
                task.result()

    async def stop(self) -> None:
        """Start nothing more; give what a provider already has its grace, then cut it off."""
        self._stopped = True
        self._sender.leave()
        running = {task for task in self._tasks if not task.done()}
        end = asyncio.get_running_loop().time() + _GRACE
        while running and (left := end - asyncio.get_running_loop().time()) > 0:
            _, running = await asyncio.wait(running, timeout=min(_BEAT, left))
            self._ledger.beat()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for planned in list(self._ledger.in_hand.values()):
            self._ledger.record(self._sender.outcome(planned, Result.TRY_AGAIN, _CUT_OFF))
        # Where another attempt follows, this is what it knows.
        self._ledger.beat()

    def result(self) -> PageResult:
        used = {outcome.planned for outcome in self._ledger.outcomes}
        attempted = {(item.user, item.contact) for item in used}
        return PageResult(
            resolved=self._resolved,
            problems=self._problems,
            outcomes=self._ledger.outcomes,
            planned=[
                item
                for item in self._fresh
                if item not in used and not (item.due <= self._request.at and (item.user, item.contact) in attempted)
            ],
        )

    def _wanted(self, item: Planned) -> bool:
        """Nobody is called by voice to hear that it is over (rule 8)."""
        if self._request.kind is not MessageKind.RESOLVED:
            return True
        user = self._directory.users.get(item.user)
        contact = user.contacts.get(item.contact) if user else None
        return contact is None or contact.kind != "voice"

    async def _reach(self, user: str, batch: list[Planned]) -> None:
        """Send `batch`; while all that came of it are refusals, the user's next contact, at once."""
        await asyncio.gather(*(self._send(item) for item in batch))
        while self._request.kind is MessageKind.PAGE and self._ledger.needs_another(user):
            following = self._next(user)
            if following is None or self._stopped:
                return
            await self._send(following)

    async def _send(self, item: Planned) -> None:
        if self._ledger.given_away:
            await listen(self._ledger.beat)
        if not self._stopped and self._ledger.take(item):
            try:
                outcome = self._before(item) or await self._sender.send(item)
            except Left:
                self._ledger.put_back(item)
                return
            self._sent.remember(item.key(self._request.alert.id), outcome)
            self._ledger.record(outcome, more=sum(not task.done() for task in self._tasks) > 1)

    def _before(self, item: Planned) -> Outcome | None:
        """What an attempt before this one sent from here, when its result and its heartbeats did not get through."""
        return self._sent.before(item.key(self._request.alert.id)) if activity.info().attempt > 1 else None

    def _next(self, user: str) -> Planned | None:
        """The user's next contact not tried yet in this activity, with its identity where it has one."""
        request = self._request
        waiting = sorted((*request.pending, *self._fresh), key=lambda item: item.due)
        for item in waiting:
            if item.user == user and not self._ledger.tried(user, item.contact):
                return item
        known = self._directory.users.get(user)
        for contact in known.contacts if known else ():
            if not self._ledger.tried(user, contact) and (user, contact) not in self._used:
                return instead(self._ledger.refused(user), contact, request.at)
        return None
