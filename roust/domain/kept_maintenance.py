"""Maintenance made over API or command line: who made it, when, why; what is kept of it, and for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from roust.domain.maintenance import Maintenance
from roust.domain.zones import format_time, read_time

KEPT_FOR = timedelta(days=30)
"""How long one that is over can still be read: as long as a closed alert."""

MOST = 200
"""Entries kept: every alert that starts reads them all."""


class Kept(Maintenance):
    """One that was made by `made_by`. `over_at`: nothing of it lies beyond (None: it recurs without an end).

    Ended early, it says by whom and when, and counts no longer.
    """

    # Its zone was looked up when it was made: what keeps it is a workflow, which knows no zone.
    time_zone: str | None = None
    id: str
    made_by: str
    made_at: AwareDatetime
    over_at: AwareDatetime | None = None
    ended_by: str | None = None
    ended_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _possible(self) -> "Kept":
        """It was, when it was made."""
        return self

    @property
    def origin(self) -> str:
        return f"made by {self.made_by}, id {self.id}"

    @property
    def gone_at(self) -> datetime | None:
        """From when it holds nothing any more."""
        return self.ended_at or self.over_at


class KeptMaintenance(BaseModel):
    """What was made, in the order made."""

    model_config = ConfigDict(frozen=True)

    entries: list[Kept] = []

    def of_id(self, id_: str) -> Kept | None:
        """The one with that id."""
        return next((each for each in self.entries if each.id == id_), None)

    def in_force(self, at: datetime) -> list[Kept]:
        """Those that may hold an alert at `at` or later."""
        return [each for each in self.entries if each.gone_at is None or each.gone_at > at]

    def making_refused(self, now: datetime) -> str | None:
        """Why no more can be made, if so."""
        if len(self.in_force(now)) >= MOST:
            return f"{MOST} are kept already; end some, or plan them in the file"
        return None

    def made(self, one: Kept, now: datetime) -> "KeptMaintenance":
        """With `one`, made at `now`. The oldest that are over give way."""
        entries = [*self.tidied(now).entries, one.model_copy(update={"made_at": now})]
        over = [each for each in entries if each.gone_at is not None and each.gone_at <= now]
        dropped = over[: max(0, len(entries) - MOST)]
        return KeptMaintenance(entries=[each for each in entries if each not in dropped])

    def ending_refused(self, id_: str, now: datetime) -> str | None:
        """Why `id_` cannot be ended, if so."""
        found = self.of_id(id_)
        if found is not None and found.gone_at is not None and found.gone_at <= now:
            return f"it is over since {format_time(found.gone_at)}"
        return None

    def ended(self, id_: str, by: str, now: datetime) -> "KeptMaintenance":
        """With `id_` ended by `by` at `now`: it stays on record, and holds nothing any more."""
        ending = {"ended_by": by, "ended_at": now}
        entries = [each.model_copy(update=ending) if each.id == id_ else each for each in self.tidied(now).entries]
        return KeptMaintenance(entries=entries)

    def tidied(self, now: datetime) -> "KeptMaintenance":
        """Without those that have been over for 30 days."""
        left = [each for each in self.entries if each.gone_at is None or each.gone_at + KEPT_FOR > now]
        return self if len(left) == len(self.entries) else KeptMaintenance(entries=left)

    @property
    def next_drop(self) -> datetime | None:
        """When the next one will have been over for 30 days."""
        return min((each.gone_at + KEPT_FOR for each in self.entries if each.gone_at is not None), default=None)


def kept(planned: Maintenance, id_: str, by: str, now: datetime) -> Kept:
    """`planned` as it is kept; a span that does not recur is written in UTC, so that no zone's change moves it."""
    said = planned.model_dump(by_alias=True)
    if planned.recurrence is None:
        start, end = planned.once
        said |= {"from": format_time(start), "to": format_time(end), "time_zone": None}
    return Kept.model_validate(said | {"id": id_, "made_by": by, "made_at": now, "over_at": _over_at(planned)})


def _over_at(planned: Maintenance) -> datetime | None:
    if planned.recurrence is None:
        return planned.once.end
    if planned.until is None:
        return None
    # The last one begins before `until`; a day more for clocks that are set.
    return read_time(planned.until, planned.time_zone or "UTC") + planned.length + timedelta(days=1)


def listed(entries: Sequence[Kept]) -> list[Kept]:
    """As people list them: the latest made first."""
    return sorted(entries, key=lambda each: each.made_at, reverse=True)
