"""Mail servers that misbehave at any word of the conversation: a typed outcome, and the page by another contact."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from activities.channels.channel import TryAgain
from activities.channels.email import EmailChannel
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.settings import EmailSettings
from tests.activities.certificates import CERTIFICATES, UNWELL, contexts
from tests.activities.messages import a_message
from tests.activities.pages import a_pager, a_request, became, run_page
from tests.activities.providers import HURRY, SECRET, channel, outcome
from tests.activities.speaker import a_speaker, endless
from tests.builders import a_directory
from tests.fakes.mail_server import a_mail_server
from tests.fakes.scripted_smtp import CUT, GREETING, SILENCE

WORDS = (GREETING, "EHLO", "MAIL", "RCPT", "DATA", ".")
"""Of one conversation, in order; "." is the mail's end."""
REPLIES = {
    "421 4.3.2 we close": "try_again",
    "450 4.2.0 greylisted": "try_again",
    "550 5.7.1 not you": "refused",
    "not an answer": "try_again",
}
ADA = Contact(email="ada@example.com")
LOGIN = {"username": "roust", "password": SecretStr(SECRET)}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("reply", REPLIES)
async def test_whatever_a_mail_server_answers_to_any_word_decides(reply: str, word: str) -> None:
    async with a_mail_server() as server:
        server.script[word] = reply
        found = await outcome("email", server.port)
    # A mail that was taken, with an answer that nobody can read, may arrive twice.
    assert found.result == REPLIES[reply], found.said
    assert reply[:3] in found.said or found.said == "it answered something else than SMTP"


@pytest.mark.parametrize("word", WORDS)
async def test_a_mail_server_that_hangs_up_at_any_word_is_tried_again(word: str) -> None:
    async with a_mail_server() as server:
        server.script[word] = CUT
        found = await outcome("email", server.port)
    assert (found.result, found.said) == ("try_again", "the connection broke off before it was taken")


@pytest.mark.parametrize("word", WORDS)
async def test_a_mail_server_that_says_nothing_at_any_word_is_tried_again(word: str) -> None:
    async with a_mail_server() as server:
        server.script[word] = SILENCE
        found = await outcome("email", server.port, within=HURRY)
    assert (found.result, found.said) == ("try_again", "no answer within 8 s")


@pytest.mark.breach("a server that does not say what it took gets the mail again")
async def test_a_mail_that_may_have_been_taken_comes_again_as_the_same_mail() -> None:
    async with a_mail_server() as server:
        way = channel("email", server.port)
        server.script["."] = CUT
        with pytest.raises(Exception) as caught:
            await way.send(a_message(), ADA)
        assert not isinstance(caught.value, Refused)
        server.script.clear()
        await way.send(a_message(), ADA)
        first, again = (delivery.mail for delivery in server.deliveries)
    for name in ("Message-ID", "X-Roust-Key", "References"):
        assert first[name] == again[name]


async def test_a_mailbox_that_is_refused_takes_no_other_s_mail_with_it() -> None:
    async with a_mail_server() as server:
        server.refuse("ada@example.com", "550 5.1.1 no such user")
        pager = a_pager(channels={"email": channel("email", server.port)}, directory=a_directory())
        result = await run_page(pager, a_request("team:payments"))
    assert sorted(became(result)) == [("ada", "mail", "refused"), ("ben", "mail", "sent")]
    assert server.recipients == ["ben@example.com"]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("which", CERTIFICATES)
async def test_a_mail_server_whose_certificate_is_not_well_gets_no_mail_and_no_password(which: str, tls: str) -> None:
    theirs, ours = contexts(which)
    how = {"login": ("roust", SECRET), "starttls" if tls == "starttls" else "tls": theirs}
    async with a_mail_server(**how) as server:  # type: ignore[arg-type]
        found = await outcome("email", server.port, verify=ours, tls=tls, **LOGIN)
    well = which == "well"
    assert found.result == ("sent" if well else "try_again"), found.said
    assert (len(server.deliveries), server.logins, len(server.asked)) == ((1, 1, 1) if well else (0, 0, 0))
    assert well or found.said == UNWELL[which]


@pytest.mark.parametrize(
    ("reply", "result", "said"),
    [
        ("454 4.7.0 TLS not available", "try_again", "454 4.7.0 TLS not available"),
        ("502 5.5.1 not implemented", "refused", "502 5.5.1 not implemented"),
        (CUT, "try_again", "the connection broke off before it was taken"),
        (SILENCE, "try_again", "no answer within 8 s"),
        # And then no TLS: what is said next is no handshake.
        ("220 go ahead", "try_again", "it does not speak TLS as we do"),
    ],
)
async def test_without_the_tls_that_is_asked_for_nothing_leaves(reply: str, result: str, said: str) -> None:
    theirs, ours = contexts("well")
    async with a_mail_server(starttls=theirs, login=("roust", SECRET)) as server:
        server.script["STARTTLS"] = reply
        within = HURRY if reply == SILENCE else 8.0
        found = await outcome("email", server.port, verify=ours, within=within, tls="starttls", **LOGIN)
    assert (found.result, found.said) == (result, said)
    assert (server.deliveries, server.logins, server.asked) == ([], 0, [])


@pytest.mark.parametrize("ehlo", [None, "502 5.5.1 say HELO"])
async def test_a_mail_server_without_starttls_where_the_configuration_demands_it_is_refused(ehlo: str | None) -> None:
    async with a_mail_server() as server:
        if ehlo:
            server.script["EHLO"] = ehlo
        found = await outcome("email", server.port, tls="starttls", **LOGIN)
    assert (found.result, server.deliveries, server.logins, server.asked) == ("refused", [], 0, [])
    assert "STARTTLS" in found.said or found.said == ehlo


def lines_without_end() -> Iterator[bytes]:
    return endless(b"220-welcome to us\r\n" * 500)


def a_line_without_end() -> Iterator[bytes]:
    return endless(b"x" * 65536, b"220 ")


@pytest.mark.parametrize("words", [lines_without_end, a_line_without_end])
async def test_a_greeting_without_end_is_read_for_a_little(words: Callable[[], Iterator[bytes]]) -> None:
    async with a_speaker(words(), greets=True) as speaker:
        found = await outcome("email", speaker.port)
        # What lies in the buffers of two sockets counts as taken; without an end it would be far more.
        assert speaker.taken < 32 * 2**20
    assert (found.result, found.said) == ("try_again", "it answered something else than SMTP")


@pytest.mark.parametrize(("reply", "kind"), [("535 5.7.8 wrong", Refused), ("454 4.7.0 later", TryAgain)])
async def test_a_login_that_is_not_taken_counts_as_any_other_word(reply: str, kind: type[Exception]) -> None:
    async with a_mail_server(login=("roust", SECRET)) as server:
        server.script["AUTH"] = reply
        settings = {"host": "127.0.0.1", "port": server.port, "from": "roust@example.com", **LOGIN}
        with pytest.raises(kind, match=reply) as caught:
            await EmailChannel(EmailSettings.model_validate(settings)).send(a_message(), ADA)
        assert SECRET not in str(caught.value)
        assert server.deliveries == []
