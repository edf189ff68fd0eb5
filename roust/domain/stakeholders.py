"""Stakeholders: which group hears of which moment of an alert, when, and once (rule 19).

What a group asked for is pinned when the alert starts, as the policy is; who is in it stays a name.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from roust.domain.alert import AlertState, Priority
from roust.domain.directory import Directory
from roust.domain.duration import Duration
from roust.domain.news import News
from roust.domain.notice import Moment

_STATE_MOMENT = {
    AlertState.ACKNOWLEDGED: Moment.ACKNOWLEDGED,
    AlertState.EXHAUSTED: Moment.EXHAUSTED,
    AlertState.RESOLVED: Moment.RESOLVED,
}


class Interest(BaseModel):
    """What one group asked to hear of."""

    model_config = ConfigDict(frozen=True)

    group: str
    min_priority: Priority = Priority.P1
    moments: list[Moment] = [Moment.TRIGGERED, Moment.RESOLVED]
    after: Duration = timedelta(0)

    def takes(self, priority: Priority) -> bool:
        return not self.min_priority.worse_than(priority)


class Telling(BaseModel):
    """One moment for one group. `at`: when it was. `standing`: the notice at the end of `after`, which says how
    it stands then; `moment` is what of it the group had asked for. `update`: its number. `outbreak` 2 and more:
    the alert broke out anew after the group had heard that it was over."""

    model_config = ConfigDict(frozen=True)

    group: str
    moment: Moment
    at: datetime
    standing: bool = False
    update: int = 0
    outbreak: int = 1

    @property
    def occasion(self) -> str:
        """What tells it apart within the alert and group."""
        again = f"-{self.outbreak}" if self.outbreak > 1 else ""
        return f"{self.moment.value}{f'-{self.update}' if self.update else ''}{again}"


class Attempt(BaseModel):
    """One attempt to tell it: to all members, or to those `members` (`margaret/mail`, `email-2`) whom the last one did
    not reach."""

    telling: Telling
    at: datetime
    until: datetime
    number: int = 1
    members: list[str] = []


class Hearing(BaseModel):
    """One group's part in one alert.

    `concerned`: since when the alert is for it: it pages, at the group's priority or worse. `joined`: since
    when the group hears, from the end of its `after`. `heard`: the moments that it has been told;
    `updates`: the number of the last update that it has been told.
    """

    concerned: datetime | None = None
    joined: datetime | None = None
    heard: list[Moment] = []
    updates: int = 0
    outbreak: int = 1


class Audience(BaseModel):
    """The groups that an alert may concern, what has happened, and what each has heard of it.

    An alert that is suppressed, held or settling concerns nobody until it pages: there may be nothing to
    know of. `happened`: when each moment was last.
    """

    interests: list[Interest] = []
    hearings: dict[str, Hearing] = {}
    paging: bool = False
    happened: dict[Moment, datetime] = {}
    waiting: list[Attempt] = []
    """What failed and is tried again."""
    flights: dict[int, list[Attempt]] = {}
    """What is being told, by the number of its activity."""
    flown: int = 0

    @classmethod
    def beginning(cls, interests: Iterable[Interest], priority: Priority, paging: bool, at: datetime) -> "Audience":
        """The audience of an alert that begins at `at`; `paging`: its first step begins at once."""
        self = cls(interests=list(interests), paging=paging)
        for interest in self.interests:
            hearing = self.hearings[interest.group] = Hearing()
            if paging and interest.takes(priority):
                hearing.concerned = at
        return self

    def enters(self, state: AlertState, at: datetime) -> None:
        """The alert entered `state` at `at`."""
        if not self.interests:
            return
        self.happened.pop(Moment.RESOLVED, None)  # Whatever comes after it withdraws it.
        if state in _STATE_MOMENT:
            self.happened[_STATE_MOMENT[state]] = at

    def due(self, state: AlertState, priority: Priority, news: News, now: datetime) -> list[Telling]:
        """What is to be told now, in the order in which it happened. It counts as told."""
        tellings = [
            telling for interest in self.interests for telling in self._due(interest, state, priority, news, now)
        ]
        return sorted(tellings, key=lambda telling: telling.at)

    def wakes(self, state: AlertState) -> datetime | None:
        """When the next `after` ends, if nothing happens before."""
        if state is AlertState.RESOLVED:
            return None
        ends = [
            hearing.concerned + interest.after
            for interest in self.interests
            if (hearing := self.hearings[interest.group]).concerned and not hearing.joined
        ]
        return min(ends, default=None)

    def _due(
        self, interest: Interest, state: AlertState, priority: Priority, news: News, now: datetime
    ) -> list[Telling]:
        over = state is AlertState.RESOLVED
        hearing = self.hearings[interest.group]
        if not over and Moment.RESOLVED in hearing.heard:
            # Triggered again before the end: they believe that it is over, and it is not.
            hearing = Hearing(outbreak=hearing.outbreak + 1, updates=hearing.updates)
            self.hearings[interest.group] = hearing
        if hearing.concerned is None and not over and self.paging and interest.takes(priority):
            hearing.concerned = now
        if hearing.joined is None:
            # Over by then: nothing at all, and its resolve is quiet too.
            if hearing.concerned is None or over or now < hearing.concerned + interest.after:
                return []
            if interest.after:
                hearing.joined, hearing.heard = now, [Moment.TRIGGERED]
                return self._standing(interest, hearing, state, news, now)
            hearing.joined = hearing.concerned
        return self._singly(interest, hearing, news)

    def _standing(
        self, interest: Interest, hearing: Hearing, state: AlertState, news: News, now: datetime
    ) -> list[Telling]:
        """One notice of how it stands: as what the group asked for, the latest first; None of it: nothing."""
        stands = [_STATE_MOMENT[state]] if state in _STATE_MOMENT else []
        stands += [Moment.TRIGGERED] + ([Moment.UPDATE] if news.latest else [])
        moment = next((moment for moment in stands if moment in interest.moments), None)
        if moment is None:
            return []
        hearing.heard = [Moment.TRIGGERED, *self.happened]
        hearing.updates = number = news.latest.number if news.latest else 0
        told = Telling(group=interest.group, moment=moment, at=now, standing=True, outbreak=hearing.outbreak)
        return [told.model_copy(update={"update": number}) if moment is Moment.UPDATE else told]

    def _singly(self, interest: Interest, hearing: Hearing, news: News) -> list[Telling]:
        """What happened since the group joined and it has not heard, each on its own."""
        assert hearing.joined is not None
        told = []
        for moment, at in ({Moment.TRIGGERED: hearing.joined} | self.happened).items():
            if moment in interest.moments and moment not in hearing.heard and at >= hearing.joined:
                hearing.heard.append(moment)
                told.append(Telling(group=interest.group, moment=moment, at=at, outbreak=hearing.outbreak))
        for update in news.updates:
            if Moment.UPDATE in interest.moments and update.number > hearing.updates and update.at >= hearing.joined:
                hearing.updates = update.number
                told.append(Telling(group=interest.group, moment=Moment.UPDATE, at=update.at, update=update.number))
        return told


def interests(directory: Directory, service: str) -> list[Interest]:
    """What the groups of `directory` that care for `service` asked for."""
    return [
        Interest(
            group=name,
            min_priority=group.min_priority,
            moments=[Moment(moment) for moment in group.moments],
            after=group.after or timedelta(0),
        )
        for name, group in directory.stakeholder_groups.items()
        if group.services is None or service in group.services
    ]
