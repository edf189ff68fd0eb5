"""Who may ask what: every route has a rule, and the rule holds."""

import base64
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Depends

from api import app as application
from api.access import PUBLIC, Caller, declared, needs
from api.app import create_app
from roust.domain.directory import Role
from tests.api import matrix
from tests.api.asking import KEY, ROLES, Held, asking, token_of, two_services
from tests.docs.pages import ROOT
from tests.fakes.gateway import RecordingGateway


def routes() -> dict[tuple[str, str], list[str]]:
    app = create_app(RecordingGateway(), Held(two_services()))
    return {(path, methods): rules for path, methods, rules in declared(app.routes)}


def test_every_route_has_exactly_one_rule_or_is_public_by_name() -> None:
    for (path, _), rules in routes().items():
        assert len(rules) == 1 or (path in PUBLIC and not rules), path


def committed() -> dict[str, dict[str, str]]:
    """The matrix of the documentation: by route, then by what is shown."""
    lines = (ROOT / "docs/http-api.md").read_text(encoding="utf-8").partition("## Who may ask what")[2].splitlines()
    rows = [[cell.strip().strip("`") for cell in line.strip("| ").split("|")] for line in lines if line[:1] == "|"]
    head, _, *body = rows
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in body}


def test_every_route_stands_in_the_matrix_with_its_rule() -> None:
    assert {route: row["rule"] for route, row in committed().items()} == matrix.routes(matrix.a_world())


@pytest.mark.parametrize("shown", matrix.secrets(matrix.a_world()))
async def test_the_matrix_of_who_may_ask_what_is_kept(shown: str) -> None:
    directory = matrix.a_world()
    secret = matrix.secrets(directory)[shown]
    async with matrix.asking_everything(directory) as client:
        found = {route: await matrix.answered(client, route, secret) for route in matrix.routes(directory)}
    assert found == {route: row[shown] for route, row in committed().items()}


def test_what_changes_something_is_open_to_nobody_without_proof() -> None:
    free = [route for route, rules in routes().items() if not rules and "POST" in route[1]]
    assert [path for path, _ in free if path != "/a/{token}"] == []


def test_a_new_route_without_a_rule_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()

    @router.get("/v1/secrets")
    async def secrets() -> None: ...

    monkeypatch.setattr(application, "ROUTERS", (*application.ROUTERS, router))
    with pytest.raises(ValueError, match="/v1/secrets"):
        create_app(RecordingGateway(), Held(two_services()))


@pytest.mark.parametrize("needed", ROLES)
async def test_a_role_may_do_what_lesser_roles_may(needed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()

    @router.get("/v1/try")
    async def attempt(caller: Annotated[Caller, Depends(needs(Role(needed)))]) -> str:
        return caller.by

    monkeypatch.setattr(application, "ROUTERS", (*application.ROUTERS, router))
    async with asking(RecordingGateway(), key=None) as client:
        for rank, role in enumerate(ROLES):
            answer = await client.get("/v1/try", headers={"Authorization": f"Bearer {token_of(role)}"})
            assert answer.status_code == (200 if rank >= ROLES.index(needed) else 403), role
        key = await client.get("/v1/try", headers={"Authorization": f"Bearer {KEY}"})
        nothing = await client.get("/v1/try")
    assert (key.status_code, nothing.status_code) == (401, 401)


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("responder", 202), ("editor", 202), ("admin", 202)])
async def test_triggering_takes_a_responder(role: str, status: int) -> None:
    async with asking(RecordingGateway(), key=token_of(role)) as client:
        assert (await client.post("/v1/alerts", json={"summary": "x"})).status_code == status


async def test_a_token_opens_no_door_of_a_source() -> None:
    async with asking(RecordingGateway(), key=token_of("admin")) as client:
        assert (await client.post("/in/alertmanager", json={"alerts": []})).status_code == 401


NOT_A_KEY = [
    None,
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    f"Bearer {KEY}x",
    f"Bearer {KEY[:-1]}",
    f"Digest {KEY}",
    KEY,
    "Basic ???",
    "Basic " + base64.b64encode(b"no colon").decode(),
    "Basic " + base64.b64encode(f"{KEY}:".encode()).decode(),
    "Basic " + base64.b64encode(b":").decode(),
    "Bearer " + "x" * 5000,
    b"Bearer \xff\xfe",
]


@pytest.mark.parametrize("path", ["/v1/alerts", "/in/alertmanager"])
async def test_missing_unknown_and_wrong_are_answered_alike(path: str) -> None:
    gateway = RecordingGateway()
    seen: set[tuple[int, str]] = set()
    async with asking(gateway, key=None) as client:
        for header in NOT_A_KEY:
            headers = httpx2.Headers(
                [(b"authorization", header if isinstance(header, bytes) else header.encode())] if header else []
            )
            answer = await client.post(path, json={"summary": "x"}, headers=headers)
            seen.add((answer.status_code, answer.text))
            assert answer.headers["www-authenticate"] == "Bearer"
    assert len(seen) == 1
    assert next(iter(seen))[0] == 401
    assert gateway.told == []


async def test_an_empty_key_in_the_configuration_lets_nobody_in() -> None:
    async with asking(RecordingGateway(), key=None) as client:
        body = {"event_action": "trigger", "routing_key": "", "payload": {"summary": "x"}}
        assert (await client.post("/v2/enqueue", json=body)).status_code == 401


async def test_a_key_outside_ascii_is_a_key_all_the_same() -> None:
    held = Held(
        two_services(services={"checkout": {"escalation_policy": "payments", "integration_keys": ["schlüssel"]}})
    )
    async with asking(RecordingGateway(), held, key=None) as client:
        headers = httpx2.Headers([(b"authorization", "Bearer schlüssel".encode())])
        assert (await client.post("/v1/alerts", json={"summary": "x"}, headers=headers)).status_code == 202
