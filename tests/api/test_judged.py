"""Every test over the gateway to a real Temporal ends before the judge: what is planted is found."""

from typing import Any

import httpx2
import pytest
from temporalio.worker import Worker

from api.answering import Answering
from api.gateway import Accepted
from api.temporal_gateway import TemporalGateway
from roust.domain.alert import AlertState, Answer
from tests.api.remembering import RememberingGateway
from tests.api.seen import an_event
from tests.api.serving import bearer
from tests.builders import NOON
from tests.judged import Broken
from workflows.messages import parse_alert_id

pytestmark = pytest.mark.breach("planted")


async def only_says_so(answering: Answering, alert: str, by: str, via: str) -> Answer:
    return Answer(accepted=True, state=AlertState.ACKNOWLEDGED, owner=by, first=True, at=NOON)


@pytest.mark.parametrize(
    ("verb", "invariant"), [("acknowledge", "i6_no_acknowledge_is_lost"), ("resolve", "i9_resolved_is_over")]
)
async def test_an_answer_that_does_not_hold_is_found(
    gateway: RememberingGateway, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch, verb: str, invariant: str
) -> None:
    monkeypatch.setattr(Answering, verb, only_says_so)
    await getattr(gateway, verb)(alert, "ada", "api")
    with pytest.raises(Broken, match=invariant):
        await gateway.judge()


async def test_two_who_were_told_that_they_are_first_are_found(
    gateway: RememberingGateway, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.acknowledge(alert, "ada", "api")
    monkeypatch.setattr(Answering, "acknowledge", only_says_so)
    await gateway.acknowledge(alert, "ben", "api")
    with pytest.raises(Broken, match="i14_one_owner"):
        await gateway.judge()


async def test_a_repeat_that_was_told_another_id_is_found(
    gateway: RememberingGateway, service: str, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = alert[:-1] + ("1" if alert.endswith("0") else "0")

    async def another(gateway: TemporalGateway, *_: Any) -> Accepted:
        return Accepted(other, "disk", "repeated", service, None)

    monkeypatch.setattr(TemporalGateway, "trigger", another)
    await gateway.trigger(an_event(), service)
    with pytest.raises(Broken, match="i8_a_repeat_is_the_same_alert"):
        await gateway.judge()


async def test_an_alert_that_nobody_knows_is_found(
    gateway: RememberingGateway, service: str, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_says_so(gateway: TemporalGateway, *_: Any) -> Accepted:
        ref = parse_alert_id(alert)
        return Accepted(f"{service}-{'0' * 20}-{ref.first_run}", "other", "triggered", service, None)

    monkeypatch.setattr(TemporalGateway, "trigger", only_says_so)
    await gateway.trigger(an_event(), service)
    with pytest.raises(Broken, match="i1_nothing_accepted_is_dropped"):
        await gateway.judge()


async def test_what_http_says_and_no_gateway_said_is_found(
    gateway: RememberingGateway, http: httpx2.AsyncClient, alert: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_says_so(gateway: RememberingGateway, *_: Any) -> Answer:
        return Answer(accepted=True, state=AlertState.ACKNOWLEDGED, owner="ada", first=True, at=NOON)

    monkeypatch.setattr(RememberingGateway, "acknowledge", only_says_so)
    answer = await http.post(f"/v1/alerts/{alert}/acknowledge", json={}, headers=bearer("ada-laptop"))
    assert answer.status_code == 200
    with pytest.raises(Broken, match="answered 2xx over HTTP, and by no gateway"):
        await gateway.judge()
