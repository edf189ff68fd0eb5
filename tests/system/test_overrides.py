"""An override made over the API, and two workers that page by it."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.mail_server import MailServer
from tests.system.conftest import CHECKOUT_KEY, pages
from tests.system.processes import roust, until, up

A_SECOND = timedelta(seconds=1)


def paged(log: Path) -> dict[str, str]:
    """By alert whom the worker paged, as its log says."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return {line["alert"]: line["user"] for line in lines if line["event"] == "page"}


@pytest.fixture
def editors(config: Path) -> Path:
    """Ada may make overrides."""
    config.write_text(config.read_text().replace("role: responder", "role: editor"))
    return config


async def test_an_override_made_over_the_api_is_paged_by_two_workers_within_a_second(
    editors: Path, state: Path, log: Path, tmp_path: Path, mail: MailServer
) -> None:
    logs = [log, tmp_path / "second.log"]
    worker = ("worker", "--config", str(editors), "--metrics-port", "0")
    async with up(editors, state, log) as (process, api):
        temporal = (await process.says(r"Temporal +([0-9]\S+)"))[1]
        async with roust(*worker, log=logs[1], TEMPORAL_ADDRESS=temporal):
            begun: dict[str, datetime] = {}

            async def both(since: datetime) -> bool:
                """One more alert; whether each worker has by now paged for one that was triggered after `since`."""
                asked = datetime.now(UTC)
                alert = await api.trigger(CHECKOUT_KEY, "down", dedup_key=uuid.uuid4().hex)
                begun[alert] = asked
                await until(lambda: any(alert in paged(log) for log in logs))
                return all(any(begun[one] > since for one in paged(log)) for log in logs)

            # Both have asked, and know that there is no override.
            await until(lambda: both(datetime.min.replace(tzinfo=UTC)))
            assert {user for log in logs for user in paged(log).values()} == {"ada"}
            in_force = await until(lambda: api.cover("primary", "grace")) + A_SECOND
            await until(lambda: both(in_force))
            late = {alert: user for log in logs for alert, user in paged(log).items() if begun[alert] > in_force}
            # A worker that got no answer in time goes by what it knew, and says so.
            in_doubt = any("an entity was not read" in log.read_text() for log in logs)
            assert set(late.values()) == {"grace"} or in_doubt
            assert len(late) >= 2
    assert {to for to, _ in pages(mail)} == {"ada", "grace"}
