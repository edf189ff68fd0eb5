"""Texts that must have a form: addresses, numbers, URLs, networks. A reason says what is wrong, never the text."""

import base64
import binascii
import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from itertools import chain
from urllib.parse import SplitResult, urlsplit

import phonenumbers

from roust.config.validate import Draft
from roust.domain.apprise import NEVER
from roust.domain.apprise import refusal as apprise_refusal
from roust.domain.zones import zone_names

MOST_URL = 2048

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{6,}")


def check_formats(draft: Draft) -> None:
    """Every text of a known place has its form."""
    named = [str(node.value).lower() for _, node in draft.root.select("channels.apprise.schemas.*")]
    for pattern, reason in FORMATS:
        for path, node in draft.root.select(pattern):
            if isinstance(node.value, str) and not node.missing and (wrong := reason(node.value)):
                # A reason may name what it is about; what came from outside is not repeated.
                draft.error(path, f"the value of {node.origin} is not valid here" if node.origin else wrong)
    for path, node in draft.root.select("users.*.contacts.*.apprise"):
        if isinstance(node.value, str) and not node.missing and (wrong := apprise_refusal(node.value, named)):
            draft.error(path, wrong)
    _zones(draft)


def _zones(draft: Draft) -> None:
    known = zone_names()
    zones = (draft.root.select(pattern) for pattern in ("users.*.time_zone", "stakeholder_groups.*.time_zone"))
    for path, node in chain(*zones):
        if isinstance(node.value, str) and not node.missing and node.value not in known:
            what = f"named {node.value[:64]!r}{draft.hint(node.value, known)}" if not node.origin else "of that name"
            draft.error(path, f"no time zone {what}")


def email_reason(text: str) -> str | None:
    """What keeps `text` from being the address of one recipient."""
    if re.search(r"[\x00-\x1f\x7f]", text):
        return "not an e-mail address: holds a line break or control character"
    if re.search(r"[,;\s<>]", text):
        return "must be one plain e-mail address: no list, no name, no spaces"
    local, at, host = text.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or not _HOST.fullmatch(host) or len(local) > 64 or len(text) > 254:
        return "not an e-mail address (like ada@example.com)"
    return None


def phone_reason(text: str) -> str | None:
    """What keeps `text` from being a telephone number that can be dialled from anywhere."""
    form = "must be a telephone number in E.164, like +447700900001"
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        return form
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return f"{form}: no such country code"
    return None if phonenumbers.is_possible_number(number) else f"{form}: no number of that country has this length"


def url_reason(text: str) -> str | None:
    """What keeps `text` from being an http(s) URL with a host."""
    if len(text) > MOST_URL:
        return f"must be at most {MOST_URL} characters long"
    if re.search(r"[\x00-\x20\x7f\\]", text):
        return "not a URL: holds a space, a backslash or a control character"
    parts = split_url(text)
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        return "must be a URL that begins with https:// or http://"
    return None


def split_url(text: str) -> SplitResult | None:
    """The parts of a URL; None when it is none."""
    try:
        parts = urlsplit(text)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def loopback(host: str) -> bool:
    """Whether `host` is this machine itself."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _ntfy_reason(text: str) -> str | None:
    parts = split_url(text)
    if parts is not None and (parts.username or parts.query or parts.fragment):
        return "must be the plain URL of a topic: no ?, no #, no user (a token goes to channels.ntfy.tokens)"
    topic = parts.path.rpartition("/")[2] if parts is not None else ""
    if url_reason(text) is None and not _TOPIC.fullmatch(topic):
        return "must be a server and a topic of letters, digits, _ and -, like https://ntfy.example.com/ada"
    return url_reason(text)


def _schema_reason(text: str) -> str | None:
    if text.lower() in NEVER:
        return "acts on the machine that Roust runs on, which is never allowed"
    return None if re.fullmatch(r"[a-z0-9]{1,24}", text) else "must be the bare schema of an Apprise URL, like gotifys"


def _base_reason(text: str) -> str | None:
    parts = split_url(text)
    if parts is not None and (parts.query or parts.fragment or parts.username):
        return "must be the plain address that links begin with: no user, no ?, no #"
    return url_reason(text)


def _network_reason(text: str) -> str | None:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return "must be an address or network, like 10.0.0.0/8"
    return None


def _signing_reason(text: str) -> str | None:
    if text.startswith("whsec_"):
        try:
            base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            return "begins with whsec_, but what follows is not base64"
    return None


def _slack_reason(text: str) -> str | None:
    return None if _SLACK_ID.fullmatch(text) else "must be a Slack id, like U012AB3CD or C0OUTAGES"


def _provider_reason(text: str) -> str | None:
    parts = split_url(text)
    if parts is not None and parts.scheme == "http" and parts.hostname and not loopback(parts.hostname):
        return "must begin with https://: a secret goes there (http only to this machine itself)"
    return _base_reason(text)


def _host_reason(text: str) -> str | None:
    try:
        ip_address(text)
    except ValueError:
        return None if _HOST.fullmatch(text) else "must be the name or address of a host"
    return None


FORMATS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("url", _base_reason),
    ("dead_mans_switch", url_reason),
    ("users.*.contacts.*.email", email_reason),
    ("users.*.contacts.*.webhook", url_reason),
    ("users.*.contacts.*.ntfy", _ntfy_reason),
    ("users.*.contacts.*.sms", phone_reason),
    ("users.*.contacts.*.voice", phone_reason),
    ("users.*.contacts.*.slack", _slack_reason),
    ("services.*.runbook", url_reason),
    ("stakeholder_groups.*.members.*.email", email_reason),
    ("stakeholder_groups.*.members.*.webhook", url_reason),
    ("stakeholder_groups.*.members.*.slack", _slack_reason),
    ("channels.email.host", _host_reason),
    ("channels.email.from", email_reason),
    ("channels.webhook.allow.*", _network_reason),
    ("channels.webhook.secret", _signing_reason),
    ("channels.twilio.from", phone_reason),
    ("channels.slack.base_url", _provider_reason),
    ("channels.ntfy.allow.*", _network_reason),
    ("channels.twilio.base_url", _provider_reason),
    ("channels.apprise.schemas.*", _schema_reason),
)
"""Where a text of the file must have which form. (Times, durations, matchers have theirs in the domain.)"""
