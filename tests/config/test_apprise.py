"""Contacts by Apprise: what may leave, and that the package is there."""

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from roust.config import channels
from roust.domain.apprise import ALLOWED, NEVER, refusal
from tests.config.files import GOOD, loaded, said

WITH_APPRISE = GOOD.replace("contacts: {mail", 'contacts: {other: {apprise: "${WHO}"}, mail')
ADDRESS = "tgram://123456:a-secret-token/12345"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "find_spec", lambda name: ModuleSpec(name, None))


@pytest.mark.usefixtures("installed")
def test_a_service_of_the_list_is_taken(tmp_path: Path) -> None:
    assert loaded(tmp_path, WITH_APPRISE, WHO=ADDRESS).problems == []


def test_without_the_package_the_check_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "find_spec", lambda name: None)
    [mistake] = said(loaded(tmp_path, WITH_APPRISE, WHO=ADDRESS))
    assert mistake.endswith("nobody would be reached: apprise is not installed; pip install 'roust[apprise]'")


@pytest.mark.usefixtures("installed")
def test_what_goes_to_a_host_of_its_choice_needs_the_operators_word(tmp_path: Path) -> None:
    address = "gotifys://push.example.com/a-secret-token"
    [mistake] = said(loaded(tmp_path, WITH_APPRISE, WHO=address))
    assert "gotifys:// is not allowed; if it is to be, name it in channels.apprise.schemas" in mistake
    assert "a-secret-token" not in mistake
    named = WITH_APPRISE.replace("channels:", "channels:\n  apprise: {schemas: [gotifys]}")
    assert loaded(tmp_path, named, WHO=address).problems == []


@pytest.mark.parametrize("schema", sorted(NEVER))
def test_what_acts_on_this_machine_is_never_let(schema: str) -> None:
    assert "never allowed" in (refusal(f"{schema}://localhost", named=[schema]) or "")
    assert "never allowed" in (refusal(f"{schema.upper()}://localhost", named=[schema]) or "")


@pytest.mark.parametrize("name", ["template", "Template", "attach", "+attach", ":include", "keyfile"])
def test_no_parameter_reads_a_file(name: str) -> None:
    assert "never allowed" in (refusal(f"slack://a/b/c?{name}=/etc/passwd") or "")


@pytest.mark.parametrize("address", ["", "x", "://x", "tgram:", "tgram:/x", "tgram://", " tgram://x", "file\n://x"])
def test_what_is_no_apprise_url_is_refused(address: str) -> None:
    assert refusal(address) == "must be an Apprise URL, like tgram://token/chat"


def test_nothing_is_both_allowed_and_never() -> None:
    assert not ALLOWED & NEVER
