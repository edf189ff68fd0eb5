"""The commands against a real HTTP server, in a terminal-less world of their own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from roust.cli.main import app
from tests.fakes.api import FakeApi, serving

Roust = Callable[..., Result]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    """A fake API that `roust` is pointed at, with a token and a key."""
    with serving() as fake:
        monkeypatch.setenv("ROUST_URL", fake.url)
        monkeypatch.setenv("ROUST_TOKEN", "token-of-ada")
        monkeypatch.setenv("ROUST_KEY", "key-of-checkout")
        yield fake


@pytest.fixture
def roust() -> Roust:
    """Run a command: `roust("ack", "checkout-01")`."""
    runner = CliRunner()

    def run(*words: str, **parts: Any) -> Result:
        result = runner.invoke(app, list(words), **parts)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
