"""Where a merged page is recorded: in Temporal, under the id that its link carries."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy

from roust.domain.notification import MergedPage
from workflows.messages import MERGED_PAGE, TASK_QUEUE, page_workflow_id
from workflows.precedence import BOOKKEEPING

_RPC_TIMEOUT = timedelta(seconds=2)


class PageRecord:
    """Keeps merged pages as workflows that end at once. The same page again changes nothing."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._task_queue = task_queue

    async def __call__(self, page: MergedPage) -> None:
        """Durable when it returns. Raises what Temporal's client raises."""
        await self._client.start_workflow(
            MERGED_PAGE,
            page,
            id=page_workflow_id(page.service, page.id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            # Its one task is bookkeeping: after every page.
            priority=Priority(priority_key=BOOKKEEPING, fairness_key=page.service),
            static_summary=f"{page.service}: {len(page.alerts)} alerts in one page to {page.user} by {page.contact}",
            rpc_timeout=_RPC_TIMEOUT,
        )
