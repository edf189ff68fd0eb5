"""A lane: what this process tells one alert, in order, one call at a time; repeats that crowd it go as one.

Temporal refuses the 10,001st signal of a run, so a repeat must not cost a signal each. A repeat of an
alert that was signalled less than a window ago is confirmed by a plain start that joins the running alert
(no event in its history), and the last text with the summed count goes as one signal when the window ends.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import structlog

from api.door import NotThere
from api.gateway import Unavailable
from api.repeats import Gravity, Said, merged

log = structlog.get_logger()
T = TypeVar("T")

MOST_MEMBERS_WAITING = 32
"""Parts of a grouped alert that one signal speaks of, about: a repeat is kept small."""


@dataclass(frozen=True)
class Told:
    """Temporal has accepted. `first_run` names the alert, `run` its run; `started`: a new alert."""

    first_run: str
    run: str
    started: bool


class Addressee(Protocol):
    """The alert at the lane's end: the ways to tell it of an event. All raise Unavailable."""

    async def start(self, said: Said) -> Told:
        """Start it; where it is open already, tell nothing (`started` False)."""
        ...

    async def join(self, said: Said) -> Told:
        """Start it, or learn that it is open, at no cost to its history. `started` says nothing."""
        ...

    async def signal(self, said: Said) -> Told:
        """Tell it; start it where it is not open. `started` says nothing."""
        ...

    async def signal_open(self, said: Said) -> None:
        """Tell it only if it is open. Raises NotThere as well."""
        ...


@dataclass(frozen=True)
class Pace:
    """How long a window is, in seconds; after `many` signals to one run it is `crowded` long."""

    window: float = 2.0
    crowded: float = 60.0
    many: int = 1000
    first_retry: float = 1.0
    last_retry: float = 30.0


@dataclass
class Window:
    """The time after a signal in which repeats wait."""

    told: Told
    gravity: Gravity
    signals: int
    timer: asyncio.TimerHandle | None = None
    pending: list[Said] = field(default_factory=list)
    retry: float = 0.0


Send = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class _Event:
    said: Said
    answer: asyncio.Future[Told]


@dataclass(frozen=True)
class _Resolve:
    send: Send
    answer: asyncio.Future[None]


class _WindowEnd:
    """The window's time is up."""


