"""Texts that would break a channel. Each must go out, and none may raise."""

from typing import Any

from roust.domain.alert import AlertText, Link
from tests.builders import an_alert


def _deep(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"in": value}
    return value


WORDS = {
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
    "line separators": "a\u2028b\u2029c\x85d",
    "right-to-left override": "a\u202egnp.exe",
    "zero width": "a\u200bb\ufeffc\u2060d",
    "emoji": "🔥" * 250_000,
    "combining": "a" + "\u0301" * 10_000,
    "header injection": "a\r\nBcc: evil@example.net\r\n\r\nbody",
    "bare cr": "a\rSubject: b",
    "template": "{{7*7}} {% raise %} ${7*7}",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": "=cmd()|' /C calc'!A0",
    "path": "../../etc/passwd",
    "prototype": "__proto__",
    "nothing": "",
    "blank": " \t\n ",
    "a very long word": "x" * 100_000,
    "c1": "a\x9bb\x1b[31mred",
    "dots": ".\r\n.\r\nQUIT\r\n",
    "encoded word": "=?utf-8?q?=0D=0ABcc:_evil=40example.net?=",
    "percent": "%s %n %(x)s {0}",
    "noncharacters": "\ufffe\uffff\U0010ffff",
}

VALUES: dict[str, Any] = {
    "not a number": {"x": float("nan"), "y": float("inf"), "z": -0.0},
    "numbers": {"x": 2**63, "y": 10**5000, "z": -1},
    "deep": _deep(900),
    "wide": {str(i): i for i in range(100_000)},
    "types": {"x": [None, True, 1.5, "a", {"b": []}], "__proto__": {"admin": True}},
    "surrogate key": {"\ud800": "\udfff"},
}


def an_alert_that_says(word: str) -> AlertText:
    """An alert that says `word` in every place a source may write."""
    return an_alert(
        summary=word,
        description=word,
        source=word,
        dedup_key=word,
        labels={word: word},
        links=[Link(href=word, text=word), Link(href="javascript:alert(1)", text="press")],
        details={word: [word]},
    )


def corpus() -> dict[str, AlertText]:
    """Every hostile alert by its name."""
    said = {name: an_alert_that_says(word) for name, word in WORDS.items()}
    return said | {name: an_alert().model_copy(update={"details": v}) for name, v in VALUES.items()}
