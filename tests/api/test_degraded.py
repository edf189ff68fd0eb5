"""What a running API says is wrong with it."""

from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from temporalio.client import Client

from api.main import build_app
from api.operators import Operators
from api.watchdog import Watchdog
from roust.config.reload import CurrentDirectory
from roust.runtime.gauges import measure_configuration
from tests.fakes.gateway import RecordingGateway

GOOD = """
url: http://127.0.0.1:8420
link_keys: [a-key-for-tests-only-0123456789abcdef]
operators: [{user: ada}]
default_service: checkout
defaults: {last_resort: [{user: ada}]}
users: {ada: {contacts: {mail: {email: ada@example.com}}}}
escalation_policies: {payments: {steps: [{notify: [{user: ada}], wait: 5m}]}}
services: {checkout: {escalation_policy: payments, integration_keys: [key-of-checkout-0123456789]}}
channels: {email: {host: 127.0.0.1, port: 25, from: roust@example.com}}
"""


async def test_a_configuration_that_was_not_taken_is_said_until_it_is_mended(tmp_path: Path, client: Client) -> None:
    file = tmp_path / "roust.yaml"
    file.write_text(GOOD)
    current = CurrentDirectory([file], {})
    measure_configuration(current)
    digest = {"digest": current.digest[:12]}
    assert REGISTRY.get_sample_value("roust_configuration_info", digest) == 1
    watchdog = Watchdog(client, Operators(lambda: current.directory, {}))
    app = build_app(RecordingGateway(), current, watchdog)  # type: ignore[arg-type]
    assert (app.state.degraded(), REGISTRY.get_sample_value("roust_configuration_valid")) == ([], 1)
    file.write_text(GOOD.replace("wait: 5m", "wait: soon"))
    await current.reload()
    assert app.state.degraded() == ["configuration has mistakes: the one before it is in force"]
    assert REGISTRY.get_sample_value("roust_configuration_valid") == 0
    file.write_text(GOOD)
    await current.reload()
    assert (app.state.degraded(), REGISTRY.get_sample_value("roust_configuration_valid")) == ([], 1)
    loaded = REGISTRY.get_sample_value("roust_configuration_loaded_timestamp_seconds")
    assert loaded == pytest.approx(current.loaded_at.timestamp())
    file.write_text(GOOD.replace("wait: 5m", "wait: 6m"))
    await current.reload()
    assert REGISTRY.get_sample_value("roust_configuration_info", digest) is None
    assert REGISTRY.get_sample_value("roust_configuration_info", {"digest": current.digest[:12]}) == 1
