"""The overrides made day to day, in Temporal: an entity per schedule writes, its memo is read."""

from collections.abc import Iterable

from temporalio.client import Client

from api.door import asked
from api.entity import Entity
from api.gateway import NoSuchOverride, Refused
from roust.domain.kept_overrides import KeptOverrides
from roust.domain.overrides import Override
from roust.runtime.day_to_day import DayToDay, InHand
from roust.runtime.entities import overrides_of
from workflows.overrides import MAKE, NO_SUCH, REMOVE, WORKFLOW, Make, Remove


class OverridesInTemporal:
    """`api.gateway.Overrides`, on Temporal."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._queue = task_queue
        self._reader = DayToDay(client)

    async def of(self, schedules: Iterable[str]) -> InHand:
        return await self._reader.of(schedules)

    async def now(self, schedule: str) -> list[Override]:
        return (await asked(self._reader.now(schedule))).overrides

    async def make(self, schedule: str, override: Override) -> Override:
        try:
            return await self._entity(schedule).ask(
                MAKE, lambda until: Make(override=override, expires=until), Override
            )
        finally:
            self._reader.forget(schedule)

    async def remove(self, schedule: str, override: str, by: str) -> Override:
        try:
            return await self._entity(schedule).ask(
                REMOVE, lambda until: Remove(id=override, by=by, expires=until), Override
            )
        except Refused as refused:
            if str(refused) == NO_SUCH:
                raise NoSuchOverride(NO_SUCH) from None
            raise
        finally:
            self._reader.forget(schedule)

    def _entity(self, schedule: str) -> Entity[KeptOverrides]:
        return Entity(self._client, WORKFLOW, overrides_of(schedule), KeptOverrides(), self._queue)
