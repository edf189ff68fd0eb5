"""A merged page: which alerts it told of, and acknowledging them all."""

import asyncio
import uuid
from collections.abc import Sequence

from temporalio.client import Client

from api.door import RPC_TIMEOUT, NotThere, asked
from api.gateway import AcknowledgedAll, NoSuchPage, Unavailable
from roust.domain.notification import MergedPage
from workflows.messages import ACKNOWLEDGE, Acknowledge, page_workflow_id, parse_alert_id

_AT_ONCE = 16
"""Alerts told at the same time."""
WITHIN = 10.0
"""Seconds for all of them: whoever asked still waits for the answer."""


async def page_alerts(client: Client, service: str, page: str) -> list[str]:
    """The ids of the alerts that the merged page told of, the worst first. Needs no worker.

    Raises NoSuchPage (not recorded, or no longer kept), Unavailable.
    """
    handle = client.get_workflow_handle(page_workflow_id(service, page))
    try:
        events = handle.fetch_history_events(page_size=1, rpc_timeout=RPC_TIMEOUT)
        first = await asked(anext(events))
    except NotThere as gone:
        raise NoSuchPage("that page is not kept") from gone
    given = first.workflow_execution_started_event_attributes.input.payloads
    [record] = await asked(client.data_converter.decode(given, [MergedPage]))
    return list(record.alerts)


async def acknowledge_each(client: Client, alerts: Sequence[str], by: str, via: str) -> AcknowledgedAll:
    """Acknowledge those of `alerts` that are open still. Raises Unavailable when not one could be told."""
    answer = AcknowledgedAll()
    places = asyncio.Semaphore(_AT_ONCE)
    end = asyncio.get_running_loop().time() + WITHIN

    async def tell(alert: str) -> None:
        ref = parse_alert_id(alert)
        if ref is None:
            return
        word = Acknowledge(request=str(uuid.uuid4()), alert=alert, by=by, via=via)
        handle = client.get_workflow_handle(ref.workflow_id)
        async with places:
            try:
                async with asyncio.timeout_at(end):
                    await asked(handle.signal(ACKNOWLEDGE, word, rpc_timeout=RPC_TIMEOUT))
            except NotThere:
                return  # over by now
            except TimeoutError:
                answer.failed[alert] = "there was no time left; ask again"
            except Unavailable as away:
                answer.failed[alert] = str(away)
            else:
                answer.acknowledged.append(alert)

    await asyncio.gather(*(tell(alert) for alert in alerts))
    if answer.failed and not answer.acknowledged:
        raise Unavailable(next(iter(answer.failed.values())))
    answer.acknowledged.sort(key=list(alerts).index)
    return answer
