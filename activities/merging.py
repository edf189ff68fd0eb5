"""Waiting for each other: within a storm, the messages of one service to one contact go out as one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from activities.attempt import Attempted, attempt
from activities.channels.channel import Channel
from activities.merged import PageLinks, merged
from roust.domain.directory import Contact
from roust.domain.notification import MergedPage, Message, MessageKind, Result
from roust.domain.storm import Storm, Waiting

log = structlog.get_logger()

MOST_WAITING = 500
"""Messages that wait at most, all storms together. Each holds a slot of the worker, which has twice as many:
so there is always one for another service's page."""
SLEPT, LISTENS = 2.0, 1.2
"""Seconds by which a wait may end late before this worker has slept: and how long it then gives the word that another
worker has it by now, which comes with the next heartbeats of those who wait."""
RECORD_WITHIN = 2.0
"""Seconds that the record of a merged page may take. The page itself does not wait for it."""

_MERGED = (MessageKind.PAGE, MessageKind.REMINDER, MessageKind.RESOLVED)
"""What rewrites an earlier message is about that one, and goes alone."""

Place = tuple[MessageKind, str, str, str]
"""Kind, service, user, contact: what goes together."""


class Left(Exception):
    """It was called off while it still waited: it has not gone out, and will not."""


@dataclass(frozen=True)
class Delivery:
    """What became of one attempt. `page`: the key of the merged message that it was, with so many others."""

    attempted: Attempted
    page: str = ""
    merged_with: int = 0


@dataclass(eq=False)
class _Flight:
    """One message on its way. Given up when nobody waits for what becomes of it."""

    task: asyncio.Task[Delivery]
    wanted: int


@dataclass(eq=False)
class _Member:
    """One message of one activity, waiting at `place` until it boards a flight."""

    place: Place
    waiting: Waiting
    message: Message
    contact: Contact
    channel: Channel
    by: object
    boarded: asyncio.Future[_Flight] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    flight: _Flight | None = None


def _shared(contact: Contact) -> bool:
    """Whether others read it too, as in a Slack channel: a link that answers for all is not for their eyes."""
    return contact.kind == "slack" and not contact.address.startswith(("U", "W"))


class Merging:
    """The storms of one worker. Whoever sends waits here until the message that tells of it has gone out, so
    a crash loses nothing: every activity is tried again. Two workers merge apart, into two messages at most
    where one would do.
    """

    def __init__(self, links: PageLinks, record: Callable[[MergedPage], Awaitable[None]]) -> None:
        """`record` keeps a merged page durably, for its link."""
        self._links = links
        self._record = record
        self._storms: dict[Place, Storm] = {}
        self._timers: dict[Place, asyncio.TimerHandle] = {}
        self._members: dict[Waiting, _Member] = {}
        self._flying: dict[str, _Flight] = {}
        self._listens_until = float("-inf")

    async def send(self, message: Message, contact: Contact, channel: Channel, by: object) -> Delivery:
        """What became of `message`, alone or with others. Raises Left after `leave(by)`, and when cancelled."""
        if message.kind not in _MERGED or message.refs or _shared(contact):
            return Delivery(await attempt(channel, lambda: message, contact))
        alert = message.alert
        member = _Member(
            place=(message.kind, alert.service, message.user, message.contact),
            waiting=Waiting(message.key, alert.id, alert.urgency, alert.priority),
            message=message,
            contact=contact,
            channel=channel,
            by=by,
        )
        # Another attempt of an activity whose first one still has it in hand: one message is enough.
        flight = self._flying.get(message.key)
        if flight is not None:
            member.flight = flight
            flight.wanted += 1
            member.boarded.set_result(flight)
        else:
            self._join(member)
        try:
            flight = await member.boarded
            return await asyncio.shield(flight.task)
        finally:
            self._release(member)

    def leave(self, by: object) -> None:
        """Whatever `by` has waiting goes nowhere: its `send` raises Left."""
        for member in [member for member in self._members.values() if member.by is by]:
            self._withdraw(member)
            member.boarded.set_exception(Left())

    def _join(self, member: _Member) -> None:
        now = asyncio.get_running_loop().time()
        self._forget(now)
        storm = self._storms.setdefault(member.place, Storm())
        self._members[member.waiting] = member
        storm.join(member.waiting, now)
        if len(self._members) >= MOST_WAITING:
            for place in list(self._storms):
                self._storms[place].hurry(now)
                self._depart(place)
        self._depart(member.place)

    def _depart(self, place: Place) -> None:
        """Send what is due at `place`; be back when the rest is."""
        loop, storm = asyncio.get_running_loop(), self._storms[place]
        self._stop_timer(place)
        if loop.time() < self._listens_until:
            self._timers[place] = loop.call_at(self._listens_until, self._depart, place)
            return
        members = [self._members.pop(waiting) for waiting in storm.take(loop.time())]
        if members:
            self._board(members)
        if storm.due is not None:
            self._timers[place] = loop.call_at(storm.due, self._wake, place, storm.due)

    def _wake(self, place: Place, due: float) -> None:
        now = asyncio.get_running_loop().time()
        if now - due >= SLEPT:
            self._listens_until = now + LISTENS
        self._depart(place)

    def _board(self, members: list[_Member]) -> None:
        flight = _Flight(asyncio.create_task(self._fly(members)), wanted=len(members))
        keys = {member.message.key for member in members}
        self._flying |= dict.fromkeys(keys, flight)
        flight.task.add_done_callback(lambda _: [self._flying.pop(key, None) for key in keys])
        for member in members:
            member.flight = flight
            # Done already: cancelled in this very instant.
            if not member.boarded.done():
                member.boarded.set_result(flight)

    async def _fly(self, members: list[_Member]) -> Delivery:
        # The newest member's contact and channel: the configuration may have been reloaded meanwhile.
        contact, channel = members[-1].contact, members[-1].channel
        match merged([member.message for member in members], self._links):
            case Message() as one:
                return Delivery(await attempt(channel, lambda: one, contact))
            case together, page:
                attempted = await attempt(channel, lambda: together, contact)
                # After the page, which waits for nothing; before anybody can have pressed.
                if together.answer_url and attempted.result is Result.SENT:
                    await self._keep(page)
                # A message of many is rewritten for none of them.
                return Delivery(attempted._replace(ref=""), together.key, len(together.parts) - 1)

    async def _keep(self, page: MergedPage) -> None:
        try:
            async with asyncio.timeout(RECORD_WITHIN):
                await self._record(page)
        # Whatever keeps it from being recorded: the link still answers for the worst alert.
        except Exception as error:
            why = type(error).__name__
            log.error("merged page not recorded", alert=page.alerts[0], page=page.id, alerts=page.alerts, why=why)

    def _release(self, member: _Member) -> None:
        if member.flight is None:
            self._withdraw(member)
            return
        member.flight.wanted -= 1
        if not member.flight.wanted:
            member.flight.task.cancel()

    def _withdraw(self, member: _Member) -> None:
        if self._members.pop(member.waiting, None):
            self._storms[member.place].leave(member.waiting)

    def _forget(self, now: float) -> None:
        for place in [place for place, storm in self._storms.items() if storm.over(now)]:
            del self._storms[place]
            self._stop_timer(place)

    def _stop_timer(self, place: Place) -> None:
        if timer := self._timers.pop(place, None):
            timer.cancel()
