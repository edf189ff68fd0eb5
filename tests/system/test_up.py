"""`roust up` as people run it: real processes, killed and started again."""

from pathlib import Path

import psutil

from roust.runtime.ports import listener
from tests.fakes.mail_server import MailServer
from tests.system.conftest import CHECKOUT_KEY, SEARCH_KEY, pages
from tests.system.processes import roust, until, up

PAGE_ADA = ("ada", "[P1] search: search is down")
PAGE_GRACE = ("grace", "[P1] search: search is down")


def temporal_of(state: Path) -> psutil.Process:
    """The embedded server's process."""
    return psutil.Process(pid_of(state))


def pid_of(state: Path) -> int:
    return int((state / "temporal.pid").read_text())


async def test_nothing_is_lost_when_everything_is_killed_in_the_middle_of_a_climb(
    config: Path, state: Path, log: Path, mail: MailServer
) -> None:
    async with up(config, state, log) as (process, api):
        alert = await api.trigger(SEARCH_KEY, "search is down")
        # Until the page is on record: one killed in the act of sending is sent again, under the same key.
        await until(lambda: api.has_paged(alert, "ada"))
        left_behind = temporal_of(state)
        await process.killed()
        left_behind.kill()
    async with up(config, state, log) as (process, api):
        await until(lambda: pages(mail) == [PAGE_ADA, PAGE_GRACE])
        assert await until(lambda: api.acknowledge(alert)) == 200
        assert await api.state(alert) == "acknowledged"
    assert pages(mail) == [PAGE_ADA, PAGE_GRACE]


async def test_nothing_is_lost_when_the_temporal_server_is_killed(
    config: Path, state: Path, log: Path, mail: MailServer
) -> None:
    async with up(config, state, log) as (_, api):
        alert = await api.trigger(SEARCH_KEY, "search is down")
        await until(lambda: api.has_paged(alert, "ada"))
        killed = temporal_of(state)
        killed.kill()
        await until(lambda: pid_of(state) != killed.pid)
        await until(lambda: pages(mail) == [PAGE_ADA, PAGE_GRACE])
        assert await until(lambda: api.state(alert)) == "triggered"


async def test_ctrl_c_ends_it_cleanly_and_a_restart_keeps_the_open_alerts(
    config: Path, state: Path, log: Path, mail: MailServer
) -> None:
    async with up(config, state, log) as (process, api):
        alert = await api.trigger(CHECKOUT_KEY, "checkout is down")
        await until(lambda: len(pages(mail)) == 1)
        server = temporal_of(state)
        assert await process.interrupted() == 0
        assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
        assert "Traceback" not in process.errors
    async with up(config, state, log) as (_, api):
        assert await until(api.open_alerts) == [alert]
        assert await api.state(alert) == "triggered"
    assert pages(mail) == [("ada", "[P1] checkout: checkout is down")]


async def test_two_on_one_state_and_a_taken_port_are_refused_in_a_sentence(
    config: Path, state: Path, tmp_path: Path, mail: MailServer, log: Path
) -> None:
    with listener("127.0.0.1", 0, "--port") as taken:
        port = str(taken.getsockname()[1])
        async with roust("up", "--config", str(config), "--state", str(state), "--port", port, log=log) as one:
            assert await one.ends() == 1
        assert f"roust: port {port} on 127.0.0.1 is taken" in one.errors
        assert "Traceback" not in one.errors
    second = tmp_path / "second.log"
    async with up(config, state, log) as (process, _):
        words = ("up", "--config", str(config), "--state", str(state), "--port", "0")
        async with roust(*words, log=second) as other:
            assert await other.ends() == 1
        assert f"in use by another `roust up` (process {process.process.pid})" in other.errors
        assert "--state" in other.errors
        assert "Traceback" not in other.errors
