"""Maintenance and the report with a running Roust: held, let go, answered, counted."""

from pathlib import Path

from tests.fakes.mail_server import MailServer
from tests.system.conftest import CHECKOUT_KEY, pages
from tests.system.processes import TOKEN, roust, until, up

PAGE = ("ada", "[P1] checkout: checkout is down")


async def test_what_starts_in_maintenance_is_held_until_it_ends_and_the_report_tells_what_it_cost(
    config: Path, state: Path, log: Path, mail: MailServer
) -> None:
    async with up(config, state, log) as (_, api):
        made = await api.maintain(services=["checkout"], reason="database upgrade", **{"for": "1h"})
        alert = await api.trigger(CHECKOUT_KEY, "checkout is down")
        assert await api.state(alert) == "held"
        # The list lags; what is not told at once is told within half a minute.
        await until(lambda: api.listed("held", alert))
        assert await api.end_maintenance(made) == 1
        await until(lambda: api.has_paged(alert, "ada"))
        assert pages(mail) == [PAGE]
        assert await api.acknowledge(alert) == 200
        await api.resolve(alert)
        await until(lambda: api.listed("resolved", alert))
        here = {"ROUST_URL": api.url, "ROUST_TOKEN": TOKEN, "COLUMNS": "120"}
        async with roust("report", "--since", "1d", log=log, **here) as report:
            await report.says(r"1 alert closed, 0 of them paged nobody")
            await report.says(r"keeps closed alerts for 30 days")
            await report.says(r"^checkout +1 +1 ")
            await report.says(r"^ada +1 ")
            await report.says(r"No alert paged people without anybody ever acting upon it")
            assert await report.ends() == 0
    # Nobody else was sent anything but that it is over.
    assert {to for to, _ in pages(mail)} == {"ada"}
