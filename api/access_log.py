"""The access log: who asked for what and how it went, never with what secret."""

import re
import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workflows.messages import parse_alert_id

log = structlog.get_logger("roust.access")

_SECRETS = re.compile(r"(?P<before>/in/[^/?\s]+/|/a/)[^?\s\"]+", re.IGNORECASE)
# What looks like a key or a token where none belongs: somebody put it into the wrong place. An alert's id is none.
_MISPLACED = re.compile(r"(?<=/)(?![^/?]+-[0-9a-f]{20}-[0-9a-f-]{36}(?:[/?]|$))(?=[^/?]*\d)[^/?\s]{20,}")
_LOOKING = ("GET", "HEAD", "OPTIONS")
_QUERY = re.compile(r"\?[^\s\"]*")


def redacted(path: str) -> str:
    """`path` without what may open a door: keys, links' tokens, the query; control characters escaped."""
    plain = _MISPLACED.sub("***", _QUERY.sub("", _SECRETS.sub(r"\g<before>***", path)))
    return plain[:200].encode("unicode_escape").decode("ascii")


class AccessLog:
    """One line per request: method, path without secrets, status, milliseconds; the alert that it was about.

    And one, `audit`, for each that a person made, by a token or a link, to change something: who, with what
    right, what, and how it went.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        begin = time.monotonic()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            milliseconds = round((time.monotonic() - begin) * 1000, 1)
            what: dict[str, Any] = {"method": scope["method"], "path": redacted(scope["path"]), "status": status}
            who = scope.get("state", {}).get("audit")
            named = scope.get("path_params", {}).get("alert") or (who or {}).get("alert")
            # Only what is an alert's id: anything else in its place may be a secret that went astray.
            if named and parse_alert_id(str(named)):
                what["alert"] = str(named)
            log.info("request", **what, milliseconds=milliseconds)
            if who is not None and scope["method"] not in _LOOKING:
                log.info("audit", **{**who, **what})
