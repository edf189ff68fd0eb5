"""A Slack workspace: its Web API as strict as the real one, members who press buttons, signed interactions."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from tests.fakes.webhook_server import Received, Reply, WebhookServer, serving

BOT_TOKEN, SIGNING_SECRET = "xoxb-of-tests", "signing-secret-of-tests"


@dataclass
class Posted:
    """One message; `faces` are its texts and blocks from the first on, the last is what is seen."""

    channel: str
    ts: str
    faces: list[dict[str, Any]]
    thread: str | None = None

    @property
    def text(self) -> str:
        return str(self.faces[-1]["text"])

    @property
    def buttons(self) -> dict[str, str]:
        """action_id: value."""
        actions = [block for block in self.faces[-1].get("blocks", []) if block["type"] == "actions"]
        return {button["action_id"]: button["value"] for block in actions for button in block["elements"]}

    @property
    def words(self) -> str:
        """Everything that is read in it."""
        return json.dumps(self.faces[-1], ensure_ascii=False)


@dataclass
class Slack(WebhookServer):
    """`members` (U…) have a conversation each with the app; `channels` (C…) are those it is in.

    `messages` in order; `whispers` what was said back to pressers; `fail` scripts a method's next errors.
    """

    members: dict[str, str] = field(default_factory=lambda: {"U0ADA": "D0ADA", "U0BEN": "D0BEN"})
    channels: set[str] = field(default_factory=lambda: {"C0OUTAGES"})
    messages: list[Posted] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    _clock: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1_700_000_000))

    @property
    def base_url(self) -> str:
        return self.url("/api")

    def fail(self, method: str, *errors: str) -> None:
        self.errors[method] = list(errors)

    def reply_to(self, request: Received) -> Reply:
        if request.path.startswith("/response/"):
            self.whispers.append(request.json)
            return Reply(body=b"ok")
        if self.reply.status != 200 or self.reply.body or self.reply.hang:
            return self.reply
        method = request.path.removeprefix("/api/")
        self.called.append(method)
        return Reply(body=json.dumps(self._answer_call(method, request)).encode())

    def _answer_call(self, method: str, request: Received) -> dict[str, Any]:
        if request.headers.get("authorization") != f"Bearer {BOT_TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if self.errors.get(method):
            return {"ok": False, "error": self.errors[method].pop(0)}
        said = request.json
        match method:
            case "conversations.open":
                found = self.members.get(said["users"])
                return {"ok": True, "channel": {"id": found}} if found else {"ok": False, "error": "user_not_found"}
            case "chat.postMessage":
                return self._post(said)
            case "chat.update":
                return self._update(said)
        return {"ok": False, "error": "unknown_method"}

    def _post(self, said: dict[str, Any]) -> dict[str, Any]:
        channel = self.members.get(said["channel"], said["channel"])
        if channel not in {*self.channels, *self.members.values()}:
            return {"ok": False, "error": "channel_not_found"}
        assert said["unfurl_links"] is False
        assert said["unfurl_media"] is False
        if wrong := _wrong(said):
            return {"ok": False, "error": wrong}
        ts = f"{next(self._clock)}.000100"
        face = {name: said[name] for name in ("text", "blocks") if name in said}
        self.messages.append(Posted(channel, ts, [face], said.get("thread_ts")))
        return {"ok": True, "channel": channel, "ts": ts}

    def _update(self, said: dict[str, Any]) -> dict[str, Any]:
        # The real one takes the conversation's own id alone.
        found = [m for m in self.messages if (m.channel, m.ts) == (said["channel"], said["ts"])]
        if not found:
            return {"ok": False, "error": "message_not_found"}
        if wrong := _wrong(said):
            return {"ok": False, "error": wrong}
        found[0].faces.append({name: said[name] for name in ("text", "blocks")})
        return {"ok": True, "channel": said["channel"], "ts": said["ts"]}

    def interaction(self, message: Posted, button: str, by: str, **parts: Any) -> dict[str, Any]:
        """What Slack would send when `by` presses `button` of `message`."""
        return {
            "type": "block_actions",
            "user": {"id": by, "username": by.lower()},
            "api_app_id": "A0ROUST",
            "channel": {"id": message.channel},
            "message": {"ts": message.ts, "text": message.text},
            "response_url": self.url(f"/response/{message.ts}"),
            "actions": [{"type": "button", "action_id": button, "value": message.buttons.get(button, "")}],
            **parts,
        }

    async def press(self, roust: str, message: Posted, button: str, by: str) -> httpx2.Response:
        """`by` presses, and Slack tells Roust at `roust`, signed."""
        body = form(self.interaction(message, button, by))
        async with httpx2.AsyncClient(timeout=10.0, trust_env=False) as http:
            return await http.post(f"{roust}/in/slack/interactions", content=body, headers=signed(body))


def form(payload: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(body: bytes, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """Slack's headers for `body`, made apart from our own code."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b":".join([b"v0", stamp.encode(), body]), hashlib.sha256).hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
    }


def _wrong(said: dict[str, Any]) -> str | None:
    """Why Block Kit would not take it."""
    if not said["text"]:
        return "no_text"
    for block in said.get("blocks", []):
        for text in _texts(block):
            most = 150 if block["type"] == "header" else 3000
            if not 0 < len(text) <= most:
                return "invalid_blocks"
        if block["type"] == "actions" and any(len(one["value"]) > 2000 for one in block["elements"]):
            return "invalid_blocks"
    return None


def _texts(found: Any) -> list[str]:
    if isinstance(found, list):
        return [text for one in found for text in _texts(one)]
    if not isinstance(found, dict):
        return []
    own = [found["text"]] if isinstance(found.get("text"), str) else []
    return own + [text for one in found.values() for text in _texts(one)]


@asynccontextmanager
async def a_slack() -> AsyncIterator[Slack]:
    """A workspace on 127.0.0.1."""
    server = Slack()
    async with serving(server):
        yield server
