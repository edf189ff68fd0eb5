"""The demo's company: its `roust.yaml`, with waits of seconds, and what its alert sources send."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SUPPORT = "support"
"""The stakeholders' mailbox: they hear of P1 outages, in their own words."""
NAMES = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "linus": "Linus T.", "margaret": "Margaret Hamilton"}

_YAML = """
url: {url}
link_keys: ["{link_key}"]
operators: [{{user: margaret}}]
default_service: checkout
defaults: {{last_resort: [{{user: margaret}}]}}
users:
  ada: {{name: Ada Lovelace, contacts: {{mail: {{email: ada@example.com}}}}}}
  grace: {{name: Grace Hopper, contacts: {{mail: {{email: grace@example.com}}}}}}
  linus: {{name: Linus T., contacts: {{mail: {{email: linus@example.com}}}}}}
  margaret: {{name: Margaret Hamilton, contacts: {{mail: {{email: margaret@example.com}}}}}}
teams:
  payments: {{members: [ada, grace]}}
schedules:
  payments-primary:
    time_zone: Europe/Berlin
    layers: [{{users: [ada], every: 1w, start: 2026-01-05T09:00}}]
  payments-backup:
    time_zone: Europe/Berlin
    layers: [{{users: [grace], every: 1w, start: 2026-01-05T09:00}}]
escalation_policies:
  payments:
    steps:
      - {{notify: [{{schedule: payments-primary}}], wait: 3s}}
      - {{notify: [{{schedule: payments-backup}}, {{user: margaret}}], wait: 5s}}
      - {{notify: [{{team: payments}}], wait: 4s}}
    repeats: 2
  platform:
    steps:
      - {{notify: [{{user: linus}}], wait: 2s}}
      - {{notify: [{{team: payments}}], wait: 2s}}
    repeats: 1
  mail:
    steps:
      - {{notify: [{{user: linus}}], wait: 4s}}
      - {{notify: [{{user: grace}}], wait: 4s}}
services:
  checkout:
    escalation_policy: payments
    integration_keys: ["{key}-checkout"]
    runbook: https://runbooks.example.com/checkout
    impact: Customers cannot pay
  search:
    escalation_policy: platform
    integration_keys: ["{key}-search"]
    impact: Search finds nothing
  mailer: {{escalation_policy: mail, integration_keys: ["{key}-mailer"]}}
stakeholder_groups:
  support:
    members: [{{email: support@example.com}}]
    moments: [triggered, acknowledged, exhausted, update, resolved]
tokens:
  - {{name: demo, role: viewer, sha256: "{sha256}"}}
channels:
  email: {{host: 127.0.0.1, port: {smtp_port}, from: roust@example.com}}
"""


@dataclass(frozen=True)
class Company:
    """Where the demo's Roust and inbox are, and secrets made for this run alone."""

    url: str
    smtp_port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    link_key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def yaml(self) -> str:
        """The configuration, loaded like anybody's."""
        return _YAML.format(
            url=self.url,
            link_key=self.link_key,
            key=self.key,
            sha256=hashlib.sha256(self.token.encode()).hexdigest(),
            smtp_port=self.smtp_port,
        )

    def integration_key(self, service: str) -> str:
        return f"{self.key}-{service}"


def alertmanager(status: str) -> dict[str, Any]:
    """A group of one, as Prometheus Alertmanager posts it; `status` is firing or resolved."""
    now = datetime.now(UTC).isoformat()
    alert = {
        "status": status,
        "labels": {"alertname": "PaymentsFail", "service": "checkout", "severity": "critical"},
        "annotations": {"summary": "12 % of payments fail", "description": "Error budget gone in 40 minutes."},
        "startsAt": now,
        "endsAt": now if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": "452482717058fc2c",
    }
    return {
        "version": "4",
        "groupKey": '{}:{alertname="PaymentsFail"}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "roust",
        "groupLabels": {"alertname": "PaymentsFail"},
        "commonLabels": alert["labels"],
        "commonAnnotations": alert["annotations"],
        "externalURL": "http://alertmanager.example.com",
        "alerts": [alert],
    }


NATIVE = {"summary": "search answers nobody", "priority": "P1", "dedup_key": "search/availability"}


def events_v2(key: str, action: str) -> dict[str, Any]:
    """PagerDuty's Events API v2; `action` is trigger or resolve."""
    return {
        "routing_key": key,
        "event_action": action,
        "dedup_key": "mailer/queue",
        "payload": {"summary": "mail queue grows", "source": "mailer-1", "severity": "error"},
    }
