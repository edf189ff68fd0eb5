"""Whatever real processes answered in a test is judged while they serve: what is planted is found."""

import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests import witnesses
from tests.fakes.mail_server import Delivery, MailServer
from tests.judged import Broken
from tests.system import answers
from tests.system.conftest import CHECKOUT_KEY
from tests.system.processes import until, up

UNKNOWN = "checkout-00000000000000000000-00000000-0000-4000-8000-000000000000"


async def test_what_was_answered_and_does_not_hold_is_found(
    config: Path, state: Path, log: Path, mail: MailServer
) -> None:
    async with up(config, state, log) as (_, api):
        alert = await until(lambda: api.trigger(CHECKOUT_KEY, "checkout is down"))
        await until(lambda: len(mail.deliveries) == 1)
        await answers.judge(api.final)

        async def found(invariant: str) -> None:
            with pytest.raises(Broken, match=invariant):
                await answers.judge(api.final)

        # Believed, and never said.
        now = time.time()
        answers.said("acknowledge", alert, now, 200, first=True)
        await found("i6_no_acknowledge_is_lost")
        answers.said("resolve", alert, now, 200, first=True)
        await found("i9_resolved_is_over")
        mail.deliveries[0].at += 60
        await found("no_page_long_after_an_answer")
        answers.begin()
        answers.triggered(alert, "checkout", now)
        answers.triggered(UNKNOWN, "checkout", now)
        await found("i8_a_repeat_is_the_same_alert")
        answers.begin()
        answers.triggered(UNKNOWN, "checkout", now)
        await found("i1_nothing_accepted_is_dropped")
        answers.begin()


async def test_a_page_that_arrives_twice_is_found_unless_a_process_was_killed(mail: MailServer) -> None:
    page = "checkout-1/1/1/1/ada/high1/mail"
    with witnesses.a_test() as present:
        present.append(mail)
        mail.deliveries += [a_delivery(page), a_delivery(page)]
        with pytest.raises(Broken, match="/ada/high1/mail to ada"):
            witnesses.judge()
        witnesses.a_process_was_killed("a worker")
        witnesses.judge()
    mail.deliveries.clear()


def a_delivery(key: str) -> Delivery:
    mail = EmailMessage()
    mail["X-Roust-Key"] = key
    return Delivery(["ada@example.com"], mail, encrypted=False, username=None)
