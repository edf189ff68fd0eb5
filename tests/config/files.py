"""Configuration files for the tests: a good one, and how to spoil it."""

from pathlib import Path

from roust.config.load import Loaded, load

ENVIRON = {"LONG_KEY": "a-key-that-is-long-enough", "SECRET": "hunter2-and-more", "WHO": "hunter2-and-more"}

GOOD = """\
url: https://roust.example.com
link_keys: ["${LONG_KEY}"]
operators: [{user: ada}]
default_service: web
defaults: {last_resort: [{user: ada}]}
users:
  ada: {name: Ada Lovelace, contacts: {mail: {email: ada@example.com}}}
escalation_policies:
  standard: {steps: [{notify: [{user: ada}], wait: 5m}]}
services:
  web: {escalation_policy: standard, integration_keys: ["another-key-long-enough"]}
channels:
  email: {host: smtp.example.com, from: roust@example.com}
"""
"""The least that has neither mistake nor warning."""


def loaded(folder: Path, text: str | bytes = GOOD, **environ: str) -> Loaded:
    """What `text` as `roust.yaml` in `folder` comes to."""
    file = folder / "roust.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load([file], ENVIRON | environ)


def said(found: Loaded) -> list[str]:
    """The mistakes, without the folder they stand in."""
    return [str(problem)[str(problem).index("roust.yaml") :] for problem in found.problems]
