"""Errors as people read them: one JSON shape for everything that is refused or fails."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.gateway import (
    BadCursor,
    BeyondRetention,
    NoSuchAlert,
    NoSuchMaintenance,
    NoSuchOverride,
    NoSuchService,
    NoWorker,
    Refused,
    Unavailable,
    UnknownTarget,
)
from api.headers import SECURITY_HEADERS
from roust.domain.errors import RoustError

RETRY_AFTER = 5
"""Seconds, said with every 503."""


class FieldAtFault(BaseModel):
    field: str
    message: str


class Refusal(BaseModel):
    """`code` is for programs, `message` for people."""

    code: str
    message: str
    fields: list[FieldAtFault]


class ErrorBody(BaseModel):
    """What every answer of 4xx and 5xx says."""

    error: Refusal


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused, with the reason; nothing was changed.", "model": ErrorBody},
    503: {"description": "Not accepted: try again after Retry-After.", "model": ErrorBody},
}
"""What the OpenAPI says of every route."""


class Declined(Exception):
    """The request cannot be taken: an HTTP status, a code for programs, a sentence, the fields at fault."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
        self.headers = headers


def error_response(error: Declined) -> JSONResponse:
    """`{"error": {"code", "message", "fields": [{"field", "message"}]}}`."""
    fields = [FieldAtFault.model_validate(field) for field in error.fields]
    body = ErrorBody(error=Refusal(code=error.code, message=error.message, fields=fields))
    return JSONResponse(body.model_dump(), error.status, {**SECURITY_HEADERS, **(error.headers or {})})


def unavailable(message: str) -> Declined:
    """503 with Retry-After: nothing is lost, the source must try again."""
    return Declined(503, "unavailable", message, headers={"Retry-After": str(RETRY_AFTER)})


def invalid(error: ValidationError | RequestValidationError) -> Declined:
    """422 with every field at fault; what was sent is never repeated."""
    fields = [
        {"field": _place(one["loc"]), "message": _without(one["input"], _said(one["type"], str(one["msg"])))}
        for one in error.errors()
    ]
    return Declined(422, "invalid", "; ".join(f"{f['field']}: {f['message']}" for f in fields[:5]), fields)


_SAID = {
    "missing": "is required",
    "extra_forbidden": "is unknown; leave it out",
    "model_attributes_type": "must be a JSON object, sent as application/json",
}
_SHOULD = re.compile(r"^(?:Input|String|List) should ")


def _said(kind: str, message: str) -> str:
    """Pydantic's sentence in our words."""
    return _SAID.get(kind) or _SHOULD.sub("must ", message.removeprefix("Value error, "))


def _without(given: object, message: str) -> str:
    return message.replace(repr(given[:40]), "…") if isinstance(given, str) and given else message


def _place(loc: Sequence[int | str]) -> str:
    parts = loc[1:] if loc and loc[0] in ("body", "query", "path", "header") else loc
    return ".".join(str(part)[:80].encode("utf-8", "replace").decode() for part in parts) or "body"


_MISSING: dict[type[RoustError], tuple[int, str, str]] = {
    NoSuchAlert: (404, "no_such_alert", "no alert has this id"),
    NoSuchService: (404, "no_such_service", "no service has this name"),
    NoSuchOverride: (404, "no_such_override", "no override of this schedule has this id"),
    NoSuchMaintenance: (404, "no_such_maintenance", "no maintenance made day to day has this id"),
    BeyondRetention: (410, "beyond_retention", "this alert is no longer kept"),
}
"""What is not there: status, code and sentence."""


def _allowed(request: Request) -> str:
    """Every method that the path takes: each is a route of its own, and the framework names those of one."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        path = getattr(route, "path_regex", None)
        if path is not None and path.match(request.url.path):
            methods |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(methods))


def _always(answer: Declined) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def missing(request: Request, error: Exception) -> Response:
        return error_response(answer)

    return missing


def install_errors(app: FastAPI) -> None:
    """Every way out of `app` that is not a success speaks the same JSON."""

    @app.exception_handler(Declined)
    async def declined(request: Request, error: Declined) -> Response:
        return error_response(error)

    @app.exception_handler(HTTPException)
    async def by_status(request: Request, error: HTTPException) -> Response:
        if error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        phrase = HTTPStatus(error.status_code).phrase
        message = str(error.detail) if error.detail != phrase else f"{request.method} here: {phrase.lower()}"
        code = phrase.lower().replace(" ", "_").replace("-", "_")
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
        return error_response(Declined(error.status_code, code, message, headers=headers))

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> Response:
        return error_response(invalid(error))

    @app.exception_handler(Unavailable)
    async def away(request: Request, error: Unavailable) -> Response:
        why = str(error) if isinstance(error, NoWorker) else "not accepted: the engine is away or overloaded; try again"
        return error_response(unavailable(why))

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return error_response(Declined(409, "resolved" if error.over else "refused", str(error)))

    @app.exception_handler(UnknownTarget)
    async def unknown(request: Request, error: UnknownTarget) -> Response:
        fields = [{"field": error.field, "message": str(error)}]
        return error_response(Declined(422, "invalid", f"{error.field}: {error}", fields))

    for kind, (status, code, message) in _MISSING.items():
        app.add_exception_handler(kind, _always(Declined(status, code, message)))

    @app.exception_handler(BadCursor)
    async def lost_place(request: Request, error: BadCursor) -> Response:
        fields = [{"field": "cursor", "message": "was never given out"}]
        return error_response(Declined(422, "bad_cursor", "cursor: was never given out", fields))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return error_response(Declined(500, "internal", "something broke here; it is in the log"))
