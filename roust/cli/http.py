"""Roust's HTTP API as the commands see it: one client, and every failure as a sentence with its cure."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from roust.cli.terminal import plain
from roust.domain.errors import RoustError

if TYPE_CHECKING:
    import httpx2

DEFAULT_URL = "http://127.0.0.1:8420"
TIMEOUT_SECONDS = 15.0
"""Longer than the API takes at its slowest: an acknowledge is confirmed within 2 s or answered with 202."""


class ApiTrouble(RoustError):
    """The API was not reached, or refused; the message is one sentence with the cure."""


class UsageTrouble(ApiTrouble):
    """The command was called in a way that cannot work: exit code 2."""


@dataclass(frozen=True)
class Reply:
    """A 2xx answer: `text` as it came, `body` read."""

    status: int
    text: str
    body: dict[str, Any]


@contextmanager
def trouble_told() -> Iterator[None]:
    """Say what went wrong in one line on stderr; exit 1, or 2 for a wrong call."""
    try:
        yield
    except ApiTrouble as trouble:
        typer.echo(f"roust: {plain(str(trouble))}", err=True)
        raise typer.Exit(2 if isinstance(trouble, UsageTrouble) else 1) from None


class Api:
    """The API at `url`, spoken to with `secret`: a token, or an integration key for `trigger`.

    `needs` names where `secret` came from, or is asked for.
    Raises ApiTrouble for everything but a 2xx.
    """

    def __init__(self, url: str, secret: str | None, needs: str = "ROUST_TOKEN") -> None:
        import httpx2

        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageTrouble(
                f"{url!r} is not an address of an API; --url and ROUST_URL are written like {DEFAULT_URL}"
            )
        self._secret = secret
        self._needs = needs
        # A proxy for the company's network cannot reach this machine's own Roust.
        here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        headers = {"Accept": "application/json"}
        if secret:
            if not secret.isascii() or not secret.isprintable():
                raise UsageTrouble(f"{needs} holds characters that no key or token has; copy it again")
            headers["Authorization"] = f"Bearer {secret}"
        try:
            self._http = httpx2.Client(
                headers=headers, timeout=TIMEOUT_SECONDS, trust_env=not here, follow_redirects=False
            )
        except (ValueError, OSError) as error:
            raise ApiTrouble(f"cannot prepare a connection to {self.url}: {error}") from error

    def __enter__(self) -> "Api":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int | None) -> Reply:
        """GET `path` with what `query` gives (None: left out)."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", path, params=given)

    def post(self, path: str, body: dict[str, Any]) -> Reply:
        """POST `body` to `path`, once: what it asks for may have been recorded though no answer came."""
        return self._ask("POST", path, json=body)

    def delete(self, path: str, **query: str | int | None) -> Reply:
        """DELETE `path`, once, with what `query` gives (None: left out)."""
        return self._ask("DELETE", path, params={name: value for name, value in query.items() if value is not None})

    def _ask(self, method: str, path: str, **parts: Any) -> Reply:
        import httpx2

        try:
            answer = self._http.request(method, self.url + path, **parts)
        except httpx2.ConnectError as error:
            raise ApiTrouble(
                f"cannot reach Roust at {self.url} ({error}); is it running? `roust up` starts it, "
                "--url or ROUST_URL says where it is"
            ) from error
        except httpx2.TimeoutException as error:
            after = "; it may have been recorded all the same, `roust alerts` tells" if method != "GET" else ""
            raise ApiTrouble(
                f"Roust at {self.url} did not answer within {TIMEOUT_SECONDS:g} s{after}; try again"
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ApiTrouble(f"the connection to {self.url} failed ({error}); try again") from error
        if answer.is_success:
            return Reply(answer.status_code, answer.text, self._read(answer))
        raise ApiTrouble(self._refusal(answer))

    def _read(self, answer: "httpx2.Response") -> dict[str, Any]:
        try:
            body = json.loads(answer.text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ApiTrouble(f"what answered at {self.url} is not Roust's API; check --url or ROUST_URL")
        return body

    def _refusal(self, answer: "httpx2.Response") -> str:
        status = answer.status_code
        if answer.is_redirect:
            where = answer.headers.get("location", "elsewhere")
            return f"{self.url} redirects to {where}; --url or ROUST_URL must be Roust's own address"
        if status == 401:
            kind = "token" if self._needs == "ROUST_TOKEN" else "integration key"
            if not self._secret:
                return f"Roust asks for a {kind}; set {self._needs}"
            return f"Roust does not know this {kind}; check {self._needs} against roust.yaml"
        said = _said(answer.text) or f"HTTP {status} without a reason"
        if status == 503:
            wait = answer.headers.get("retry-after", "")
            return f"Roust cannot do it just now: {said}; try again" + (f" in {wait} s" if wait else "")
        return said


def _said(text: str) -> str:
    """The API's own sentence for an error, with the fields it names."""
    try:
        error = json.loads(text)["error"]
        message = str(error["message"])
        named = [f"{field['field']}: {field['message']}" for field in error.get("fields") or []]
        unsaid = [each for each in named if each not in message]
        return f"{message} ({'; '.join(unsaid)})" if unsaid else message
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
