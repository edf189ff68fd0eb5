"""MaintenanceWorkflow: the maintenance made over API and command line; read by memo."""

from pydantic import AwareDatetime, BaseModel, ConfigDict
from temporalio import workflow

from workflows.publication import Publication, refuse, refuse_late

with workflow.unsafe.imports_passed_through():
    from roust.domain.kept_maintenance import Kept, KeptMaintenance

WORKFLOW = "Maintenance"
MAKE, END = "make", "end"
NO_SUCH = "no such maintenance"


class Make(BaseModel):
    """`one` with its id and who made it; the entity says when. Void after `expires`."""

    model_config = ConfigDict(frozen=True)

    one: Kept
    expires: AwareDatetime


class End(BaseModel):
    """The one of that id is over now, says `by`. Void after `expires`."""

    model_config = ConfigDict(frozen=True)

    id: str
    by: str
    expires: AwareDatetime


@workflow.defn(name=WORKFLOW)
class MaintenanceWorkflow:
    """Keeps what is made until 30 days after its end, ended early or not."""

    @workflow.init
    def __init__(self, given: KeptMaintenance) -> None:
        self._kept = Publication(given)

    @workflow.run
    async def run(self, given: KeptMaintenance) -> None:
        """For ever, from run to run."""
        while not self._kept.long_enough:
            await self._kept.change(until=self._kept.state.next_drop)
            self._kept.publish(self._kept.state.tidied(workflow.now()))
        await self._kept.go_on()

    @workflow.update(name=MAKE)
    def make(self, it: Make) -> Kept:
        """As it is kept."""
        self._kept.publish(self._kept.state.made(it.one, workflow.now()))
        return self._kept.state.entries[-1]

    @workflow.update(name=END)
    def end(self, it: End) -> Kept:
        """As it stands on record from now."""
        self._kept.publish(self._kept.state.ended(it.id, it.by, workflow.now()))
        found = self._kept.state.of_id(it.id)
        assert found is not None, "the validator has seen it"
        return found

    @make.validator
    def _possible(self, it: Make) -> None:
        refuse_late(it.expires)
        refuse(self._kept.state.making_refused(workflow.now()))

    @end.validator
    def _there(self, it: End) -> None:
        refuse_late(it.expires)
        state = self._kept.state
        refuse(NO_SUCH if state.of_id(it.id) is None else state.ending_refused(it.id, workflow.now()))
