"""Hostile input at every intake: a page or a clear 4xx, never a 5xx, never silence."""

import json
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain.sizing import sized, sized_repeat
from tests.api.asking import KEY, asking
from tests.fakes.gateway import RecordingGateway

TEXTS = {
    "nul": "a\0b",
    "lone surrogate": "a\ud800b",
    "reversed surrogates": "\udc00\ud800",
    "line separators": "a\u2028b\u2029c",
    "right to left override": "\u202egnp.exe",
    "zero width": "a\u200bb\ufeff",
    "emoji": "\U0001f525" * 200_000,
    "combining": "e" + "\u0301" * 10_000,
    "line breaks": "a\r\nBcc: x@example.com\r\n\r\nb",
    "escapes": "\x1b[31mred\x07",
    "template": "{{7*7}} ${7*7} <%= 7*7 %>",
    "markup": "<script>alert(1)</script><!channel>",
    "formula": "=cmd()|' /C calc'!A0",
    "path": "../../etc/passwd",
    "long": "x" * 1001,
    "year zero": "0000-00-00T00:00:00Z",
    "year 9999": "9999-12-31T23:59:59.999999999Z",
    "space": " \t\n ",
    "empty": "",
}
RAW = {
    "infinity": "1e999",
    "not a number": "NaN",
    "minus infinity": "-Infinity",
    "minus zero": "-0",
    "two to the 63": str(2**63),
    "ten thousand digits": "9" * 10_000,
    "true": "true",
    "null": "null",
    "list": '[[["x"]]]',
    "prototype": '{"__proto__": {"x": 1}, "constructor": 1}',
    "fifty deep": "[" * 50 + "]" * 50,
    "ten thousand deep": "[" * 10_000 + "]" * 10_000,
    "many keys": json.dumps({f"k{n}": n for n in range(20_000)}),
    "duplicate keys": '{"a": 1, "a": 2}',
    "minus one": "-1",
    "huge": "1000000000000",
}
VALUES = {name: json.dumps(text) for name, text in TEXTS.items()} | RAW

NATIVE = [
    "service",
    "summary",
    "dedup_key",
    "priority",
    "severity",
    "source",
    "description",
    "labels",
    "links",
    "details",
    "other",
]
ALERT = ["status", "fingerprint", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "values"]
EVENT = ["event_action", "dedup_key", "payload", "links", "images", "client", "client_url", "routing_key"]


def bodies(value: str) -> list[tuple[str, str]]:
    """`value`, raw JSON, in the place of each field of each intake."""

    def written(fields: dict[str, str]) -> str:
        return "{" + ", ".join(f'"{name}": {raw}' for name, raw in fields.items()) + "}"

    native = {"summary": '"down"'}
    alert = {"status": '"firing"', "fingerprint": '"f1"', "labels": '{"alertname": "Down"}'}
    event = {
        "routing_key": f'"{KEY}"',
        "event_action": '"trigger"',
        "payload": '{"summary": "down", "source": "s", "severity": "error"}',
    }
    made = [("/v1/alerts", written(native | {name: value})) for name in NATIVE]
    made += [("/v1/alerts", written(native | {name: f'{{"x": {value}}}'})) for name in ("labels", "details")]
    made += [("/in/alertmanager", f'{{"alerts": [{written(alert | {name: value})}]}}') for name in ALERT]
    for name in ("labels", "annotations"):
        inner = f'{{"x": {value}, "summary": {value}, "alertname": {value}, "severity": {value}}}'
        made.append(("/in/alertmanager", f'{{"alerts": [{written(alert | {name: inner})}]}}'))
    made += [("/in/alertmanager", f'{{"alerts": {value}}}'), ("/in/alertmanager", value)]
    made += [("/v2/enqueue", written(event | {name: value})) for name in EVENT]
    payload = f'{{"summary": {value}, "source": {value}, "severity": {value}, "custom_details": {value}}}'
    made += [("/v2/enqueue", written(event | {"payload": payload})), ("/v2/enqueue", value)]
    return made


def fits(gateway: RecordingGateway) -> None:
    """What was told can be cut to size and written as the UTF-8 that Temporal carries."""
    for event in gateway.events:
        for cut in (sized(event), sized_repeat(event)):
            assert len(cut.model_dump_json().encode()) < 24 * 1024


@pytest.mark.parametrize("name", VALUES)
async def test_hostile_values_page_or_are_refused(name: str) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        for path, body in bodies(VALUES[name]):
            before = len(gateway.told)
            answer = await client.post(path, content=body.encode("utf-8", "surrogatepass"))
            assert answer.status_code == 202 or 400 <= answer.status_code < 500, (path, body[:200], answer.text)
            assert (len(gateway.told) > before) == (answer.status_code == 202), (path, body[:200])
            answer.json()
    fits(gateway)


@pytest.mark.parametrize("body", [b"\xff\xfe\xfd", b"\x80", b"\xef\xbb\xbf", b'"\xed\xa0\x80"', bytes(range(256))])
@pytest.mark.parametrize("path", ["/v1/alerts", "/in/alertmanager", "/v2/enqueue", "/v2/change/enqueue"])
async def test_bytes_that_are_no_text_are_no_accident(path: str, body: bytes) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        answer = await client.post(path, content=body)
    assert answer.status_code == 202 or 400 <= answer.status_code < 500
    assert (len(gateway.told) > 0) == (answer.status_code == 202)


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\u202e" * 300, "k" * 100_000])
async def test_any_dedup_key_of_a_source_is_a_key_that_can_travel(text: str) -> None:
    gateway = RecordingGateway()
    body = json.dumps({"alerts": [{"status": "firing", "fingerprint": text, "labels": {"a": text}}]})
    async with asking(gateway) as client:
        for _ in range(2):
            assert (await client.post("/in/alertmanager", content=body)).status_code == 202
    first, second = (sized(event).dedup_key for event in gateway.events)
    assert first is not None
    assert first == second
    assert len(first.encode()) <= 4 * 255


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def fields(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))


@settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES") or "50"), deadline=None)
@given(native=fields(NATIVE), event=fields(EVENT))
async def test_whatever_the_fields_hold_it_pages_or_is_refused(native: dict[str, Any], event: dict[str, Any]) -> None:
    gateway = RecordingGateway()
    async with asking(gateway) as client:
        for path, body in (
            ("/v1/alerts", {"summary": "down"} | native),
            ("/v2/enqueue", {"routing_key": KEY, "event_action": "trigger"} | event),
        ):
            before = len(gateway.told)
            answer = await client.post(path, content=json.dumps(body).encode())
            assert answer.status_code == 202 or 400 <= answer.status_code < 500, answer.text
            assert (len(gateway.told) > before) == (answer.status_code == 202)
    fits(gateway)
