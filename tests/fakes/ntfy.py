"""An ntfy server that remembers what was published, is as strict as the real one, and has phones with buttons."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from drill.record import Receipt
from tests.fakes.webhook_server import Received, Reply, WebhookServer, serving

_FIELDS = {"topic", "title", "message", "priority", "tags", "click", "actions", "sequence_id"}


@dataclass
class Ntfy(WebhookServer):
    """`published` in order. `tokens`: who may publish, by topic; other topics are open. `reply` other than a
    plain 200 is given to every publication, which then is not taken."""

    published: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def receipts(self) -> Iterator[Receipt]:
        """Everything published, by what the app tells two of the same by."""
        for one in self.published:
            if "sequence_id" in one:
                yield Receipt(0.0, one["sequence_id"], "page", "", one["topic"], "", 1, 1)

    def topic(self, name: str) -> str:
        return self.url(f"/{name}")

    @property
    def titles(self) -> list[tuple[str, str]]:
        """(topic, title) in order."""
        return [(one["topic"], one["title"]) for one in self.published]

    def reply_to(self, request: Received) -> Reply:
        if self.reply.status != 200 or self.reply.hang:
            return self.reply
        wrong = self._wrong(request)
        if wrong:
            return Reply(
                wrong[0], body=json.dumps({"code": wrong[0] * 100, "http": wrong[0], "error": wrong[1]}).encode()
            )
        self.published.append(request.json)
        return Reply(body=json.dumps({"id": f"m{len(self.published)}", "event": "message", **request.json}).encode())

    def _wrong(self, request: Received) -> tuple[int, str] | None:
        if (request.method, request.path) != ("POST", "/") or len(request.body) > 16_384:
            return 400, "invalid request"
        said = request.json
        topic = str(said.get("topic"))
        if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", topic):
            return 400, "invalid topic"
        if topic in self.tokens and request.headers.get("authorization") != f"Bearer {self.tokens[topic]}":
            return 403, "forbidden"
        if set(said) - _FIELDS or said["priority"] not in range(1, 6) or not said["message"]:
            return 400, "invalid message"
        if len(said["message"].encode()) > 4096 or len(said.get("actions", [])) > 3:
            return 400, "too large"
        # What is handed on to a phone's push service with all its fields.
        assert len(request.body) < 4000
        return None

    async def press(self, publication: dict[str, Any], label: str) -> httpx2.Response:
        """The phone's owner presses `label`: the app sends what the action says, and nothing else."""
        [action] = [action for action in publication["actions"] if action["label"] == label]
        assert action["action"] == "http"
        async with httpx2.AsyncClient(timeout=10.0, trust_env=False) as http:
            return await http.request(
                action["method"], action["url"], headers=action["headers"], content=action["body"]
            )


@asynccontextmanager
async def an_ntfy() -> AsyncIterator[Ntfy]:
    """A server on 127.0.0.1."""
    server = Ntfy()
    async with serving(server):
        yield server
