"""A channel that remembers every message, and does as it is told."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from drill import record
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.notification import Message, Receipt
from tests import witnesses


@dataclass
class RecordingChannel:
    """`messages` are all that came in, in order; `taken` those it said yes to.

    `rewrites`: what it takes can be rewritten, by its place in `taken`.
    `refuse`, `fail` and `hang` script what becomes of a user's contact; a hanging send waits for `release`.
    """

    rewrites: bool = False
    messages: list[Message] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    _errors: dict[tuple[str, str], list[Exception]] = field(default_factory=dict)
    _always: dict[tuple[str, str], Exception] = field(default_factory=dict)
    _hanging: set[tuple[str, str]] = field(default_factory=set)
    _began: list[tuple[float, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        witnesses.sign_up(self)

    def receipts(self) -> Iterator[record.Receipt]:
        """What was taken, at the moment its send began: a merged message once for each of its pages."""
        for at, m in self._began:
            if any(m is taken for taken in self.taken):
                for alert, key in _parts(m):
                    yield record.Receipt(at, key, m.kind, alert, m.user, m.contact, m.step, m.pass_, m.cycle)

    @property
    def paged(self) -> list[tuple[str, str]]:
        """(user, contact) of what was taken, in order."""
        return [(message.user, message.contact) for message in self.taken]

    @property
    def attempted(self) -> list[tuple[str, str]]:
        """(user, contact) of every attempt, in order."""
        return [(message.user, message.contact) for message in self.messages]

    def refuse(self, user: str, contact: str, said: str = "no such address") -> None:
        self._always[user, contact] = Refused(said)

    def fail(self, user: str, contact: str, error: Exception | None = None, times: int | None = None) -> None:
        """`times` None: always."""
        error = error or ConnectionError("connection reset by peer")
        if times is None:
            self._always[user, contact] = error
        else:
            self._errors[user, contact] = [error] * times

    def recover(self) -> None:
        """Everybody takes what comes, from now on."""
        self._always.clear()

    def hang(self, user: str, contact: str) -> None:
        self._hanging.add((user, contact))

    def release(self) -> None:
        self.released.set()

    async def until(self, user: str, contact: str) -> None:
        """Waits until that contact has taken a message; at most 5 s."""
        async with asyncio.timeout(5), self.moved:
            await self.moved.wait_for(lambda: (user, contact) in self.paged)

    async def send(self, message: Message, contact: Contact) -> Receipt:
        whom = (message.user, message.contact)
        self.messages.append(message)
        self._began.append((time.time(), message))
        self.arrived.set()
        if whom in self._hanging:
            await self.released.wait()
        if self._errors.get(whom):
            raise self._errors[whom].pop()
        if whom in self._always:
            raise self._always[whom]
        self.taken.append(message)
        async with self.moved:
            self.moved.notify_all()
        return Receipt(said="taken", ref=str(len(self.taken)) if self.rewrites else "")


def _parts(message: Message) -> list[tuple[str, str]]:
    if message.parts:
        return [(part.id, key) for part in message.parts for key in part.keys]
    return [(message.alert.id, key) for key in message.keys or (message.key,)]
