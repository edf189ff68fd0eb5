"""Reporting: the tallies of closed alerts, read from the list of closed workflows."""

import time
from collections.abc import Collection
from datetime import datetime, timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecution

from api.door import RPC_TIMEOUT, asked
from api.gateway import Unavailable
from roust.domain.report import Closed, Report, report
from roust.runtime.clock import CLOCK
from workflows.messages import MEMO, WORKFLOW, Standing

MOST = 20_000
"""Closed alerts read for one report; of more, the newest."""
READ_FOR = 8.0
"""Seconds; what is not read by then is not in it, and that is said: whoever asks waits for 15."""

_OPEN = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
_CLOSED = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus != 'Running' AND ExecutionStatus != 'ContinuedAsNew'"
_PAGE = 500
"""Alerts to one answer of the server, each with its memo of a kilobyte or so."""


async def reported(
    client: Client, people: Collection[str], length: timedelta, most: int = MOST, within: float = READ_FOR
) -> Report:
    """Of the alerts that closed within `length` of now. Raises Unavailable. The list may lag some seconds."""
    until = CLOCK.now()
    since = until - length
    closed, cut = await _closed(client, since, most, within)
    count = await asked(client.count_workflows(_OPEN, rpc_timeout=RPC_TIMEOUT))
    return report(closed, since, until, people=people, open_=count.count, kept_days=await _kept_days(client), cut=cut)


async def _closed(client: Client, since: datetime, most: int, within: float) -> tuple[list[Closed], bool]:
    query = f"{_CLOSED} AND CloseTime >= '{since.isoformat()}'"
    found: list[Closed] = []
    token: bytes | None = None
    begun = time.monotonic()
    while True:
        # Page by page, each with its own time limit: a year is not read in one call's time.
        listed = client.list_workflows(query, page_size=_PAGE, next_page_token=token, rpc_timeout=RPC_TIMEOUT)
        await asked(listed.fetch_next_page())
        for execution in listed.current_page or ():
            if len(found) == most:
                return found, True
            if (one := await _one(execution)) is not None:
                found.append(one)
        token = listed.next_page_token
        if not token:
            return found, False
        if time.monotonic() - begun > within:
            return found, True


async def _one(execution: WorkflowExecution) -> Closed | None:
    standing: Standing | None = await asked(execution.memo_value(MEMO, None, type_hint=Standing))
    if standing is None:
        return None
    return Closed.model_validate(standing.model_dump(include=set(Closed.model_fields)))


async def _kept_days(client: Client) -> float | None:
    try:
        told = await asked(
            client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=client.namespace), timeout=RPC_TIMEOUT
            )
        )
    except Unavailable:
        # Who may read alerts may not always read the namespace's settings: the report does without.
        return None
    kept = told.config.workflow_execution_retention_ttl.ToTimedelta()
    return kept / timedelta(days=1) or None
