"""The maintenance made day to day, as whoever starts an alert reads it: the gateway, a heartbeat."""

from datetime import datetime
from typing import NamedTuple

from temporalio.client import Client

from roust.domain.kept_maintenance import Kept, KeptMaintenance
from roust.runtime.entities import MAINTENANCE
from roust.runtime.published import Known, Published


class InForce(NamedTuple):
    """What may hold an alert that starts now; `doubt`: why it may be out of date."""

    entries: list[Kept]
    doubt: str = ""


class MadeMaintenance:
    """Reads its keeper at most twice a second, for all who ask."""

    def __init__(self, client: Client, kept_in: str = MAINTENANCE) -> None:
        self._reader = Published(client, kept_in, KeptMaintenance())

    async def in_force(self, at: datetime) -> InForce:
        """Within a second, whatever happens: an alert's start never waits for it. No answer is a doubt."""
        known = await self._reader.known()
        return InForce(known.state.in_force(at) if known.state is not None else [], _doubt(known))

    async def now(self) -> KeptMaintenance:
        """All that is kept, as of this moment. Raises RPCError and the like when Temporal does not answer."""
        return await self._reader.now()


def _doubt(known: Known[KeptMaintenance]) -> str:
    if not known.doubt:
        return ""
    by = "by the file alone" if known.at is None else f"as it stood at {known.at:%Y-%m-%d %H:%M:%S} UTC"
    return f"maintenance made day to day: {known.doubt}; {by}"
