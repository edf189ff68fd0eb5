"""StakeholdersWorkflow: one stakeholder group in a storm of outages."""

import asyncio
import itertools
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows import calls
from workflows.digest_messages import COLLECT, STAKEHOLDERS, StormInput
from workflows.messages import DIGESTED, parse_alert_id

with workflow.unsafe.imports_passed_through():
    from roust.domain.digest import RECORDED, WINDOW, Digested, DigestRequest
    from roust.domain.notice import Notice
    from roust.domain.notification import Result
    from roust.domain.telling import RETRY_DELAYS, TRY_FOR, Told

SIGNALS_PER_RUN = 1000


@workflow.defn(name=STAKEHOLDERS)
class StakeholdersWorkflow:
    """Collects what one group is to hear, and tells it as a digest when a window ends. A window without
    anything ends the storm: what comes then is told singly again."""

    @workflow.init
    def __init__(self, given: StormInput) -> None:
        self._given = given
        self._collected = given.collected.model_copy(deep=True)
        self._digests = given.digests
        self._signals = 0

    @workflow.signal(name=COLLECT)
    def collect(self, notice: Notice) -> None:
        """One moment of one outage."""
        self._signals += 1
        self._collected.add(notice)

    @workflow.run
    async def run(self, given: StormInput) -> int:
        """The storm. Returns how many digests it came to."""
        due = workflow.now() + given.first
        while True:
            await self._until(due)
            notices = self._collected.take()
            if not notices:
                return self._digests
            self._digests += 1
            due = workflow.now() + WINDOW
            workflow.set_current_details(f"Digest {self._digests} told of {len(notices)} outages.")
            await self._tell(notices)

    async def _until(self, due: datetime) -> None:
        left = max(due - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(self._long_enough, timeout=left, timeout_summary="the next digest")
        except TimeoutError:
            return
        rest = max(due - workflow.now(), timedelta(0))
        workflow.continue_as_new(
            StormInput(group=self._given.group, first=rest, collected=self._collected, digests=self._digests)
        )

    async def _tell(self, notices: list[Notice]) -> None:
        """Every member once; whom it does not reach is tried again, for as long as for a single notice."""
        group, began = self._given.group, workflow.now()
        first_run = workflow.info().first_execution_run_id
        request = DigestRequest(
            group=group, key=f"digest/{group}/{first_run}/{self._digests}", at=began, notices=notices
        )
        came: dict[str, Told] = {}
        for attempt in itertools.count():
            try:
                came |= {one.whom: one for one in (await calls.digest(request)).told}
                failing = [one.whom for one in came.values() if one.result == Result.TRY_AGAIN]
            except ActivityError:
                failing = request.members or ["the group"]
            delay = timedelta(seconds=RETRY_DELAYS[min(attempt, len(RETRY_DELAYS) - 1)])
            if not failing or workflow.now() + delay - began > TRY_FOR:
                break
            await asyncio.sleep(delay.total_seconds())
            request = request.model_copy(update={"members": [] if "the group" in failing else failing})
        failing += [one.whom for one in came.values() if one.result == Result.REFUSED]
        digest = Digested(
            alert="",
            group=group,
            key=request.key,
            at=workflow.now(),
            outages=len(notices),
            told=[one.whom for one in came.values() if one.result == Result.SENT],
            failed=failing,
            said="; ".join(dict.fromkeys(one.said for one in came.values() if one.whom in failing and one.said))[:200],
        )
        await asyncio.gather(*(self._record(digest, notice.alert) for notice in notices[:RECORDED]))

    async def _record(self, digest: Digested, alert: str) -> None:
        """Into the timeline of the outage, if it is still open."""
        if (ref := parse_alert_id(alert)) is None:
            return
        try:
            await workflow.get_external_workflow_handle(ref.workflow_id).signal(
                DIGESTED, digest.model_copy(update={"alert": alert})
            )
        except ApplicationError:
            return  # It is over: its record is closed.

    def _long_enough(self) -> bool:
        return self._signals >= SIGNALS_PER_RUN or workflow.info().is_continue_as_new_suggested()
