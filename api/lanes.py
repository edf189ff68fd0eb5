"""The lanes of all alerts that this process is telling something, by workflow id."""

import asyncio
from collections.abc import Callable

from api.lane import Addressee, Lane, Pace
from workflows.messages import alert_id

MOST_WAITING = 4096
"""At most so many alerts have repeats waiting: about 24 KiB each. Beyond it each repeat is told at once."""


class Lanes:
    """Lanes come when they are needed and go when they are idle."""

    def __init__(self, addressee: Callable[[str], Addressee], pace: Pace | None = None) -> None:
        self._addressee = addressee
        self._pace = pace or Pace()
        self._lanes: dict[str, Lane] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    def to(self, workflow_id: str) -> Lane:
        """The lane that leads to this alert."""
        lane = self._lanes.get(workflow_id)
        if lane is None:
            lane = self._lanes[workflow_id] = Lane(
                self._addressee(workflow_id),
                self._pace,
                self._may_wait,
                lambda: self._forget(workflow_id),
                lambda first_run: alert_id(workflow_id, first_run),
            )
        return lane

    async def aclose(self) -> None:
        """Tell every alert what still waits for it; what cannot be told is logged with its count."""
        await asyncio.gather(*(lane.finish() for lane in list(self._lanes.values())))

    def _may_wait(self) -> bool:
        return len(self._lanes) <= MOST_WAITING

    def _forget(self, workflow_id: str) -> None:
        self._lanes.pop(workflow_id, None)
