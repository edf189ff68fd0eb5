"""Overrides made day to day: what is kept of one schedule's, what is refused, and for how long."""

from collections.abc import Container, Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from roust.domain.overrides import Objection, Override, overlap
from roust.domain.zones import format_time

KEPT_FOR = timedelta(days=30)
"""How long an override that is over can still be read: as long as a closed alert."""

MOST = 100
"""Overrides kept of one schedule: every page of it reads them all."""

INSTANTS = "UTC"
"""What is kept says its times with an offset, so that no later change of the schedule's zone moves them."""


class KeptOverrides(BaseModel):
    """One schedule's overrides, in the order made. Each was given its id, who made it and when."""

    model_config = ConfigDict(frozen=True)

    overrides: list[Override] = []

    def of_id(self, id_: str) -> Override | None:
        """The one with that id."""
        return next((each for each in self.overrides if each.id == id_), None)

    def in_force(self, at: datetime) -> list[Override]:
        """Those that say who is on call at `at` or later."""
        return [each for each in self.overrides if each.end(INSTANTS) > at]

    def objection(self, override: Override, now: datetime) -> Objection | None:
        """Why `override` cannot be kept beside the others, if it cannot."""
        if len(self.tidied(now).overrides) >= MOST:
            return Objection("from", f"{MOST} overrides are kept of this schedule already; export some into the file")
        if self.of_id(override.id) is not None:
            return Objection("id", "this override is kept already")
        return overlap(override, self.overrides, INSTANTS)

    def made(self, override: Override, now: datetime) -> "KeptOverrides":
        """With `override`, made at `now`."""
        return KeptOverrides(overrides=[*self.tidied(now).overrides, override.model_copy(update={"made_at": now})])

    def removal_refused(self, id_: str, now: datetime) -> str | None:
        """Why `id_` cannot be removed, if it cannot."""
        found = self.of_id(id_)
        if found is not None and found.end(INSTANTS) <= now:
            return f"it is over since {found.to}: what was cannot be removed"
        return None

    def removed(self, id_: str, now: datetime) -> "KeptOverrides":
        """Without `id_`; one that has begun ends now instead, for who was on call does not change any more."""
        end = now.replace(microsecond=0)
        left = [
            each.model_copy(update={"to": format_time(end)}) if each.id == id_ else each
            for each in self.tidied(now).overrides
            if each.id != id_ or each.start(INSTANTS) < end
        ]
        return KeptOverrides(overrides=left)

    def tidied(self, now: datetime) -> "KeptOverrides":
        """Without those that have been over for 30 days."""
        left = [each for each in self.overrides if each.end(INSTANTS) + KEPT_FOR > now]
        return self if len(left) == len(self.overrides) else KeptOverrides(overrides=left)

    @property
    def next_drop(self) -> datetime | None:
        """When the next one will have been over for 30 days."""
        return min((each.end(INSTANTS) + KEPT_FOR for each in self.overrides), default=None)


def in_instants(override: Override, zone: str) -> Override:
    """`override` of a schedule of `zone`, its times in UTC."""
    start, end = override.start(zone), override.end(zone)
    return override.model_copy(update={"from_": format_time(start), "to": format_time(end)})


def usable(
    overrides: Iterable[Override], users: Container[str], zone: str, start: datetime, end: datetime | None = None
) -> tuple[list[Override], list[str]]:
    """Those whose users there are; in words those passed over for want of one that are in force at `start`, or
    between it and `end`."""
    fit: list[Override] = []
    passed_over: list[str] = []
    for each in overrides:
        unknown = [name for name in each.names if name not in users]
        if not unknown:
            fit.append(each)
        elif each.start(zone) <= (end or start) and start < each.end(zone):
            passed_over.append(f"override {each.id} ({each.deed}) is passed over: no user named {unknown[0]!r}")
    return fit, passed_over
