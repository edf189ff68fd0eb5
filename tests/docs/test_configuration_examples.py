"""The configuration that the documentation shows is one that Roust takes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from roust.config.load import Loaded, load
from tests.docs.pages import ROOT, Block, blocks

ENVIRONMENT = {
    "ROUST_LINK_KEY": "k" * 64,
    "CHECKOUT_KEY": "c" * 64,
    "ADA_TOKEN_SHA256": "0123456789abcdef" * 4,
    "SMTP_PASSWORD": "a-password",
    "ADA_TELEGRAM_URL": "tgram://123456:a-token/12345",
    "NTFY_TOKEN": "tk_of-tests",
    "SLACK_TOKEN": "xoxb-of-tests",
    "SLACK_SIGNING": "of-tests",
    "TWILIO_ACCOUNT": "AC0",
    "TWILIO_TOKEN": "a-token",
}


def _configurations(page: str) -> list[Block]:
    """The blocks of `page` that are pieces of a roust.yaml: Alertmanager's and Slack's are not."""
    found = [block for block in blocks("yaml") if block.page == ROOT / page]
    return [block for block in found if not {"receivers", "display_information"} & yaml.safe_load(block.text).keys()]


def _loaded(text: str, folder: Path) -> Loaded:
    file = folder / "roust.yaml"
    file.write_text(text, encoding="utf-8")
    return load([file], ENVIRONMENT)


def test_the_readmes_policy_passes_the_check_without_a_warning(tmp_path: Path) -> None:
    (sample,) = _configurations("README.md")
    loaded = _loaded(sample.text, tmp_path)
    assert [str(problem) for problem in (*loaded.problems, *loaded.warnings)] == []


@pytest.mark.parametrize(
    "block",
    [block for page in ("configuration", "stakeholders", "channels") for block in _configurations(f"docs/{page}.md")],
    ids=str,
)
def test_every_piece_of_the_reference_fits_into_the_readmes_policy(block: Block, tmp_path: Path) -> None:
    (sample,) = _configurations("README.md")
    whole: dict[str, Any] = yaml.safe_load(sample.text)
    whole.setdefault("groups", {"incident-command": {"members": ["margaret"]}})
    for section, piece in yaml.safe_load(block.text).items():
        whole[section] = whole.get(section, {}) | piece if isinstance(piece, dict) else piece
    loaded = _loaded(yaml.safe_dump(whole, sort_keys=False), tmp_path)
    assert [str(problem) for problem in loaded.problems] == []


def test_the_mistake_that_the_reference_shows_is_told_in_those_words(tmp_path: Path) -> None:
    (sample,) = _configurations("README.md")
    broken = sample.text.replace(
        "{notify: [{schedule: payments-primary}], wait: 5m}", "{notify: [{user: ada}], wait: 0s}"
    )
    assert broken != sample.text
    (problem,) = _loaded(broken, tmp_path).problems
    shown = "escalation_policies.payments.steps[0].wait: must be at least 1s (got 0s)"
    assert str(problem).endswith(shown)
    assert shown in (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
