"""The maintenance made day to day, in Temporal: one entity for all services writes, its memo is read."""

import uuid
from datetime import datetime

from temporalio.client import Client

from api.door import asked
from api.entity import Entity
from api.gateway import NoSuchMaintenance, Refused
from roust.domain.kept_maintenance import Kept, KeptMaintenance, kept
from roust.domain.maintenance import Maintenance
from roust.runtime.clock import CLOCK
from roust.runtime.entities import MAINTENANCE
from roust.runtime.made_maintenance import InForce, MadeMaintenance
from workflows.maintenance import END, MAKE, NO_SUCH, WORKFLOW, End, Make
from workflows.messages import TASK_QUEUE

ID_LENGTH = 8
"""Hexadecimal digits: few enough to type, and a second one of the same name is refused."""


class MaintenanceInTemporal:
    """`api.gateway.MaintenanceMade`, on Temporal. Reading needs no worker; making and ending do."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE, kept_in: str = MAINTENANCE) -> None:
        self._made = MadeMaintenance(client, kept_in)
        self._entity = Entity(client, WORKFLOW, kept_in, KeptMaintenance(), task_queue)

    async def in_force(self, at: datetime) -> InForce:
        return await self._made.in_force(at)

    async def kept(self) -> KeptMaintenance:
        return await asked(self._made.now())

    async def make(self, planned: Maintenance, by: str) -> Kept:
        one = kept(planned, uuid.uuid4().hex[:ID_LENGTH], by, CLOCK.now())
        return await self._entity.ask(MAKE, lambda until: Make(one=one, expires=until), Kept)

    async def end(self, id_: str, by: str) -> Kept:
        try:
            return await self._entity.ask(END, lambda until: End(id=id_, by=by, expires=until), Kept)
        except Refused as refused:
            if str(refused) == NO_SUCH:
                raise NoSuchMaintenance(NO_SUCH) from None
            raise
