"""Whatever URL a configuration holds: nothing private is connected to, by whoever goes to somebody's URL."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import httpcore2
import pytest

from activities.build import build_channels
from api.dead_mans_switch import DeadMansSwitch
from roust.domain.directory import Contact
from roust.domain.settings import Channels
from tests.activities.messages import a_message
from tests.builders import a_directory

TRICKS = [
    "{s}://127.0.0.1:8420/x",
    "{s}://localhost/x",
    "{s}://LOCALHOST./x",
    "{s}://foo.localhost/x",
    "{s}://127.1/x",
    "{s}://127.0.1/x",
    "{s}://2130706433/x",
    "{s}://0x7f000001/x",
    "{s}://0X7F.1/x",
    "{s}://017700000001/x",
    "{s}://0177.0.0.1/x",
    "{s}://127.0.0.1./x",
    "{s}://127.000.000.001/x",
    "{s}://0/x",
    "{s}://0.0.0.0/x",
    "{s}://[::]/x",
    "{s}://[::1]:443/x",
    "{s}://[0:0:0:0:0:0:0:1]/x",
    "{s}://[::ffff:127.0.0.1]/x",
    "{s}://[::ffff:7f00:1]/x",
    "{s}://[::127.0.0.1]/x",
    "{s}://[64:ff9b::7f00:1]/x",
    "{s}://[64:ff9b:1::a00:1]/x",
    "{s}://[2002:7f00:1::]/x",
    "{s}://[2001:0:7f00:1::]/x",
    "{s}://[2a00:1450:4001:80b:0:5efe:10.0.0.1]/x",
    "{s}://[3fff::1]/x",
    "{s}://[fe80::1%25lo]/x",
    "{s}://[fd00::1]/x",
    "{s}://169.254.169.254/latest/meta-data/",
    "{s}://[fd00:ec2::254]/x",
    "{s}://127。0。0。1/x",
    "{s}://１２７.０.０.１/x",
    "{s}://①②⑦.⓪.⓪.①/x",
    "{s}://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/x",
    "{s}://127%2e0%2e0%2e1/x",
    "{s}://127.0.0.1%00.public.test/x",
    "{s}://public.test@127.0.0.1/x",
    "{s}://public.test:443@127.0.0.1/x",
    "{s}://127.0.0.1\t/x",
    "{s}:///127.0.0.1/x",
    "{s}:127.0.0.1/x",
    "//127.0.0.1/x",
    "{s}:///x",
    "file:///etc/passwd",
    "gopher://127.0.0.1/_x",
    "unix:///run/x.sock",
    "{s}://trap.test/x",
    "{s}://private.test/x",
    "{s}://mapped.test/x",
    "{s}://scoped.test/x",
]
NAMES = {
    "public.test": ["8.8.8.8"],
    "trap.test": ["8.8.8.8", "10.0.0.1"],
    "private.test": ["192.168.1.1"],
    "mapped.test": ["::ffff:10.0.0.1"],
    "scoped.test": ["fe80::1%eth0"],
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "foo.localhost": ["127.0.0.1"],
    "": ["127.0.0.1"],
}

Send = Callable[[str], Awaitable[Any]]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a connection was begun to; none ever stands, so nothing leaves this machine."""
    made: list[str] = []

    async def connect_tcp(self: Any, host: str, *args: Any, **more: Any) -> Any:
        made.append(host)
        raise httpcore2.ConnectError("no connection in this test")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
    return made


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What each name resolves to, one answer after another; the last one stays. A number resolves as libc has it."""
    answers = {name: [found] for name, found in NAMES.items()}

    async def getaddrinfo(self: Any, host: str, port: int, **more: Any) -> list[Any]:
        left = answers.get(host.lower())
        if left is None:
            # Spellings of addresses are libc's business; a name must not be looked up outside.
            flags = socket.AI_NUMERICHOST
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return answers


def by_channel(kind: str) -> Send:
    channel = build_channels(Channels())[kind]

    async def send(url: str) -> Any:
        return await channel.send(a_message(), Contact.model_construct(**{kind: url}))

    return send


async def ping(url: str) -> None:
    """The dead man's switch, which tells of its failures by its answer."""
    directory = a_directory().model_copy(update={"dead_mans_switch": _Url(url)})
    if not await DeadMansSwitch(lambda: directory, lambda: True).ping():
        raise ConnectionError("not taken")


class _Url:
    def __init__(self, url: str) -> None:
        self._url = url

    def get_secret_value(self) -> str:
        return self._url


SENDERS: dict[str, Send] = {"webhook": by_channel("webhook"), "ntfy": by_channel("ntfy"), "dead man's switch": ping}
"""All who go to a URL of the configuration. Stakeholders' webhooks go by the first."""


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("trick", TRICKS)
async def test_no_trick_reaches_anything_private(
    sender: str, trick: str, connected: list[str], lookups: dict[str, list[list[str]]]
) -> None:
    for scheme in ("https", "http"):
        with pytest.raises(Exception) as raised:
            await SENDERS[sender](trick.format(s=scheme))
        assert not isinstance(raised.value, AssertionError | NameError | AttributeError | TypeError)
        assert connected == []


@pytest.mark.parametrize("sender", SENDERS)
async def test_a_name_that_answers_otherwise_the_second_time_is_not_asked_twice(
    sender: str, connected: list[str], lookups: dict[str, list[list[str]]]
) -> None:
    lookups["rebinding.test"] = [["8.8.8.8"], ["127.0.0.1"]]
    with pytest.raises((OSError, httpcore2.ConnectError)):
        await SENDERS[sender]("https://rebinding.test/x")
    assert connected == ["8.8.8.8"]


@pytest.mark.parametrize("sender", SENDERS)
async def test_a_public_name_is_not_reached_in_the_clear(
    sender: str, connected: list[str], lookups: dict[str, list[list[str]]]
) -> None:
    for url in ("http://public.test/x", "http://public.test:443/x", "HTTP://public.test/x"):
        with pytest.raises(Exception, match=r"https|not taken"):
            await SENDERS[sender](url)
    assert connected == []
