"""OverridesWorkflow: the overrides of one schedule, made and removed day to day; read by memo."""

from pydantic import AwareDatetime, BaseModel, ConfigDict
from temporalio import workflow

from workflows.publication import Publication, refuse, refuse_late

with workflow.unsafe.imports_passed_through():
    from roust.domain.kept_overrides import KeptOverrides
    from roust.domain.overrides import Override

WORKFLOW = "Overrides"
MAKE, REMOVE = "make", "remove"
NO_SUCH = "no such override"


class Make(BaseModel):
    """`override` with its id and who made it, its times in UTC; the entity adds when. Void after `expires`."""

    model_config = ConfigDict(frozen=True)

    override: Override
    expires: AwareDatetime


class Remove(BaseModel):
    """The override of that id; `by` is on record in the history. Void after `expires`."""

    model_config = ConfigDict(frozen=True)

    id: str
    by: str
    expires: AwareDatetime


@workflow.defn(name=WORKFLOW)
class OverridesWorkflow:
    """Keeps what is made until 30 days after its end. Two that overlap and name the same user are refused."""

    @workflow.init
    def __init__(self, given: KeptOverrides) -> None:
        self._kept = Publication(given)

    @workflow.run
    async def run(self, given: KeptOverrides) -> None:
        """For ever, from run to run."""
        while not self._kept.long_enough:
            await self._kept.change(until=self._kept.state.next_drop)
            self._kept.publish(self._kept.state.tidied(workflow.now()))
        await self._kept.go_on()

    @workflow.update(name=MAKE)
    def make(self, it: Make) -> Override:
        """The override as it is kept."""
        self._kept.publish(self._kept.state.made(it.override, workflow.now()))
        return self._kept.state.overrides[-1]

    @workflow.update(name=REMOVE)
    def remove(self, it: Remove) -> Override:
        """The override as it ends: now, where it had begun; else as it stood."""
        found = self._kept.state.of_id(it.id)
        assert found is not None, "the validator has seen it"
        self._kept.publish(self._kept.state.removed(it.id, workflow.now()))
        return self._kept.state.of_id(it.id) or found

    @make.validator
    def _possible(self, it: Make) -> None:
        refuse_late(it.expires)
        objection = self._kept.state.objection(it.override, workflow.now())
        refuse(objection and objection.text)

    @remove.validator
    def _there(self, it: Remove) -> None:
        refuse_late(it.expires)
        state = self._kept.state
        refuse(NO_SUCH if state.of_id(it.id) is None else state.removal_refused(it.id, workflow.now()))
