"""`/docs`: the API as one page for people, rendered here: no script, nothing loaded from elsewhere."""

import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.access import declared

router = APIRouter()

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#8882;padding:.8rem;overflow:auto}code{font-size:.9em}h2{margin-top:2.5rem}"
)


@router.get("/docs", include_in_schema=False)
async def page(request: Request) -> HTMLResponse:
    """What OpenAPI says (`/openapi.json`), readable without tools."""
    whole = request.app.openapi()
    rules = {path: ", ".join(rules) for path, _, rules in declared(request.app.routes)}
    parts = [
        _operation(method, path, operation, rules.get(path) or "anybody")
        for path, operations in whole["paths"].items()
        for method, operation in operations.items()
    ]
    info = whole["info"]
    head = f"<h1>{escape(info['title'])}</h1><p>{escape(info.get('description', ''))}</p>"
    machine = '<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>'
    style = f"<style>{_STYLE}</style><meta name=viewport content='width=device-width'>"
    title = f"<title>{escape(info['title'])}</title>"
    html = f"<!doctype html><html lang=en>{title}{style}{head}{machine}{''.join(parts)}"
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(html, headers={"content-security-policy": policy})


def _operation(method: str, path: str, operation: dict[str, Any], rule: str) -> str:
    head = f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
    said = f"<p>{escape(operation.get('description') or operation.get('summary') or '')}</p>"
    access = f"<p>Access: {escape(rule)}.</p>"
    asked = "".join(
        f"<li><code>{escape(one['name'])}</code> ({escape(one['in'])})</li>" for one in operation.get("parameters", [])
    )
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    examples = "".join(f"<pre>{escape(json.dumps(one, indent=2))}</pre>" for one in schema.get("examples", []))
    fields = "".join(f"<li><code>{escape(name)}</code></li>" for name in schema.get("properties", {}))
    return f"{head}{said}{access}<ul>{asked}{fields}</ul>{examples}"
