"""The overrides made day to day, as whoever resolves a schedule reads them: the pager, the API."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from temporalio.client import Client

from roust.domain.kept_overrides import KeptOverrides
from roust.domain.overrides import Override
from roust.runtime.entities import overrides_of
from roust.runtime.published import FRESH, PATIENCE, Known, Published


class InHand(NamedTuple):
    """Overrides by schedule, besides those of the file; and in words where they may be out of date."""

    overrides: dict[str, list[Override]]
    doubts: list[str]


class DayToDay:
    """Reads each schedule's entity at most twice a second, for all who ask."""

    def __init__(self, client: Client, *, fresh: float = FRESH, patience: float = PATIENCE) -> None:
        self._client = client
        self._fresh = fresh
        self._patience = patience
        self._readers: dict[str, Published[KeptOverrides]] = {}

    async def of(self, schedules: Iterable[str]) -> InHand:
        """Those of `schedules`, within a second at most: no answer is a doubt, with what was last known."""
        names = list(dict.fromkeys(schedules))
        known = await asyncio.gather(*(self._reader(name).known() for name in names))
        found = {name: each.state.overrides if each.state else [] for name, each in zip(names, known, strict=True)}
        return InHand(found, [_said(n, each) for n, each in zip(names, known, strict=True) if each.doubt])

    async def now(self, schedule: str) -> KeptOverrides:
        """Those of `schedule` this very moment. Raises RPCError and the like when Temporal does not answer."""
        return await self._reader(schedule).now()

    def forget(self, schedule: str) -> None:
        """Those of `schedule` have just changed: the next look is a new one."""
        self._reader(schedule).forget()

    def _reader(self, schedule: str) -> Published[KeptOverrides]:
        if schedule not in self._readers:
            self._readers[schedule] = Published(
                self._client, overrides_of(schedule), KeptOverrides(), fresh=self._fresh, patience=self._patience
            )
        return self._readers[schedule]


def _said(schedule: str, known: Known[KeptOverrides]) -> str:
    by = "by the file alone" if known.at is None else f"as they stood at {known.at:%Y-%m-%d %H:%M:%S} UTC"
    return f"overrides of {schedule} made day to day: {known.doubt}; {by}"
