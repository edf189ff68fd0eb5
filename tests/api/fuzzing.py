"""Requests made of the OpenAPI: each parameter and field as the schema has it, or something hostile instead."""

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.api.test_hostile_input import JSON, RAW, TEXTS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or "25")
"""`make fuzz N=…`; a short run is part of `make test`."""

MOST_IN_A_URL = 1000
NAMES = ["checkout", "primary", "ada", "kuma", "nightly", "payments", "0123abcd", "7d", "1h", "triggered", "P1"]
WORDS = st.sampled_from([*TEXTS.values(), *NAMES]) | st.text(max_size=30)
PLAUSIBLE = {
    "service": "checkout",
    "user": "ada",
    "by": "ada",
    "escalation_policy": "payments",
    "for": "1h",
    "step": 1,
    "priority": "P1",
    "href": "https://x.example/1",
    "description": "5xx of POST /pay",
}
"""What a field of that name holds where all is well: else nearly every request would be refused at once."""
HOSTILE = st.sampled_from([json.loads(raw) for raw in RAW.values() if len(raw) < 200]) | JSON | WORDS


@dataclass(frozen=True)
class Asked:
    """One request; `operation` is what the OpenAPI calls it."""

    operation: str
    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def mostly(usual: st.SearchStrategy[Any], seldom: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """`usual`, and one time in eight `seldom`: a request with something wrong everywhere gets nowhere."""
    return st.integers(0, 7).flatmap(lambda throw: usual if throw else seldom)


def operations(spec: dict[str, Any], alert: str) -> dict[str, st.SearchStrategy[Asked]]:
    """Requests to each operation of `spec`, by its name; `alert` is one that there is."""
    return {
        f"{method} {path}": _operation(spec, path, method, operation, alert)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
    }


def _operation(
    spec: dict[str, Any], path: str, method: str, operation: dict[str, Any], alert: str
) -> st.SearchStrategy[Asked]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    in_query = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")

    @st.composite
    def one(draw: st.DrawFn) -> Asked:
        where = path
        for name in names:
            known = alert if name == "alert" else draw(st.sampled_from(NAMES))
            # A client of ours sends no longer an address.
            said = draw(st.just(known) | WORDS)[:MOST_IN_A_URL] or "x"
            where = where.replace(f"{{{name}}}", quote(said.encode("utf-8", "replace"), safe=""))
        asked = {name: draw(WORDS)[:MOST_IN_A_URL] for name in in_query if draw(st.booleans())}
        query = urlencode(asked, errors="replace")
        body = None
        if method in ("post", "put", "patch"):
            value = draw(mostly(_like(spec, schema or {}), HOSTILE))
            body = json.dumps(value).encode("utf-8", "surrogatepass")
            body = draw(mostly(st.just(body), st.just(body[: len(body) // 2]) | st.binary(max_size=20)))
        kind = draw(st.sampled_from(["application/json", "application/json; charset=utf-16", "text/plain", ""]))
        headers = {"content-type": kind} if kind else {}
        return Asked(f"{method} {path}", method.upper(), f"{where}?{query}" if query else where, body, headers)

    return one()


def _like(spec: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """What `schema` takes, more or less; in its places something hostile now and then."""
    if "$ref" in schema:
        return _like(spec, spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth)
    if depth > 4:
        return HOSTILE
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return st.one_of([_like(spec, one, depth + 1) for one in schema[several]])
    if "enum" in schema or "const" in schema:
        return mostly(st.sampled_from(schema.get("enum") or [schema["const"]]), HOSTILE)
    match schema.get("type"):
        case "object":
            fields = {
                name: mostly(_field(spec, name, one, depth + 1), HOSTILE)
                for name, one in schema.get("properties", {}).items()
            }
            required = {name: fields.pop(name) for name in schema.get("required", []) if name in fields}
            return st.fixed_dictionaries(required, optional=fields)
        case "array":
            return st.lists(_like(spec, schema.get("items", {}), depth + 1), max_size=3)
        case "string":
            return WORDS
        case "integer" | "number":
            return st.integers() | st.floats()
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return HOSTILE


def _field(spec: dict[str, Any], name: str, schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    like = _like(spec, schema, depth)
    return mostly(st.just(PLAUSIBLE[name]), like) if name in PLAUSIBLE else like


def forms() -> st.SearchStrategy[dict[str, str]]:
    """What Twilio's fields may hold."""
    names = ["Body", "From", "To", "MessageSid", "AccountSid", "Digits", "CallSid", "MessageStatus", "ErrorCode", "x"]
    known = st.sampled_from(["ack", "ack all", "4", "resolve ABCDEF", "+447700900001", "delivered", "30007", "SM1"])
    clean = (known | WORDS).map(lambda said: said.encode("utf-8", "replace").decode()[:2000])
    return st.dictionaries(st.sampled_from(names), clean, max_size=8)


def interactions() -> st.SearchStrategy[Any]:
    """What Slack's payload may hold."""
    action = st.fixed_dictionaries(
        {}, optional={"action_id": st.sampled_from(["roust.acknowledge", "x"]) | HOSTILE, "value": HOSTILE}
    )
    whole = {
        "type": st.just("block_actions") | HOSTILE,
        "user": st.fixed_dictionaries({"id": st.just("U0ADA") | HOSTILE}) | HOSTILE,
        "actions": st.lists(action, max_size=2) | HOSTILE,
        "response_url": HOSTILE,
        "message": st.fixed_dictionaries({"text": HOSTILE}) | HOSTILE,
    }
    return st.fixed_dictionaries({}, optional=whole) | HOSTILE
