"""Payloads encrypted by keys of our own: everything works as before, and Temporal can read nothing of it."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.page import Pager
from api.gateway import Unavailable
from api.polls import Polls
from api.temporal_gateway import TemporalGateway
from api.watchdog import Watchdog
from roust.domain.alert import AlertState, Event
from roust.domain.directory import Directory
from roust.domain.timeline import Kind
from roust.domain.watch import Trouble, Verdict
from roust.runtime.connection import connect, data_converter
from roust.runtime.embedded import temporal_program
from roust.runtime.encryption import VARIABLE
from roust.runtime.links import Links
from tests.api.seen import ended
from tests.fakes.recording_channel import RecordingChannel
from tests.kept import kept
from tests.waiting import until
from worker.main import build_worker
from worker.sandbox import sandbox
from workflows.alert import AlertWorkflow
from workflows.messages import SEARCH_ATTRIBUTES, parse_alert_id

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
SAID = ("12 % of payments fail", "ledger-7", "somebody-pulled-the-plug", "by-a-robot", "margaritas")
"""Summary, label, note, source and the words of a provider."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[str]:
    """A server of its own: what cannot be read would trouble the watchdogs of other tests."""
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_program(),
        dev_server_log_level="error",
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    )
    async with environment:
        yield environment.client.service_client.config.target_host


async def client_with(server: str, *keys: str) -> Client:
    """Connected as every process is, with `keys` in its environment."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(VARIABLE, ",".join(keys))
        return await connect({"target_host": server})


@asynccontextmanager
async def working(client: Client, directory: Directory, queue: str, mail: RecordingChannel) -> AsyncIterator[None]:
    pager = Pager(lambda: directory, {"email": mail}, Links(["a-key-for-tests-only"], directory.url))
    async with build_worker(client, pager, task_queue=queue):
        yield


@asynccontextmanager
async def asking(client: Client, directory: Directory, queue: str) -> AsyncIterator[TemporalGateway]:
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue, confirm_within=30.0)
    yield gateway
    await gateway.aclose()


def handle_of(client: Client, alert: str) -> WorkflowHandle[object, object]:
    ref = parse_alert_id(alert)
    assert ref is not None
    return client.get_workflow_handle(ref.workflow_id, run_id=ref.first_run)


async def paged(gateway: TemporalGateway, alert: str | None) -> bool:
    assert alert is not None
    return any(entry.kind is Kind.PAGED for entry in (await gateway.view(alert)).timeline)


async def refused(gateway: TemporalGateway, alert: str) -> bool:
    return any(entry.said == "margaritas only" for entry in (await gateway.view(alert)).timeline)


async def test_an_encrypted_alert_lives_as_any_and_its_history_tells_nothing(
    server: str, directory: Directory, service: str, queue: str, channel: RecordingChannel
) -> None:
    client = await client_with(server, NEW, OLD)
    channel.refuse("ada", "mail", "margaritas only")
    async with asking(client, directory, queue) as gateway, working(client, directory, queue, channel):
        event = Event(summary=SAID[0], dedup_key="slo", priority="P1", labels={"host": SAID[1]}, source=SAID[3])
        accepted = await gateway.trigger(event, service)
        assert accepted.id is not None
        alert = accepted.id
        await until(lambda: refused(gateway, alert))
        await gateway.note(alert, "ada", SAID[2])
        assert (await gateway.acknowledge(alert, "ada", "link")).accepted
        view = await gateway.view(alert)
        assert (view.state, view.summary, view.owner) == (AlertState.ACKNOWLEDGED, SAID[0], "ada")
        assert any(entry.kind is Kind.NOTE and entry.text == SAID[2] for entry in view.timeline)
        # Memo and search attributes: lists need no worker, filters no key.
        listed = await gateway.list("acknowledged", service, 10, None)
        while not listed.alerts:
            listed = await gateway.list("acknowledged", service, 10, None)
        assert [(found, now.summary) for found, now in listed.alerts] == [(alert, SAID[0])]
        await gateway.resolve(alert, "ada", "link")
        await ended(client, alert)
        assert (await gateway.view(alert)).resolved_by == "ada"
    history = await handle_of(client, alert).fetch_history()
    [whole] = (await kept(client, f"RoustService = '{service}'")).values()
    for words in SAID:
        assert words not in whole
    assert "resolved" in whole  # the state, which operators filter by
    replayer = Replayer(
        workflows=[AlertWorkflow],
        data_converter=data_converter({VARIABLE: NEW}),
        workflow_runner=sandbox(),
    )
    await replayer.replay_workflow(history)


async def test_keys_are_rotated_while_alerts_are_open(
    server: str, directory: Directory, service: str, queue: str, channel: RecordingChannel
) -> None:
    before = await client_with(server)
    async with asking(before, directory, queue) as gateway, working(before, directory, queue, channel):
        plain = await gateway.trigger(Event(summary="before there were keys", dedup_key="plain"), service)
        await until(lambda: paged(gateway, plain.id))
    old = await client_with(server, OLD)
    async with asking(old, directory, queue) as gateway, working(old, directory, queue, channel):
        sealed = await gateway.trigger(Event(summary="under the old key", dedup_key="old"), service)
        await until(lambda: paged(gateway, sealed.id))
    both = await client_with(server, NEW, OLD)
    async with asking(both, directory, queue) as gateway, working(both, directory, queue, channel):
        for accepted, summary in ((plain, "before there were keys"), (sealed, "under the old key")):
            assert accepted.id is not None
            assert (await gateway.acknowledge(accepted.id, "ada", "link")).accepted
            view = await gateway.view(accepted.id)
            assert (view.summary, view.owner) == (summary, "ada")
            await gateway.resolve(accepted.id, "ada", "link")
            await ended(both, accepted.id)


async def test_an_alert_under_a_key_that_is_not_there_is_said_everywhere(
    server: str, directory: Directory, service: str, queue: str, channel: RecordingChannel
) -> None:
    right = await client_with(server, OLD)
    async with asking(right, directory, queue) as gateway, working(right, directory, queue, channel):
        accepted = await gateway.trigger(Event(summary="sealed", dedup_key="sealed"), service)
        await until(lambda: paged(gateway, accepted.id))
    assert accepted.id is not None
    told: list[Verdict] = []

    class Operators:
        async def tell(self, verdict: Verdict, at: object) -> bool:
            told.append(verdict)
            return True

    for keys in ((NEW,), ()):
        wrong = await client_with(server, *keys)
        async with asking(wrong, directory, queue) as gateway:
            for ask in (gateway.view(accepted.id), gateway.acknowledge(accepted.id, "ada", "link")):
                with pytest.raises(Unavailable, match=VARIABLE):
                    await ask
            with pytest.raises(Unavailable, match=VARIABLE):
                await gateway.list(None, service, 10, None)
        watchdog = Watchdog(wrong, Operators(), polls=Polls(wrong, task_queue=queue))
        await watchdog.look()
        believed = await watchdog.look()
        assert (Trouble.FAILING, accepted.id) in [(s.trouble, s.subject) for s in believed.tell]
    async with asking(right, directory, queue) as gateway, working(right, directory, queue, channel):
        assert (await gateway.resolve(accepted.id, "ada", "link")).accepted
