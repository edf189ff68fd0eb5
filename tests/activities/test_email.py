"""Pages by e-mail, through a real SMTP server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from activities.channels.channel import TryAgain
from activities.channels.email import EmailChannel
from roust.domain.alert import AlertText
from roust.domain.directory import Contact
from roust.domain.errors import Refused
from roust.domain.settings import EmailSettings
from tests.activities.hostile import corpus
from tests.activities.messages import a_message
from tests.builders import an_alert
from tests.fakes.mail_server import MailServer, a_mail_server

ADA = Contact(email="ada@example.com")
HOSTILE = corpus()


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as server:
        yield server


def a_channel(server: MailServer, context: ssl.SSLContext | None = None, **parts: Any) -> EmailChannel:
    whole = {"host": "127.0.0.1", "port": server.port, "from": "Roust <roust@example.com>"}
    return EmailChannel(EmailSettings.model_validate(whole | parts), context)


async def test_a_page_arrives_as_one_mail_to_one_person(server: MailServer) -> None:
    receipt = await a_channel(server).send(a_message(), ADA)
    assert receipt.said == "2.0.0 queued as 1"
    assert server.recipients == ["ada@example.com"]
    mail = server.deliveries[0].mail
    assert mail["Subject"] == "[P1] checkout: checkout is down"
    assert mail["To"] == "Ada Lovelace <ada@example.com>"
    assert mail["From"] == "Roust <roust@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Roust-Alert"].strip() == an_alert().id
    assert mail["X-Roust-Key"].strip() == a_message().key
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.breach("attempts anew, whose keys are compared")
async def test_every_attempt_is_the_same_mail_and_every_page_another(server: MailServer) -> None:
    channel = a_channel(server)
    for key in ("one", "one", "two"):
        await channel.send(a_message(key=key), ADA)
    first, again, other = (delivery.mail["Message-ID"] for delivery in server.deliveries)
    assert first == again != other


async def test_one_alert_is_one_thread(server: MailServer) -> None:
    channel = a_channel(server)
    await channel.send(a_message(key="one"), ADA)
    await channel.send(a_message(key="two", kind="resolved", answer_url=None), ADA)
    await channel.send(a_message(alert=an_alert(id="another")), ADA)
    page, over, other = (delivery.mail for delivery in server.deliveries)
    assert page["References"] == page["In-Reply-To"] == over["References"] == over["In-Reply-To"]
    assert other["References"] != page["References"]


async def test_the_answer_link_is_where_nothing_fetches_it(server: MailServer) -> None:
    await a_channel(server).send(a_message(), ADA)
    mail = server.deliveries[0].mail
    assert not any("/a/" in str(value) for value in mail.values())
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert html.count("/a/") == 1
    assert not any(tag in html for tag in ("<img", "<link", "<script", "background-image", "@import", "<iframe"))


@pytest.mark.parametrize("alert", HOSTILE.values(), ids=HOSTILE)
async def test_any_text_pages_by_mail(server: MailServer, alert: AlertText) -> None:
    await a_channel(server).send(a_message(alert=alert), ADA)
    assert server.recipients == ["ada@example.com"]
    mail = server.deliveries[0].mail
    assert mail["Bcc"] is None
    assert mail.defects == []
    assert len(str(mail["Subject"])) <= 200
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "/a/" in text
    assert len(text) < 40_000


@pytest.mark.parametrize(
    "address", ["ada@example.com, evil@example.net", "ada@example.com\r\nBcc: evil@example.net", "ada", "", "@", "<>"]
)
async def test_what_is_no_single_address_is_refused(server: MailServer, address: str) -> None:
    with pytest.raises(Refused, match="not an e-mail address"):
        await a_channel(server).send(a_message(), Contact(email=address))
    assert server.asked == []


@pytest.mark.parametrize("name", ['"Eve" <eve@example.net>,', "Ada\r\nBcc: evil@example.net", "アダ", "\ud800", "(x"])
async def test_a_users_name_makes_no_second_recipient(server: MailServer, name: str) -> None:
    await a_channel(server).send(a_message(user_name=name), ADA)
    assert server.recipients == ["ada@example.com"]
    assert [one.addr_spec for one in server.deliveries[0].mail["To"].addresses] == ["ada@example.com"]


async def test_a_permanent_no_is_refused_and_tells_no_address(server: MailServer) -> None:
    server.refuse("ada@example.com", "550 5.1.1 <ada@example.com>: no mailbox ada here")
    with pytest.raises(Refused) as caught:
        await a_channel(server).send(a_message(), ADA)
    assert str(caught.value) == "550 5.1.1 <***>: no mailbox *** here"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("reply", ["451 4.3.0 later, ada@example.com", "421 4.7.0 too busy"])
async def test_a_passing_no_is_tried_again(server: MailServer, reply: str) -> None:
    server.refuse("ada@example.com", reply)
    with pytest.raises(TryAgain) as caught:
        await a_channel(server).send(a_message(), ADA)
    assert "ada@" not in str(caught.value)


@pytest.mark.parametrize(("reply", "kind"), [("554 5.7.1 spam", Refused), ("451 4.3.0 greylisted", TryAgain)])
async def test_a_no_after_the_text_counts_alike(server: MailServer, reply: str, kind: type[Exception]) -> None:
    server.reject("ada@example.com", reply)
    with pytest.raises(kind):
        await a_channel(server).send(a_message(), ADA)
    assert server.deliveries == []


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with a_mail_server() as server:
        channel = a_channel(server)
    with pytest.raises(OSError):
        await channel.send(a_message(), ADA)


async def test_a_server_that_hangs_is_tried_again(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.channels.email.DEADLINE", 0.2)
    server.hang("ada@example.com")
    with pytest.raises(TimeoutError):
        await a_channel(server).send(a_message(), ADA)


async def test_a_mail_that_was_taken_is_sent_even_if_the_server_hangs_up(server: MailServer) -> None:
    server.hang_up_on_quit()
    await a_channel(server).send(a_message(), ADA)
    assert server.recipients == ["ada@example.com"]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mail_is_encrypted_and_the_server_verified(tls: str) -> None:
    authority = trustme.CA()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    login: dict[str, Any] = {"username": "roust", "password": SecretStr("a password")} if tls == "starttls" else {}
    keep: dict[str, Any] = (
        {"starttls": theirs, "login": ("roust", "a password")} if tls == "starttls" else {"tls": theirs}
    )
    async with a_mail_server(**keep) as server:
        await a_channel(server, ours, tls=tls, **login).send(a_message(), ADA)
        assert [(d.encrypted or tls == "tls", d.username) for d in server.deliveries] == [(True, login.get("username"))]
        with pytest.raises((OSError, ssl.SSLError)):
            await a_channel(server, tls=tls, **login).send(a_message(), ADA)
        assert len(server.deliveries) == 1


async def test_a_wrong_password_is_refused_and_told_to_nobody() -> None:
    async with a_mail_server(login=("roust", "right")) as server:
        channel = a_channel(server, username="roust", password=SecretStr("wr0ng-canary"))
        with pytest.raises(Refused) as caught:
            await channel.send(a_message(), ADA)
        assert "wr0ng" not in str(caught.value)
        assert server.deliveries == []


async def test_no_starttls_where_it_is_asked_for_sends_nothing(server: MailServer) -> None:
    with pytest.raises(Refused):
        await a_channel(server, tls="starttls").send(a_message(), ADA)
    assert server.deliveries == []


async def test_many_at_once_each_get_their_own(server: MailServer) -> None:
    people = [f"user{i}@example.com" for i in range(20)]
    channel = a_channel(server)
    await asyncio.gather(*(channel.send(a_message(key=one), Contact(email=one)) for one in people))
    assert sorted(server.recipients) == sorted(people)
