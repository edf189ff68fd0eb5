"""No contact address in anything that a page leaves behind (rule 21)."""

import pytest

from activities.attempt import attempt
from activities.build import build_channels
from roust.domain.directory import Contact
from roust.domain.notification import PageResult
from roust.domain.settings import Channels
from tests.activities.messages import a_message
from tests.activities.pages import LINKS, a_pager, a_request, ada_with, an_environment, run_page
from tests.fakes.mail_server import a_mail_server
from tests.fakes.recording_channel import RecordingChannel
from tests.fakes.webhook_server import Reply, a_webhook_server

PARROT = "you said {0} <{0}> to=[{0}]"
CANARIES = {
    "mail": {"email": "canary.person@example.com"},
    "hook": {"webhook": "https://hooks.example.com/canary/path?key=canary"},
    "text": {"sms": "+447700987654"},
    "chat": {"slack": "UCANARY1"},
    "other": {"apprise": "tgram://canary-token/canary-chat"},
}


def assert_no_canary(result: PageResult, heartbeats: list[object], printed: str) -> None:
    for place in (result.model_dump_json(), repr(result), repr(heartbeats), printed):
        assert "canary" not in place.lower()
        assert "987654" not in place


@pytest.mark.parametrize("deed", ["refuse", "fail"])
async def test_no_address_is_in_a_result_a_heartbeat_or_a_log(deed: str, capsys: pytest.CaptureFixture[str]) -> None:
    channel, directory, heartbeats = RecordingChannel(), ada_with(CANARIES), []  # type: ignore[var-annotated]
    for name, contact in CANARIES.items():
        words = PARROT.format(next(iter(contact.values())))
        if deed == "refuse":
            channel.refuse("ada", name, words)
        else:
            channel.fail("ada", name, RuntimeError(words))
    result = await run_page(a_pager(channel, directory), a_request("user:ada"), an_environment(heartbeats))
    assert len(result.outcomes) == len(CANARIES)
    captured = capsys.readouterr()
    assert_no_canary(result, heartbeats, captured.out + captured.err)


async def test_real_providers_that_repeat_the_address_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    async with a_mail_server() as mail, a_webhook_server() as hook:
        address = "canary.person@example.com"
        mail.refuse(address, f"550 {PARROT.format(address)}")
        url = hook.url("/canary/path?key=canary")
        hook.reply = Reply(404, body=PARROT.format(url).encode())
        channels = build_channels(
            Channels.model_validate(
                {
                    "email": {"host": "127.0.0.1", "port": mail.port, "from": "roust@example.com"},
                    "webhook": {"allow": ["127.0.0.0/8"]},
                }
            )
        )
        directory = ada_with({"mail": {"email": address}, "hook": {"webhook": url}})
        heartbeats: list[object] = []
        pager = a_pager(directory=directory, channels=channels)
        result = await run_page(pager, a_request("user:ada"), an_environment(heartbeats))  # type: ignore[arg-type]
    assert {o.result.value for o in result.outcomes} == {"refused"}
    captured = capsys.readouterr()
    assert_no_canary(result, heartbeats, captured.out + captured.err)
    assert LINKS.answer_url("a", "ada") not in captured.out


@pytest.mark.parametrize("status", [400, 503])
async def test_a_receiver_that_repeats_the_page_puts_no_answer_link_on_record(status: int) -> None:
    async with a_webhook_server() as hook:
        message = a_message()
        assert message.answer_url is not None
        token = message.answer_url.rpartition("/")[2]
        hook.reply = Reply(status, body=f"cannot take {message.answer_url} or {token}".encode())
        channel = build_channels(Channels.model_validate({"webhook": {"allow": ["127.0.0.0/8"]}}))["webhook"]
        attempted = await attempt(channel, lambda: message, Contact.model_validate({"webhook": hook.url("/page")}))
    assert attempted.said.startswith(f"HTTP {status}: cannot take ")
    assert token not in attempted.said