class Lane:
    """One alert's lane. `idle` is called when nothing is left to do or to remember; `named` is the alert's id, from
    the run that its chain began with."""

    def __init__(
        self,
        alert: Addressee,
        pace: Pace,
        may_wait: Callable[[], bool],
        idle: Callable[[], None],
        named: Callable[[str], str] = str,
    ) -> None:
        self._alert = alert
        self._pace = pace
        self._may_wait = may_wait
        self._idle = idle
        self._named = named
        self._jobs: deque[_Event | _Resolve | _WindowEnd] = deque()
        self._window: Window | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> bool:
        """Whether a window is open."""
        return self._window is not None

    async def trigger(self, said: Said) -> Told:
        """Tell the alert, or start it. Raises Unavailable."""
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._add(_Event(said, answer))
        return await answer

    async def resolve(self, send: Send) -> None:
        """Send a resolve after all that came before it; what comes after it is told at once."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._add(_Resolve(send, answer))
        await answer

    async def finish(self) -> int:
        """Do what is left, now. How many events could not be told."""
        if self._window is not None:
            self._add(_WindowEnd())
        if self._running is not None:
            await self._running
        if self._window is None:
            return 0
        self._stop_timer(self._window)
        lost = sum(said.repeat.count for said in self._window.pending)
        if lost:
            alert = self._named(self._window.told.first_run)
            log.error("repeats not counted: Temporal could not be reached before the end", alert=alert, count=lost)
        return lost

    def _add(self, job: _Event | _Resolve | _WindowEnd) -> None:
        self._jobs.append(job)
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._jobs:
                job = self._jobs.popleft()
                match job:
                    case _Event():
                        await self._events(job)
                    case _Resolve():
                        await self._resolve(job)
                    case _WindowEnd():
                        await self._window_end()
        finally:
            self._running = None
            if self._window is None:
                self._idle()

    async def _events(self, first: _Event) -> None:
        batch = [first]
        try:
            if self._window is None:
                told = await self._alert.start(first.said)
                if not told.started:
                    batch += self._following()
                    told = await self._signal(merged([event.said for event in batch]), told)
            else:
                batch += self._following()
                told = await self._repeat(self._window, merged([event.said for event in batch]))
        except Exception as error:  # handed to whoever asked, each its own
            for event in batch:
                _fail(event.answer, error)
        else:
            for event in batch:
                _answer(event.answer, told)

    def _following(self) -> Sequence[_Event]:
        """The events next in the lane: they came before the next call, so it may answer for them too."""
        events: list[_Event] = []
        while self._jobs and isinstance(self._jobs[0], _Event):
            job = self._jobs.popleft()
            assert isinstance(job, _Event)
            events.append(job)
        return events

    async def _repeat(self, window: Window, said: Said) -> Told:
        if Gravity.of(said.repeat).worse_than(window.gravity) or _members(window.pending) >= MOST_MEMBERS_WAITING:
            return await self._signal(said, window.told)
        told = await self._alert.join(said)
        if told.first_run != window.told.first_run:
            # The alert has ended and another is open, perhaps started without this event: the same request
            # again is counted once.
            return await self._signal(said, window.told)
        window.pending = [merged([*window.pending, said])]
        return told

    async def _signal(self, said: Said, known: Told) -> Told:
        """Tell the alert, with all that waited, and open the next window. `known`: which was open before."""
        old = self._window
        told = await self._alert.signal(merged([*old.pending, said]) if old is not None else said)
        self._close()
        if self._may_wait():
            same_run = old is not None and old.told.run == told.run
            signals = old.signals + 1 if old is not None and same_run else 1
            gravity = Gravity.of(said.repeat)
            same_alert = old is not None and old.told.first_run == told.first_run
            if old is not None and same_alert:
                gravity = gravity.joined(old.gravity)
            self._window = Window(told, gravity, signals)
            self._set_timer(self._window, self._length(signals))
        return replace(told, started=told.first_run != known.first_run)

    def _length(self, signals: int) -> float:
        return self._pace.crowded if signals >= self._pace.many else self._pace.window

    async def _resolve(self, job: _Resolve) -> None:
        window = self._close()
        try:
            if window is not None and window.pending:
                # What waited came before the resolve: told before it, it can never open the alert anew.
                with suppress(NotThere):
                    await self._alert.signal_open(window.pending[0])
                window.pending = []
            await job.send()
        except Exception as error:  # handed to whoever asked
            if window is not None and window.pending:
                self._window = window
                self._set_timer(window, self._pace.first_retry)
            _fail(job.answer, error)
        else:
            _answer(job.answer, None)

    async def _window_end(self) -> None:
        window = self._window
        if window is None:
            return
        if not window.pending:
            self._close()
            return
        said = window.pending[0]
        window.pending = []
        try:
            await self._signal(said, window.told)
        except Unavailable as error:
            window.pending = [said]
            window.retry = min(max(window.retry * 2, self._pace.first_retry), self._pace.last_retry)
            alert = self._named(window.told.first_run)
            log.warning("repeats wait for Temporal", alert=alert, count=said.repeat.count, why=str(error))
            self._set_timer(window, window.retry)

    def _close(self) -> Window | None:
        window, self._window = self._window, None
        if window is not None:
            self._stop_timer(window)
        return window

    def _set_timer(self, window: Window, seconds: float) -> None:
        self._stop_timer(window)
        window.timer = asyncio.get_running_loop().call_later(seconds, self._add, _WindowEnd())

    @staticmethod
    def _stop_timer(window: Window) -> None:
        if window.timer is not None:
            window.timer.cancel()
            window.timer = None


def _members(waiting: Sequence[Said]) -> int:
    return sum(len(said.repeat.members) for said in waiting)


def _answer(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
