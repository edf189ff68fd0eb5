"""A provider that fails for good, each in its way: whom else the page reaches, and what the timeline says of it."""

import socket
import ssl
from collections.abc import Callable

import httpx2
import pytest

from tests.workflows.conftest import Staging
from tests.workflows.scene import Scene
from tests.workflows.test_nobody_reached import CONTACTS, STEPS, USERS

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH = {"high": [{"contacts": list(CONTACTS)}]}


def an_expired_certificate() -> Exception:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.verify_code = 10
    return error


TRIED_AGAIN: dict[str, Callable[[], Exception]] = {
    "no answer within 8 s": TimeoutError,
    "the connection broke off before it was taken": lambda: httpx2.ReadError(""),
    "nothing answers there: connection refused": ConnectionRefusedError,
    "its name does not resolve now": lambda: socket.gaierror(socket.EAI_AGAIN, "Temporary failure"),
    "its certificate has expired": an_expired_certificate,
}


async def staged(scene: Staging) -> Scene:
    users = USERS | {"ada": USERS["ada"] | {"notification_rules": BOTH}}
    s: Scene = await scene(users=users, escalation_policies={"payments": STEPS})
    return s


async def told(s: Scene, contact: str) -> list[tuple[str, str, str]]:
    """(text, result, the provider's words) of Ada's pages by `contact`."""
    entries = [e for e in (await s.view()).timeline if (e.user, e.contact) == ("ada", contact)]
    return [(str(e.text), str(e.result), str(e.said)) for e in entries]


@pytest.mark.parametrize("said", TRIED_AGAIN)
async def test_a_contact_that_fails_is_told_in_words_and_the_other_one_has_the_page(said: str, scene: Staging) -> None:
    s = await staged(scene)
    s.channel.fail("ada", "mail", TRIED_AGAIN[said]())
    await s.start()
    await s.until(60)
    assert s.pages == [(0, "ada", "hook")]
    # Once before the other had it, once with all that came after.
    assert await told(s, "mail") == [
        ("ada by mail: failed, will be tried again.", "try_again", said),
        ("ada by mail: failed 3 times, will be tried again.", "try_again", said),
    ]


async def test_one_refused_and_one_failing_have_the_next_step_paged_in_its_time(scene: Staging) -> None:
    s = await staged(scene)
    s.channel.refuse("ada", "mail", "550 5.1.1 no such user")
    s.channel.fail("ada", "hook", TimeoutError())
    await s.start()
    await s.until(400)
    assert s.pages == [(300, "ben", "mail"), (360, "ben", "hook")]
    assert (await told(s, "mail")) == [("ada by mail: refused.", "refused", "550 5.1.1 no such user")]
    assert [words for _, _, words in await told(s, "hook")] == ["no answer within 8 s"]
    assert sum(m.contact == "mail" and m.user == "ada" for m in s.channel.messages) == 1


async def test_refused_by_every_contact_the_next_step_is_paged_at_once(scene: Staging) -> None:
    s = await staged(scene)
    for contact in CONTACTS:
        s.channel.refuse("ada", contact, "550 5.1.1 no such user")
    await s.start()
    await s.until(200)
    assert s.pages == [(0, "ben", "mail"), (60, "ben", "hook")]
    assert [e.text for e in (await s.view()).timeline if e.text and "next step" in e.text.lower()]
