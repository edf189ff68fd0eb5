"""A storm: how many alerts of one service page, and acknowledging them all."""

import asyncio
import uuid

from temporalio.client import Client

from api.door import RPC_TIMEOUT, NotThere, asked
from api.gateway import AcknowledgedAll, NoSuchService, Unavailable
from api.listing import PAGING, list_alerts, query
from workflows.messages import ACKNOWLEDGE, Acknowledge, parse_alert_id

_PAGE, _PAGES = 200, 50
_AT_ONCE = 16
"""Alerts told at the same time."""
WITHIN = 10.0
"""Seconds for all of them: whoever asked still waits for the answer."""


async def paging(client: Client, service: str) -> int:
    """How many alerts of `service` page, as the list knows it. Raises Unavailable."""
    counted = await asked(client.count_workflows(query(PAGING, service), rpc_timeout=RPC_TIMEOUT))
    return counted.count


async def acknowledge_all(client: Client, service: str, by: str, via: str, known: bool) -> AcknowledgedAll:
    """Acknowledge what pages: held, snoozed and suppressed alerts disturb nobody, and stay as they are.

    `known`: the directory has such a service. Raises NoSuchService; Unavailable when not one could be told.
    """
    alerts = await _listed(client, service)
    if not alerts and not known:
        raise NoSuchService(service)
    answer = AcknowledgedAll()
    places = asyncio.Semaphore(_AT_ONCE)
    end = asyncio.get_running_loop().time() + WITHIN

    async def tell(alert: str, workflow: str) -> None:
        word = Acknowledge(request=str(uuid.uuid4()), alert=alert, by=by, via=via)
        async with places:
            try:
                async with asyncio.timeout_at(end):
                    await asked(client.get_workflow_handle(workflow).signal(ACKNOWLEDGE, word, rpc_timeout=RPC_TIMEOUT))
            except NotThere:
                return  # over by now
            except TimeoutError:
                answer.failed[alert] = "there was no time left; ask again"
            except Unavailable as away:
                answer.failed[alert] = str(away)
            else:
                answer.acknowledged.append(alert)

    await asyncio.gather(*(tell(alert, workflow) for alert, workflow in alerts.items()))
    if answer.failed and not answer.acknowledged:
        raise Unavailable(next(iter(answer.failed.values())))
    answer.acknowledged.sort(key=list(alerts).index)
    return answer


async def _listed(client: Client, service: str) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await list_alerts(client, PAGING, service, _PAGE, cursor)
        refs = ((alert, parse_alert_id(alert)) for alert, _ in page.alerts)
        found |= {alert: ref.workflow_id for alert, ref in refs if ref is not None}
        cursor = page.next
        if cursor is None:
            break
    return found
