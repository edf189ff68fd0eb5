"""Lists of alerts: from Temporal's visibility, which may lag some seconds. Nothing is decided from them."""

import base64
import binascii
import hashlib
import re

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from api.door import RPC_TIMEOUT, asked
from api.gateway import AlertPage, BadCursor
from roust.domain.alert import AlertState
from workflows.messages import MEMO, SERVICE, STATE, WORKFLOW, Standing, alert_id

CHECK_LENGTH = 6
PAGING = "paging"
"""In the place of a state: whatever pages, triggered or exhausted."""

_KEY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


def query(state: str | None, service: str | None) -> str:
    """Temporal's list filter. No state: everything open. Keys that are none of ours match nothing."""
    clauses = [f"WorkflowType = '{WORKFLOW}'"]
    if state == AlertState.RESOLVED:
        clauses += ["ExecutionStatus != 'Running'", "ExecutionStatus != 'ContinuedAsNew'"]
    else:
        clauses.append("ExecutionStatus = 'Running'")
        if state == PAGING:
            clauses.append(f"{STATE} IN ('{AlertState.TRIGGERED}', '{AlertState.EXHAUSTED}')")
        elif state is not None:
            clauses.append(f"{STATE} = '{AlertState(state)}'")
    if service is not None:
        clauses.append(f"{SERVICE} = '{service if _KEY.match(service) else '-'}'")
    return " AND ".join(clauses)


async def list_alerts(
    client: Client, state: str | None, service: str | None, limit: int, cursor: str | None
) -> AlertPage:
    """A page of alerts, newest first. Raises BadCursor, Unavailable; ValueError for a state that is none."""
    token = _token(cursor) if cursor else None
    found = client.list_workflows(
        query(state, service), page_size=limit, next_page_token=token, rpc_timeout=RPC_TIMEOUT
    )
    await asked(found.fetch_next_page())
    alerts = [entry for execution in found.current_page or () if (entry := await _entry(execution)) is not None]
    after = found.next_page_token
    return AlertPage(alerts, _cursor(after) if after else None)


async def _entry(execution: WorkflowExecution) -> tuple[str, Standing] | None:
    standing: Standing | None = await asked(execution.memo_value(MEMO, None, type_hint=Standing))
    if standing is None or execution.id.count("/") < 2:
        return None
    if execution.status is not WorkflowExecutionStatus.RUNNING and standing.state is not AlertState.RESOLVED:
        how = execution.status.name.lower() if execution.status is not None else None
        ended = {"state": AlertState.RESOLVED, "resolved_by": how, "resolved_at": execution.close_time}
        standing = standing.model_copy(update=ended)
    return alert_id(execution.id, standing.first_run or execution.run_id), standing


def _cursor(token: bytes) -> str:
    """Temporal's page token with a check: a server breaks on a token that is not its own."""
    return base64.urlsafe_b64encode(_check(token) + token).decode().rstrip("=")


def _token(cursor: str) -> bytes:
    try:
        said = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor("that cursor is none of ours") from error
    check, token = said[:CHECK_LENGTH], said[CHECK_LENGTH:]
    if check != _check(token):
        raise BadCursor("that cursor is none of ours")
    return token


def _check(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()[:CHECK_LENGTH]
