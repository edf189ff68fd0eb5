"""The guard of outgoing requests: what a webhook may never reach."""

import asyncio
import socket
from typing import Any

import pytest

from activities.channels.guard import Guard
from roust.domain.errors import Refused

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2001:10::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "5f00::1",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"]
MISLEADING = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "127.1",
    "127.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.01",
    "1.2.3.4.5",
    "256.256.256.256",
    "127.0.0.1.",
    "0",
    "0x",
    "evil.0x7f000001",
    "example.123",
]


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_what_is_not_public_is_refused(address: str, scheme: str) -> None:
    with pytest.raises(Refused, match="private"):
        Guard().check(address, scheme)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached_by_https(address: str) -> None:
    Guard().check(address, "https")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not_reached_in_the_clear(address: str) -> None:
    with pytest.raises(Refused, match="without https"):
        Guard().check(address, "http")
    Guard([address]).check(address, "http")


def test_what_the_operator_allows_is_reached_and_nothing_beside_it() -> None:
    guard = Guard(["10.1.0.0/16", "fd00::/8"])
    for allowed in ("10.1.255.255", "fd00::1"):
        guard.check(allowed, "http")
    for address in ("10.2.0.0", "127.0.0.1", "::ffff:10.1.0.1", "64:ff9b::a01:1", "fc00::1"):
        with pytest.raises(Refused):
            guard.check(address, "https")


@pytest.mark.parametrize("host", MISLEADING)
async def test_an_address_in_a_misleading_spelling_is_refused(host: str) -> None:
    with pytest.raises(Refused):
        await Guard(["127.0.0.0/8"]).addresses(host, 443, "https")


@pytest.mark.parametrize("host", ["fe80::1%eth0", "fe80::1%25lo", "localhost%00.example.com"])
async def test_an_interface_in_a_host_is_refused(host: str) -> None:
    with pytest.raises(Refused):
        await Guard().addresses(host, 443, "https")


@pytest.mark.parametrize("host", ["localhost", "ip6-localhost.localhost"])
async def test_a_name_of_this_machine_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, {host: ["127.0.0.1", "::1"]})
    with pytest.raises(Refused, match="private"):
        await Guard().addresses(host, 443, "https")


async def test_one_private_address_among_public_ones_is_a_trap(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, {"trap.test": ["8.8.8.8", "10.0.0.1"], "good.test": ["8.8.8.8", "1.1.1.1"]})
    with pytest.raises(Refused, match="private"):
        await Guard().addresses("trap.test", 443, "https")
    assert await Guard().addresses("good.test", 443, "https") == ["8.8.8.8", "1.1.1.1"]


async def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups = resolving(monkeypatch, {"good.test": ["8.8.8.8"]})
    await Guard().addresses("good.test", 443, "https")
    assert lookups == ["good.test"]


def test_a_network_that_is_none_is_found_at_once() -> None:
    with pytest.raises(ValueError):
        Guard(["not a network"])


def resolving(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> list[str]:
    """`names` resolve so, and nothing else is looked up anywhere; remembers what was asked."""
    lookups: list[str] = []

    async def getaddrinfo(self: Any, host: str, port: int, **more: Any) -> list[Any]:
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in names[host]]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return lookups
