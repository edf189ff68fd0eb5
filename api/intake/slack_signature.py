"""Whether Slack itself sent it: the signature over the raw body, its age, and that it came once."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping

import structlog
from fastapi import Request

from api.access import Rule, unauthorized
from roust.domain.directory import Directory
from roust.runtime.clock import CLOCK

log = structlog.get_logger()

WINDOW = 300
"""Seconds that a request may be old, or Slack's clock ahead (docs.slack.dev, Verifying requests)."""
_MOST_SEEN = 10_000


class SlackSigned(Rule):
    """`v0=` and the HMAC-SHA256 of `v0:{timestamp}:{body}` under the app's signing secret, in constant time.

    401, the same for a forged, a stale and a replayed one and where Slack is not configured; the reason is
    in the log. What was seen is remembered in this process as long as its timestamp would be taken.
    """

    rule = "slack signature"

    def __init__(self, clock: Callable[[], float] = CLOCK.epoch) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, request: Request) -> bytes:
        directory: Directory = request.app.state.directory.directory
        settings, body = directory.channels.slack, await request.body()
        secret = settings.signing_secret.get_secret_value() if settings else ""
        if why := self._doubt(secret, request.headers, body):
            log.warning("slack interaction refused", why=why)
            raise unauthorized()
        return body

    def _doubt(self, secret: str, headers: Mapping[str, str], body: bytes) -> str | None:
        if not secret:
            return "channels.slack is not configured"
        stamp, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            return "no timestamp"
        made = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={made}".encode(), given.encode("latin-1", "replace")):
            return "forged: the signature is not that of this body"
        now = self._clock()
        if abs(now - int(stamp)) > WINDOW:
            return "stale: its timestamp is more than five minutes off"
        if not self._first(made, now):
            return "replayed: the same request came before"
        return None

    def _first(self, signature: str, now: float) -> bool:
        while self._seen and (len(self._seen) >= _MOST_SEEN or next(iter(self._seen.values())) < now):
            self._seen.popitem(last=False)
        if signature in self._seen:
            return False
        # Its timestamp may be ahead of our clock by as much as it may be behind.
        self._seen[signature] = now + 2 * WINDOW
        return True
