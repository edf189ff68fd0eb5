"""A company whose every secret and address is a canary, and a provider that repeats whatever it is told."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_server import Received, Reply, WebhookServer

SECRETS = {
    name: f"canary-{name}-0123456789"
    for name in (
        "link-key",
        "integration-key",
        "token",
        "bot-token",
        "signing-secret",
        "smtp-password",
        "twilio-token",
        "ntfy-token",
        "webhook-secret",
        "ping",
        "hook",
        "topic",
        "apprise",
        "partner",
    )
}
NUMBERS = ("+447700900771", "+447700900772")
SLACK = ("U0CANARY1", "C0CANARY2")
MAILS = ("canary.ada@example.com", "canary.board@example.com")
EVERY_CONTACT = ("mail", "hook", "push", "text", "call", "chat", "other")


@dataclass
class Parrot(WebhookServer):
    """Every provider at once. `status` other than 200: it says so, and repeats the request, headers and all."""

    status: int = 200
    heard: list[str] = field(default_factory=list)

    def reply_to(self, request: Received) -> Reply:
        said = " ".join((request.path, *request.headers.values(), request.body.decode("utf-8", "replace")))
        self.heard.append(said)
        if self.status != 200:
            # The capabilities first, for only 200 characters are kept of it.
            echoed = {"code": 21211, "message": " ".join([*self.capabilities(said), *self.shown(request), said])}
            return Reply(self.status, body=json.dumps(echoed).encode())
        answer = {"ok": True, "channel": "D0CANARY", "ts": "1700000000.000100", "sid": "SM1", "status": "queued"}
        return Reply(body=json.dumps(answer | {"id": "m1", "said": said}).encode())

    def shown(self, request: Received) -> list[str]:
        """What we showed to be let in, as error pages of proxies like to repeat it."""
        given = request.headers.get("authorization", "")
        kind, _, shown = given.partition(" ")
        return [base64.b64decode(shown).decode(), given] if kind == "Basic" else [shown] if shown else []

    def capabilities(self, said: str) -> list[str]:
        """Answer links, presses, calls and codes: whoever has one can answer."""
        plain = unquote_plus(said)
        links = re.findall(r"/a/([\w.~-]{12,})|/in/twilio/\w+/([\w.~-]{12,})|press=([\w.~-]{12,})", plain)
        codes = re.findall(r"Reply \w+ ([0-9A-Z]{6})\b", plain)
        return [*(part for link in links for part in link if part), *codes]


def a_config(file: Path, port: int, mail: MailServer, parrot: Parrot) -> Path:
    base = parrot.url("")
    everything = {
        "mail": {"email": MAILS[0]},
        "hook": {"webhook": f"{base}/hook/{SECRETS['hook']}?key={SECRETS['hook']}"},
        "push": {"ntfy": f"{base}/{SECRETS['topic']}"},
        "text": {"sms": NUMBERS[0]},
        "call": {"voice": NUMBERS[0]},
        "chat": {"slack": SLACK[0]},
        "other": {"apprise": f"json://user:{SECRETS['apprise']}@127.0.0.1:{parrot.port}/{SECRETS['apprise']}"},
    }
    written = {
        "url": f"http://127.0.0.1:{port}",
        "link_keys": [SECRETS["link-key"]],
        "operators": [{"user": "ada"}],
        "dead_mans_switch": f"{base}/{SECRETS['ping']}",
        "default_service": "checkout",
        "defaults": {"last_resort": [{"user": "ada"}]},
        "users": {"ada": {"contacts": everything}},
        "escalation_policies": {"all": {"steps": [{"notify": [{"user": "ada"}], "wait": "1h"}]}},
        "services": {"checkout": {"escalation_policy": "all", "integration_keys": [SECRETS["integration-key"]]}},
        "intakes": {"kuma": {"summary": "msg"}},
        "heartbeats": {"nightly": {"service": "checkout", "every": "25h"}},
        "stakeholder_groups": {
            "board": {
                "members": [
                    {"email": MAILS[1]},
                    {"slack": SLACK[1]},
                    {"webhook": f"{base}/notice/{SECRETS['partner']}"},
                ],
                "moments": ["triggered", "acknowledged", "resolved", "update"],
            }
        },
        "tokens": [
            {
                "name": "laptop",
                "user": "ada",
                "role": "admin",
                "sha256": hashlib.sha256(SECRETS["token"].encode()).hexdigest(),
            }
        ],
        "channels": {
            "email": {
                "host": "127.0.0.1",
                "port": mail.port,
                "from": "roust@example.com",
                "username": "roust",
                "password": SECRETS["smtp-password"],
            },
            "webhook": {"secret": SECRETS["webhook-secret"], "allow": ["127.0.0.0/8"]},
            "ntfy": {"tokens": {f"127.0.0.1:{parrot.port}": SECRETS["ntfy-token"]}, "allow": ["127.0.0.0/8"]},
            "slack": {
                "bot_token": SECRETS["bot-token"],
                "signing_secret": SECRETS["signing-secret"],
                "base_url": f"{base}/slack",
            },
            "twilio": {
                "account_sid": "AC" + "0" * 32,
                "auth_token": SECRETS["twilio-token"],
                "from": NUMBERS[1],
                "base_url": base,
            },
            "apprise": {"schemas": ["json"]},
        },
    }
    file.write_text(json.dumps(written))  # JSON is YAML.
    return file


def canaries() -> list[str]:
    """What may stand nowhere: whole, in part, and as it goes over the wire."""
    basic = base64.b64encode(f"AC{'0' * 32}:{SECRETS['twilio-token']}".encode()).decode()
    hashed = hashlib.sha256(SECRETS["token"].encode()).hexdigest()
    return ["canary", *(number[3:] for number in NUMBERS), basic, hashed]


def found_in(text: str, secrets: list[str]) -> list[str]:
    """Where one of `secrets` stands in `text`, with what is around it."""
    low = text.lower()
    places = [(secret, low.find(secret.lower())) for secret in secrets]
    return [f"{secret}: …{text[max(0, at - 120) : at + 120]}…" for secret, at in places if at >= 0]


def as_text(directory: Path) -> dict[str, str]:
    """Every file below `directory`, whatever it is: the store of Temporal too."""
    return {str(path): path.read_bytes().decode("latin-1") for path in directory.rglob("*") if path.is_file()}
