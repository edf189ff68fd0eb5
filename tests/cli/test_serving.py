"""What the served processes go by."""

import os
from pathlib import Path

import pytest

from roust.cli.serving import configuration
from roust.runtime.settings import Settings


def test_a_served_process_reads_each_path_that_roust_config_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUST_LINK_KEY", "k" * 40)
    users, rest = tmp_path / "users.yaml", tmp_path / "rest.yaml"
    users.write_text("users: {ada: {contacts: {mail: {email: ada@example.com}}}}\n")
    rest.write_text(
        "default_service: checkout\noperators: [{user: ada}]\ndefaults: {last_resort: [{user: ada}]}\n"
        "escalation_policies: {p: {steps: [{notify: [{user: ada}], wait: 5m}]}}\n"
        "services: {checkout: {escalation_policy: p}}\n"
        "link_keys: ['${ROUST_LINK_KEY}']\nurl: https://roust.example.com\n"
        "channels: {email: {host: 127.0.0.1, port: 25, from: roust@example.com}}\n"
    )
    monkeypatch.setenv("ROUST_CONFIG", f"{users}{os.pathsep}{rest}")
    assert list(configuration(Settings()).directory.users) == ["ada"]
    with pytest.raises(Exception, match=r"rest\.yaml"):
        # The flag wins, and alone it names a user that nobody defines.
        configuration(Settings(config=rest))
