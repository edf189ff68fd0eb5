"""The guard of outgoing requests: which addresses a webhook may reach, checked at the very connection."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2
import httpx2

from activities.channels.hearing import HearingBackend
from roust.domain.errors import Refused

Network = IPv4Network | IPv6Network

_UNICAST6 = IPv6Network("2000::/3")
# Addresses inside which another address hides, or that stand for whoever is nearest.
_DISGUISES: tuple[Network, ...] = (
    IPv6Network("2001::/32"),  # Teredo
    IPv6Network("2002::/16"),  # 6to4
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv6Network("3fff::/20"),  # documentation (RFC 9637), of which older Pythons know nothing
)
_ISATAP = (0x00005EFE, 0x02005EFE)
"""What the interface part begins with, before the IPv4 address inside (RFC 5214)."""
# As in the URL standard: a host whose last label is a number is an IPv4 address, however oddly it is written.
_NUMERIC_HOST = re.compile(r"(?:^|\.)(?:\d+|0[xX][0-9a-fA-F]*)\.?$")


class Guard:
    """Decides which hosts may be reached. `allow` names the networks that the operator allows besides;
    `whose` is the address's, in a refusal."""

    def __init__(self, allow: Iterable[str] = (), whose: str = "the webhook") -> None:
        self.whose = whose
        self._allow: list[Network] = [ip_network(network, strict=False) for network in allow]

    async def addresses(self, host: str, port: int, scheme: str) -> list[str]:
        """The addresses of `host`, resolved once: what a connection must be made to, and to nothing else.

        Raises Refused when any of them may not be reached: a name with one private address is a trap, not a
        service. `http` reaches only addresses that the operator allows; public ones need `https`.
        Raises OSError when the name does not resolve now.
        """
        self._well_spelt(host)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        for address in addresses:
            self.check(address, scheme)
        return addresses

    def check(self, address: str, scheme: str) -> None:
        """Raises Refused when `address` may not be reached by `scheme`."""
        try:
            ip = ip_address(address)
        except ValueError:
            raise Refused(f"{self.whose}'s host has no usable address") from None
        if any(ip in network for network in self._allow):
            return
        if not _public(ip):
            raise Refused(f"{self.whose} leads to a private address that the operator does not allow")
        if scheme != "https":
            raise Refused(f"{self.whose} leads to a public address without https")

    def _well_spelt(self, host: str) -> None:
        if "%" in host:
            raise Refused(f"{self.whose}'s host names a network interface")
        if ":" in host or not _NUMERIC_HOST.search(host):
            return
        try:
            IPv4Address(host)
        except ValueError:
            raise Refused(f"{self.whose}'s host is an address in a misleading spelling") from None


class NoGuard(Guard):
    """For a provider whose URL the operator alone writes: it may be anywhere."""

    def check(self, address: str, scheme: str) -> None:
        return


def _public(ip: IPv4Address | IPv6Address) -> bool:
    if any(ip in network for network in _DISGUISES) or ip.is_multicast or not ip.is_global:
        return False
    if isinstance(ip, IPv6Address) and int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
        return False
    # Mapped, compatible and NAT64 addresses, and whatever else embeds an IPv4 one, lie outside 2000::/3.
    return isinstance(ip, IPv4Address) or ip in _UNICAST6


class GuardedTransport(httpx2.AsyncBaseTransport):
    """A transport that connects to the checked address itself, so that a second look-up cannot lead
    elsewhere, and hears within bounds. Host header, SNI and the certificate's name stay those of the URL.
    No proxies, no redirects."""

    def __init__(self, guard: Guard, verify: ssl.SSLContext | None = None) -> None:
        context = verify or httpx2.create_ssl_context(trust_env=False)
        self._whose = guard.whose
        self._pools = {
            scheme: httpcore2.AsyncConnectionPool(
                ssl_context=context,
                # A page is rare, and a connection kept from the last one is often dead.
                max_keepalive_connections=0,
                network_backend=_PinnedBackend(guard, scheme),
            )
            for scheme in ("https", "http")
        }

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        pool = self._pools.get(request.url.scheme)
        if pool is None:
            raise Refused(f"{self._whose}'s URL is neither https nor http")
        answer = await pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=await request.aread(),
                extensions=request.extensions,
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


class _PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves once, checks every address, and connects to one of exactly those."""

    def __init__(self, guard: Guard, scheme: str) -> None:
        self._guard = guard
        self._scheme = scheme
        self._backend = HearingBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class's own word
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._guard.addresses(host, port, self._scheme)
        *others, last = addresses
        # One that is silent leaves the others their time.
        timeout = timeout and timeout / len(addresses)
        for address in others:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue  # the next address; the last one's error is the one that counts
        return await self._backend.connect_tcp(last, port, timeout, local_address, socket_options)
