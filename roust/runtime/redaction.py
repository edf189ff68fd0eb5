"""Redaction: what must never stand in a log, an error or a metric, struck out wherever it appears."""

import re
from collections.abc import Mapping
from typing import Any

STRUCK = "***"

SECRET_NAMES = re.compile(
    r"(?i)(secret|password|passwd|token|api_?key|auth|credential|cookie|signature|integration_?key|routing_?key|link_?key"
    r"|^key$|^keys$|email|e_mail|^mail$|phone|sms|voice|address$|recipient|webhook_?url)"
)
"""Field names whose values are struck out whatever they hold."""

HARMLESS_NAMES = frozenset({"dedup_key", "idempotency_key"})

_PATTERNS = (
    # Keys and answer tokens that stand in a path, and every query string.
    (re.compile(r"(/in/[A-Za-z0-9_-]+/)[^\s?#\"']+"), rf"\1{STRUCK}"),
    (re.compile(r"(/a/)[^\s?#\"']+"), rf"\1{STRUCK}"),
    (re.compile(r"(?i)\b(bearer|basic|geniekey|token)(\s+|=)[A-Za-z0-9._~+/=-]{6,}"), rf"\1\2{STRUCK}"),
    (re.compile(r"(?i)\b((?:routing|integration|api)_?key\"?'?\s*[=:]\s*\"?'?)[^\s\"',}&]+"), rf"\1{STRUCK}"),
    # user:password@ in an address.
    (re.compile(r"(://)[^\s/@]+@"), rf"\1{STRUCK}@"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), STRUCK),
    (re.compile(r"(?<![\w.:+-])\+\d[\d ()-]{6,18}\d"), STRUCK),
    (re.compile(r"https://hooks\.[^\s\"']+"), STRUCK),
)


def redact(value: Any, name: str = "") -> Any:
    """`value` without secrets and contact addresses: by its field's `name`, else by its looks."""
    if name and name not in HARMLESS_NAMES and SECRET_NAMES.search(name) and value not in (None, "", [], {}):
        return STRUCK
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if isinstance(value, BaseException):
        return redact_text(f"{type(value).__name__}: {value}")
    return value


def redact_text(text: str) -> str:
    """`text` with keys, tokens, e-mail addresses and phone numbers struck out."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
