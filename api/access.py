"""Who may ask: integration keys of sources, tokens of people and programs, and the rule of each route."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from api.errors import Declined
from api.intake_limit import admit
from roust.domain.directory import Directory, Role, Token

PUBLIC = frozenset({"/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/a/{token}"})
"""Routes that anybody may ask; the answer page's link is its own proof."""

_RANK = {role: rank for rank, role in enumerate(Role)}


class CurrentDirectory(Protocol):
    """Whoever holds the directory; a reload swaps it."""

    @property
    def directory(self) -> Directory: ...


@dataclass(frozen=True)
class Caller:
    """Who asks, by a token: `name` of the token, the `user` it belongs to if any."""

    name: str
    user: str | None
    role: Role

    @property
    def by(self) -> str:
        """Whom the timeline names."""
        return self.user or self.name


class KeyRing:
    """The keys and tokens of one directory, known by their sha256 alone."""

    def __init__(self, directory: Directory) -> None:
        self._services = {
            _digest(key.get_secret_value()): name
            for name, service in directory.services.items()
            for key in service.integration_keys
            if key.get_secret_value()
        }
        self._tokens = {bytes.fromhex(token.sha256): token for token in directory.tokens}

    def service(self, key: str) -> str | None:
        """The service whose integration key `key` is, in constant time."""
        return self._services.get(_known(_digest(key), self._services), None)

    def token(self, text: str) -> Token | None:
        """The token that `text` is, in constant time."""
        return self._tokens.get(_known(_digest(text), self._tokens), None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _known(digest: bytes, digests: Iterable[bytes]) -> bytes:
    """`digest` if it is among `digests`, all of which are compared; else nothing."""
    found = b""
    for one in digests:
        if hmac.compare_digest(one, digest):
            found = one
    return found


class Access:
    """The key ring of the directory that holds now."""

    def __init__(self, current: CurrentDirectory) -> None:
        self._current = current
        self._directory = current.directory
        self._ring = KeyRing(self._directory)

    @property
    def ring(self) -> KeyRing:
        if self._current.directory is not self._directory:
            self._directory = self._current.directory
            self._ring = KeyRing(self._directory)
        return self._ring


def unauthorized() -> Declined:
    """401, the same for a missing, an unknown and a wrong secret."""
    return Declined(401, "unauthorized", "a valid key or token is needed", headers={"WWW-Authenticate": "Bearer"})


def shown(request: Request) -> str | None:
    """The secret in the Authorization header: a bearer's, or the password of Basic."""
    scheme, _, rest = request.headers.get("authorization", "").strip().partition(" ")
    # Header bytes come as latin-1; the configuration's secrets are UTF-8.
    secret = rest.strip().encode("latin-1", "replace").decode("utf-8", "surrogateescape")
    if scheme.lower() == "bearer":
        return secret or None
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(secret, validate=True).decode("utf-8", "surrogateescape")
        except (binascii.Error, ValueError):
            return None
        return pair.partition(":")[2] or None
    return None


def ring(request: Request) -> KeyRing:
    access: Access = request.app.state.access
    return access.ring


class Rule:
    """A dependency that lets a request in or not; each route has exactly one, or stands in `PUBLIC`."""

    rule: str


class Needs(Rule):
    """A token whose role is at least `role`: 401 without a valid one, 403 with a lesser one."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.rule = role.value

    async def __call__(self, request: Request) -> Caller:
        token = ring(request).token(shown(request) or "")
        if token is None:
            raise unauthorized()
        return _noted(request, permitted(token, self.role))


def needs(role: Role) -> Needs:
    """The dependency of a route for people and programs: `Annotated[Caller, Depends(needs(Role.VIEWER))]`."""
    return Needs(role)


def permitted(token: Token, role: Role) -> Caller:
    """The caller that `token` is, if its role is at least `role`; else 403."""
    if _RANK[token.role] < _RANK[role]:
        raise Declined(403, "forbidden", f"this needs the role {role.value}; the token has {token.role.value}")
    return Caller(token.name, token.user, token.role)


def _noted(request: Request, caller: Caller) -> Caller:
    """For the audit: who asks."""
    request.state.audit = {"by": caller.by, "shown": caller.name, "role": caller.role.value}
    return caller


class NeedsKey(Rule):
    """An integration key, in the Authorization header or as the path's `key`: the service it is of."""

    rule = "integration key"

    async def __call__(self, request: Request) -> str:
        given = shown(request) or str(request.path_params.get("key", ""))
        service = ring(request).service(given)
        if service is None:
            raise unauthorized()
        return admit(request, service)


@dataclass(frozen=True)
class Admitted:
    """Let in by a key (`service`) or by a token (`caller`)."""

    service: str | None = None
    caller: Caller | None = None


class NeedsKeyOrToken(Rule):
    """An integration key, or a token whose role is at least responder."""

    rule = "integration key or responder"

    async def __call__(self, request: Request) -> Admitted:
        given = shown(request) or ""
        service = ring(request).service(given)
        token = ring(request).token(given)
        if service is not None:
            return Admitted(service=admit(request, service))
        if token is not None:
            return Admitted(caller=_noted(request, permitted(token, Role.RESPONDER)))
        raise unauthorized()


class KeyInBody(Rule):
    """Events v2 carries its key in the body: the handler itself asks the ring."""

    rule = "integration key in the body"

    async def __call__(self, request: Request) -> KeyRing:
        return ring(request)


def rules_of(dependant: Dependant) -> list[str]:
    """The rules that a route's tree of dependencies declares."""
    own: list[str] = [dependant.call.rule] if isinstance(dependant.call, Rule) else []
    return own + [rule for inner in dependant.dependencies for rule in rules_of(inner)]


def declared(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str, list[str]]]:
    """Each route: path, methods, its rules."""
    for route in iter_route_contexts(routes):
        dependant = getattr(route, "dependant", None)
        methods = ",".join(sorted(getattr(route, "methods", None) or ()))
        yield str(getattr(route, "path", "")), methods, rules_of(dependant) if dependant else []


def undeclared(routes: Sequence[BaseRoute]) -> list[str]:
    """The paths without a rule: nothing is public by being forgotten."""
    return [path for path, _, rules in declared(routes) if path not in PUBLIC and len(rules) != 1]
