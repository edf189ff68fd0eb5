"""The gateway to the real server: answers by id, reading, lists, and Temporal away."""

import asyncio

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

import workflows.alert
from api import answering, temporal_gateway
from api.gateway import BadCursor, BeyondRetention, NoSuchAlert, NotConfirmed, Unavailable
from api.reading import Found, Reading
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import AlertState, Verb
from roust.domain.directory import Directory
from roust.domain.timeline import Kind
from tests.api.seen import an_event, ended, owned_by, signals
from tests.waiting import until
from workflows.messages import AlertView, parse_alert_id, workflow_id


async def test_the_first_who_acknowledges_owns_it_and_the_second_is_told_who(
    gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    first, second = (
        await gateway.acknowledge(alert, "ada", "api"),
        await gateway.acknowledge(alert, "ben", "api"),
    )
    assert (first.accepted, first.first, first.owner) == (True, True, "ada")
    assert (second.accepted, second.first, second.owner) == (True, False, "ada")
    assert first.state is AlertState.ACKNOWLEDGED
    view = await gateway.view(alert)
    assert (view.owner, view.state) == ("ada", AlertState.ACKNOWLEDGED)


async def test_an_acknowledge_is_recorded_though_no_worker_runs(
    client: Client, gateway: TemporalGateway, service: str, a_worker: Worker
) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    with pytest.raises(NotConfirmed):
        await gateway.acknowledge(alert, "ada", "link")
    async with a_worker:
        await owned_by(gateway, alert, "ada")


async def test_a_word_after_the_end_is_refused_with_who_ended_it(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    over = await gateway.resolve(alert, "ada", "api")
    assert (over.accepted, over.first, over.state) == (True, True, AlertState.RESOLVED)
    await ended(client, alert)
    late = await gateway.acknowledge(alert, "ben", "api")
    assert not late.accepted
    assert late.reason.startswith("resolved at ")
    assert late.reason.endswith(" by ada")
    assert not (await gateway.resolve(alert, "ben", "api")).accepted


async def test_an_old_id_never_answers_the_next_alert_with_the_same_key(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    old = (await gateway.trigger(an_event(), service)).id
    assert old is not None
    await gateway.resolve(old, "ada", "api")
    await ended(client, old)
    new = (await gateway.trigger(an_event(), service)).id
    assert new is not None
    answers = [await gateway.acknowledge(old, "ben", "link"), await gateway.resolve(old, "ben", "link")]
    assert [answer.accepted for answer in answers] == [False, False]
    assert all("another alert" in answer.reason and new in answer.reason for answer in answers)
    assert await signals(client, new) == 0
    assert (await gateway.standing(new)).owner is None
    assert (await gateway.view(old)).state is AlertState.RESOLVED


async def test_an_alert_keeps_its_id_however_many_runs_it_takes(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.alert, "SIGNALS_PER_RUN", 2)
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    ref = parse_alert_id(alert)
    assert ref is not None

    async def went_on() -> bool:
        assert (await gateway.trigger(an_event("again"), service)).id == alert
        return (await client.get_workflow_handle(ref.workflow_id).describe()).run_id != ref.first_run

    await until(went_on)
    assert (await gateway.acknowledge(alert, "ada", "api")).first
    assert (await gateway.view(alert)).id == alert
    assert (await gateway.resolve(alert, "ada", "api")).accepted
    await ended(client, alert)
    new = (await gateway.trigger(an_event(), service)).id
    assert new != alert
    old = await gateway.view(alert)
    assert (old.id, old.state, old.owner) == (alert, AlertState.RESOLVED, "ada")
    assert (await gateway.standing(alert)).state is AlertState.RESOLVED
    assert not (await gateway.acknowledge(alert, "ben", "api")).accepted


async def test_an_acknowledge_that_temporal_took_is_never_called_lost(
    gateway: TemporalGateway, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    find, looks = Reading.find, []

    async def found_once(self: Reading, wanted: str) -> Found:
        looks.append(wanted)
        if len(looks) > 1:
            raise Unavailable("away")
        return await find(self, wanted)

    monkeypatch.setattr(Reading, "find", found_once)
    with pytest.raises(NotConfirmed):
        await gateway.acknowledge(alert, "ada", "api")


async def test_a_closed_alert_is_read_without_a_worker(
    client: Client, gateway: TemporalGateway, service: str, a_worker: Worker
) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    async with a_worker:
        await gateway.resolve(alert, "ada", "api")
        await ended(client, alert)
    view = await gateway.view(alert)
    assert (view.state, view.resolved_by, view.timeline[0].kind) == ("resolved", "ada", Kind.TRIGGERED)


async def test_an_alert_that_was_terminated_says_so(client: Client, gateway: TemporalGateway, service: str) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    await client.get_workflow_handle(workflow_id(service, "disk")).terminate(reason="by an operator")
    view = await gateway.view(alert)
    assert (view.state, view.resolved_by) == (AlertState.RESOLVED, "terminated")
    assert "terminated" in view.timeline[0].text
    assert not (await gateway.acknowledge(alert, "ada", "api")).accepted


async def test_many_looks_at_one_alert_cost_one_query(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    alert = (await gateway.trigger(an_event(), service)).id
    assert alert is not None
    views: list[AlertView] = await asyncio.gather(*(gateway.view(alert) for _ in range(300)))
    assert all(view is views[0] for view in views)


@pytest.mark.parametrize("alert", ["", "nonsense", "../../etc/passwd", "checkout-xyz-1", "a'b\"c", "x" * 5000, "\x00"])
async def test_what_is_no_id_is_no_alert(gateway: TemporalGateway, alert: str) -> None:
    for call in (gateway.standing, gateway.view):
        with pytest.raises(NoSuchAlert):
            await call(alert)
    with pytest.raises(NoSuchAlert):
        await gateway.acknowledge(alert, "ada", "api")


async def test_an_alert_that_temporal_no_longer_knows_is_beyond_retention(gateway: TemporalGateway) -> None:
    alert = "checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000"
    for call in (gateway.standing, gateway.view):
        with pytest.raises(BeyondRetention):
            await call(alert)
    with pytest.raises(BeyondRetention):
        await gateway.resolve(alert, "ada", "api")


HOSTILE_KEYS = [
    "\x00",
    "\ud800",
    "a/b/../c",
    "'; DROP TABLE",
    "k" * 1_048_576,
    "\u202e\u2028",
    "",
    " ",
    "日本",
    "{{7*7}}",
]


@pytest.mark.parametrize("key", HOSTILE_KEYS, ids=range(len(HOSTILE_KEYS)))
async def test_any_key_and_any_text_opens_an_alert_of_its_own(gateway: TemporalGateway, service: str, key: str) -> None:
    event = an_event("<b>\x00\ud800`*[x](http://evil)`" + "€" * 5000, key)
    accepted = await gateway.trigger(event, service)
    assert accepted.id is not None
    assert (await gateway.standing(accepted.id)).service == service
    assert (await gateway.trigger(event, service)).id == accepted.id


async def test_temporal_away_is_unavailable_for_every_verb(directory: Directory, service: str) -> None:
    away = await Client.connect("127.0.0.1:9", lazy=True, data_converter=pydantic_data_converter)
    gateway = TemporalGateway(away, lambda: directory)
    alert = "checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000"
    calls = [
        gateway.trigger(an_event(), service),
        gateway.resolve_key(an_event(verb=Verb.RESOLVE), service, "source"),
        gateway.acknowledge_key(an_event(verb=Verb.ACKNOWLEDGE), service, "source"),
        gateway.acknowledge(alert, "ada", "api"),
        gateway.resolve(alert, "ada", "api"),
        gateway.standing(alert),
        gateway.view(alert),
        gateway.list(None, None, 10, None),
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(calls)
    await gateway.aclose()


async def test_a_temporal_that_never_answers_is_unavailable_in_time(
    directory: Directory, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_gateway, "PATIENCE", 0.2)
    monkeypatch.setattr(answering, "SENT_WITHIN", 0.2)
    silent = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    client = await Client.connect(f"127.0.0.1:{port}", lazy=True, data_converter=pydantic_data_converter)
    gateway = TemporalGateway(client, lambda: directory)
    calls = [
        gateway.trigger(an_event(), service),
        gateway.resolve_key(an_event(verb=Verb.RESOLVE), service, "source"),
        gateway.acknowledge("checkout-0123456789abcdef0123-00000000-0000-4000-8000-000000000000", "ada", "api"),
    ]
    async with asyncio.timeout(4):
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * len(calls)
    silent.close()


async def test_a_route_that_drops_starts_nothing(
    client: Client, directory: Directory, service: str, queue: str
) -> None:
    routes = [{"match": ['noise="yes"'], "action": "drop"}, {"match": ['shy="yes"'], "action": "suppress"}]
    routed = Directory.model_validate(directory.model_dump(by_alias=True) | {"routes": routes})
    gateway = TemporalGateway(client, lambda: routed, task_queue=queue)
    dropped = await gateway.trigger(an_event(labels={"noise": "yes"}), service)
    assert (dropped.status, dropped.id) == ("dropped", None)
    shy = await gateway.trigger(an_event(labels={"shy": "yes"}), service)
    assert shy.status == "suppressed"
    assert shy.id is not None
    assert (await gateway.standing(shy.id)).next_due is None
    await gateway.aclose()


async def test_lists_are_newest_first_by_state_and_service_and_go_on_by_cursor(
    client: Client, gateway: TemporalGateway, service: str, worker: Worker
) -> None:
    ids = [(await gateway.trigger(an_event(f"alert {n}", f"key {n}"), service)).id for n in range(3)]
    assert ids[0] is not None
    await gateway.resolve(ids[0], "ada", "api")
    await ended(client, ids[0])

    async def listed(state: str | None, wanted: int) -> bool:
        return len((await gateway.list(state, service, 10, None)).alerts) == wanted

    await until(lambda: listed(None, 2))
    await until(lambda: listed("resolved", 1))
    first = await gateway.list(None, service, 1, None)
    second = await gateway.list(None, service, 1, first.next)
    assert [id_ for page in (first, second) for id_, _ in page.alerts] == [ids[2], ids[1]]
    assert [s.summary for _, s in second.alerts] == ["alert 1"]
    closed = await gateway.list("resolved", service, 10, None)
    assert [(id_, s.state) for id_, s in closed.alerts] == [(ids[0], AlertState.RESOLVED)]
    assert (await gateway.list("acknowledged", service, 10, None)).alerts == []
    assert (await gateway.list(None, "no' OR '1'='1", 10, None)).alerts == []


@pytest.mark.parametrize("cursor", ["%%%", "bm9uc2Vuc2U", "é"])
async def test_a_cursor_that_was_never_given_out_is_refused(gateway: TemporalGateway, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await gateway.list(None, None, 10, cursor)
