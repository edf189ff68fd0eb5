"""HeartbeatWorkflow: waits for one heartbeat's next beat, for ever; a beat that stays away starts an alert."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from roust.domain.duration import Duration, format_duration
    from workflows import calls

WORKFLOW = "Heartbeat"
BEAT = "beat"
BEATS_PER_RUN = 1_000


class Beat(BaseModel):
    """It lives. `every` is the longest silence, as the configuration had it when the beat came."""

    model_config = ConfigDict(frozen=True)

    every: Duration


class Heart(BaseModel):
    """What a run begins with.

    `last`: when it was last heard; None: with the run. `missed`: an alert says that it was last heard then.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    every: Duration
    last: datetime | None = None
    missed: datetime | None = None


class Silence(BaseModel):
    """To the activities: `name` was last heard at `last`."""

    model_config = ConfigDict(frozen=True)

    name: str
    last: datetime


def heartbeat_id(name: str) -> str:
    """The workflow of heartbeat `name`."""
    return f"heartbeat/{name}"


@workflow.defn(name=WORKFLOW)
class HeartbeatWorkflow:
    """One heartbeat. It ends when the configuration no longer knows it."""

    @workflow.init
    def __init__(self, heart: Heart) -> None:
        self._name, self._every, self._missed = heart.name, heart.every, heart.missed
        self._last = heart.last or workflow.info().start_time
        self._beats = 0

    @workflow.signal(name=BEAT)
    def beat(self, beat: Beat) -> None:
        """The silence begins anew."""
        self._beats += 1
        self._last, self._every = workflow.now(), beat.every

    @workflow.run
    async def run(self, heart: Heart) -> None:
        """Wait, and tell of every silence that lasts too long, and of its end."""
        while True:
            if self._missed is not None:
                await self._until_it_is_back(self._missed)
            elif self._silent_for() >= self._every:
                last = self._last
                if not await calls.heartbeat_missed(Silence(name=self._name, last=last), self._name):
                    return
                # It may have been heard meanwhile: then it is back at once.
                self._missed = last
            elif self._beats >= BEATS_PER_RUN and workflow.all_handlers_finished():
                workflow.continue_as_new(
                    Heart(name=self._name, every=self._every, last=self._last, missed=self._missed)
                )
            else:
                await self._for_the_next_beat()

    async def _for_the_next_beat(self) -> None:
        heard = self._beats
        workflow.set_current_details(f"Heard at {self._last:%Y-%m-%d %H:%M:%S} UTC.")
        try:
            # By the last beat, not by a wait that began before it: an absolute deadline does not drift.
            await workflow.wait_condition(
                lambda: self._beats > heard,
                timeout=self._every - self._silent_for(),
                timeout_summary=f"silent for {format_duration(self._every)}",
            )
        except TimeoutError:
            return

    async def _until_it_is_back(self, last: datetime) -> None:
        workflow.set_current_details(f"Silent since {last:%Y-%m-%d %H:%M:%S} UTC: an alert says so.")
        await workflow.wait_condition(lambda: self._last > last)
        self._missed = None
        await calls.heartbeat_back(Silence(name=self._name, last=self._last), self._name)

    def _silent_for(self) -> timedelta:
        return workflow.now() - self._last
