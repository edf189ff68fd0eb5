"""A company for the system tests: its mails arrive in a real mail server."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.mail_server import MailServer, a_mail_server
from tests.system import answers
from tests.system.processes import EDITOR_TOKEN, TOKEN

_YAML = """
link_keys: [a-key-for-the-system-tests-only-0123456789]
operators: [{{user: margaret}}]
default_service: checkout
defaults: {{last_resort: [{{user: margaret}}]}}
users:
  ada: {{contacts: {{mail: {{email: ada@example.com}}}}}}
  grace: {{contacts: {{mail: {{email: grace@example.com}}}}}}
  margaret: {{contacts: {{mail: {{email: margaret@example.com}}}}}}
schedules:
  primary:
    time_zone: Europe/Berlin
    layers: [{{users: [ada], every: 1w, start: 2026-01-05T09:00}}]
escalation_policies:
  slow: {{steps: [{{notify: [{{schedule: primary}}], wait: 1h}}]}}
  quick:
    steps:
      - {{notify: [{{schedule: primary}}], wait: 4s}}
      - {{notify: [{{user: grace}}], wait: 1h}}
services:
  checkout: {{escalation_policy: slow, integration_keys: [key-of-checkout-0123456789]}}
  search: {{escalation_policy: quick, integration_keys: [key-of-search-0123456789ab]}}
tokens:
  - {{name: ada-laptop, user: ada, role: responder, sha256: "{sha256}"}}
  - {{name: grace-laptop, user: grace, role: editor, sha256: "{editor}"}}
channels:
  email: {{host: 127.0.0.1, port: {port}, from: roust@example.com}}
"""

CHECKOUT_KEY = "key-of-checkout-0123456789"
SEARCH_KEY = "key-of-search-0123456789ab"


@pytest.fixture(autouse=True)
def answered_in_this_test() -> Iterator[None]:
    answers.begin()
    yield
    answers.begin()


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with a_mail_server() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, mail: MailServer) -> Path:
    file = tmp_path / "roust.yaml"
    sealed = {"sha256": TOKEN, "editor": EDITOR_TOKEN}
    file.write_text(
        _YAML.format(port=mail.port, **{name: hashlib.sha256(t.encode()).hexdigest() for name, t in sealed.items()})
    )
    return file


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "roust.log"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def pages(mail: MailServer) -> list[tuple[str, str]]:
    """(to whom, subject) of every mail, in order."""
    return [(to.partition("@")[0], str(d.mail["Subject"])) for d in mail.deliveries for to in d.recipients]
