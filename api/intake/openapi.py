"""What the intakes read, for `/docs`: they parse bodies themselves, leniently, and say the shape here."""

from typing import Any

from pydantic import BaseModel


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The `requestBody` of `model`, whole, for a route's `openapi_extra`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _inlined(schema, parts)}},
        }
    }


def any_json() -> dict[str, Any]:
    """The `requestBody` of a route that takes whatever its user's source sends."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}


def key_in(path: str) -> dict[str, Any]:
    """The parameter `key` of a route whose `path` holds it: read by its access rule, which no schema knows."""
    if "{key:path}" not in path:
        return {}
    said = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
    return {"parameters": [said | {"description": "An integration key of the service."}]}


def _inlined(value: Any, parts: dict[str, Any]) -> Any:
    match value:
        case {"$ref": str(ref)}:
            return _inlined(parts[ref.rsplit("/", 1)[-1]], parts)
        case dict():
            return {name: _inlined(one, parts) for name, one in value.items()}
        case list():
            return [_inlined(one, parts) for one in value]
        case _:
            return value
