"""Every test of a page or a channel ends before the judge: what is planted is found, whatever the test looks for."""

import asyncio

import pytest

from activities.channels.channel import Channel
from activities.channels.email import EmailChannel
from activities.channels.ntfy import NtfyChannel
from activities.channels.webhook import WebhookChannel
from activities.page import _Paging
from roust.domain.directory import Contact
from roust.domain.settings import EmailSettings, NtfySettings, WebhookSettings
from tests import witnesses
from tests.activities.messages import a_message
from tests.activities.pages import a_pager, a_request, ada_with, an_environment, run_page
from tests.fakes.mail_server import a_mail_server
from tests.fakes.ntfy import an_ntfy
from tests.fakes.recording_channel import RecordingChannel
from tests.fakes.webhook_server import Reply, a_webhook_server
from tests.judged import Broken

LOOPBACK = ["127.0.0.0/8"]


@pytest.fixture
def channel() -> RecordingChannel:
    return RecordingChannel()


async def twice(channel: Channel, contact: Contact) -> None:
    for _ in range(2):
        await channel.send(a_message(), contact)


@pytest.mark.breach("planted")
async def test_a_page_that_a_channel_takes_twice_is_found(channel: RecordingChannel) -> None:
    await run_page(a_pager(channel), a_request("user:ada"))
    witnesses.judge()
    await run_page(a_pager(channel), a_request("user:ada"))
    with pytest.raises(Broken, match="/1/1/1/ada/high1/mail went out twice"):
        witnesses.judge()


@pytest.mark.breach("planted")
async def test_a_page_that_a_provider_takes_twice_is_found() -> None:
    async with a_mail_server() as mail:
        settings = EmailSettings.model_validate({"host": "127.0.0.1", "port": mail.port, "from": "roust@example.com"})
        await twice(EmailChannel(settings), Contact(email="ada@example.com"))
        with pytest.raises(Broken, match="/ada/high1/mail to ada"):
            witnesses.judge()
    with witnesses.a_test():
        async with a_webhook_server() as hooks:
            await twice(
                WebhookChannel(WebhookSettings.model_validate({"allow": LOOPBACK})), Contact(webhook=hooks.url())
            )
            with pytest.raises(Broken, match="/ada/high1/mail went out twice"):
                witnesses.judge()
    with witnesses.a_test():
        async with an_ntfy() as ntfy:
            await twice(NtfyChannel(NtfySettings.model_validate({"allow": LOOPBACK})), Contact(ntfy=ntfy.topic("ada")))
            with pytest.raises(Broken, match="went out twice"):
                witnesses.judge()


async def test_what_a_provider_did_not_take_may_be_sent_again() -> None:
    async with a_webhook_server() as hooks:
        channel = WebhookChannel(WebhookSettings.model_validate({"allow": LOOPBACK}))
        hooks.reply = Reply(status=503)
        with pytest.raises(Exception, match="503"):
            await channel.send(a_message(), Contact(webhook=hooks.url()))
        hooks.reply = Reply()
        await channel.send(a_message(), Contact(webhook=hooks.url()))


async def test_a_send_that_begins_after_the_answer_is_found(
    channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def goes_on(paging: _Paging) -> None:
        await asyncio.gather(*paging._tasks)

    monkeypatch.setattr(_Paging, "stop", goes_on)
    channel.hang("ada", "push")
    channel.refuse("ada", "push")
    env = an_environment()
    contacts = {"push": {"ntfy": "https://ntfy.example.com/ada"}, "mail": {"email": "ada@example.com"}}
    pager = a_pager(channel, ada_with(contacts, {"high": [{"contacts": ["push"]}]}))
    paging = asyncio.create_task(run_page(pager, a_request("user:ada"), env))
    await channel.arrived.wait()
    env.cancel()
    channel.release()
    with pytest.raises(Broken, match="ada was paged, although somebody had answered"):
        await paging
