"""From HTTP to a real Temporal server: what 2xx promises is there."""

import httpx2

from api.app import create_app
from api.temporal_gateway import TemporalGateway
from roust.domain.directory import Directory
from tests.api.asking import Held
from tests.api.captured import requests_of
from workflows.messages import parse_alert_id

HOSTILE = b'{"summary": "a\\u0000b\\ud83d %s", "details": {"n": 1180591620717411303424}}' % (b"x" * 500_000)


async def test_what_was_answered_with_2xx_is_open_in_temporal(
    gateway: TemporalGateway, directory: Directory, service: str
) -> None:
    transport = httpx2.ASGITransport(app=create_app(gateway, Held(directory)))
    headers = {"Authorization": "Bearer key-of-checkout"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://roust", headers=headers) as http:
        native = await http.post("/v1/alerts", content=HOSTILE)
        [request] = requests_of("alertmanager_webhook_firing_group3")
        group = await http.post("/in/alertmanager", json=request["body"])
    assert (native.status_code, group.status_code) == (202, 202)
    assert native.json()["status"] == "triggered"
    ids = [native.json()["id"], *(alert["id"] for alert in group.json()["alerts"])]
    assert len(set(ids)) == 4
    for one in ids:
        ref = parse_alert_id(one)
        assert ref is not None
        assert ref.workflow_id.startswith(f"alert/{service}/")
        assert (await gateway.standing(one)).service == service
