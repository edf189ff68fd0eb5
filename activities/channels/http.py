"""One HTTP request to a provider: bounded in what is read of the answer, its failures in the protocol's two words."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore2
import httpx2

from activities.channels.channel import DEADLINE, TryAgain
from activities.channels.retry_after import retry_after
from roust.domain.errors import Refused
from roust.runtime.clock import CLOCK

READING = 2.0
"""Seconds to listen to what a provider says besides its status."""
MOST_READ = 64 * 1024
_TRY_AGAIN = {408, 425, 429}


@dataclass(frozen=True)
class Answered:
    """A provider's answer: `said` is the beginning of its body, at most 64 KiB of it."""

    status: int
    headers: Mapping[str, str]
    said: str

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


async def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    transport: httpx2.AsyncBaseTransport,
    *,
    reading: float = READING,
) -> Answered:
    """POST once; no redirect is followed, no proxy of the environment used. The caller bounds the whole.

    `reading`: seconds to listen to a success; more where its body says whether it is one.

    Raises Refused when `url` is none, and what the transport raises.
    """
    async with httpx2.AsyncClient(
        transport=transport, timeout=DEADLINE, trust_env=False, follow_redirects=False
    ) as client:
        sent = {"accept-encoding": "identity", "user-agent": "roust", **headers}
        try:
            request = client.build_request("POST", url, content=content, headers=sent)
        except (httpx2.InvalidURL, ValueError):
            raise Refused("the URL cannot be understood") from None
        answer = await client.send(request, stream=True)
        said = await beginning(answer, reading if answer.is_success else READING)
        await answer.aclose()
    return Answered(answer.status_code, answer.headers, said)


def failure(status: int, headers: Mapping[str, str], said: str) -> Refused | TryAgain:
    """What a status that is no success means: 408, 425, 429, 5xx may succeed later, when the provider asks.

    `said` has been cleaned of addresses.
    """
    words = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    if 300 <= status < 400:
        return Refused(f"HTTP {status}: a redirect, which is not followed")
    if status in _TRY_AGAIN or status >= 500:
        return TryAgain(words, retry_after(headers.get("retry-after"), CLOCK.now()))
    return Refused(words)


async def beginning(answer: httpx2.Response, within: float = READING) -> str:
    """The beginning of what the provider said; nothing where it says it too slowly or breaks off."""
    said = b""
    try:
        # As it came: what it might unpack to would know no bounds.
        async with asyncio.timeout(within):
            async for part in answer.aiter_raw():
                said += part
                if len(said) >= MOST_READ:
                    break
    # The status is known, and it decides; the words only explain.
    except (TimeoutError, httpx2.HTTPError, httpcore2.ProtocolError, httpcore2.NetworkError):
        pass
    return said[:MOST_READ].decode("utf-8", "replace")
