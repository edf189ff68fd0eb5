"""A storm: how many alerts of one service page, and acknowledging them all."""

from temporalio.client import Client

from api.door import RPC_TIMEOUT, asked
from api.gateway import AcknowledgedAll, NoSuchService
from api.listing import PAGING, list_alerts, query
from api.merged import acknowledge_each

_PAGE, _PAGES = 200, 50


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
    return await acknowledge_each(client, alerts, by, via)


async def _listed(client: Client, service: str) -> list[str]:
    found: dict[str, None] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await list_alerts(client, PAGING, service, _PAGE, cursor)
        found |= dict.fromkeys(alert for alert, _ in page.alerts)
        cursor = page.next
        if cursor is None:
            break
    return list(found)
