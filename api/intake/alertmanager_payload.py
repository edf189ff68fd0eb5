"""Alertmanager's and Grafana's payload, read: an event per alert, also for what nobody can understand."""

import hashlib
import json
from typing import Any

from api.intake.foreign import first_words, labels, links, mapping, words
from api.intake.understood import Understood, unclear
from roust.domain.alert import Event, Verb

_USED = ("summary", "description", "title", "message", "runbook_url", "runbook")
_LINKS = (
    ("generatorURL", "Source"),
    ("dashboardURL", "Dashboard"),
    ("panelURL", "Panel"),
    ("silenceURL", "Silence"),
    ("imageURL", "Image"),
)


def understood(body: Any) -> list[Understood]:
    """Every alert of the group, in its order; at least one event, whatever `body` is."""
    group = mapping(body)
    alerts = group.get("alerts")
    if not isinstance(alerts, list) or not alerts:
        return [unclear(body, "A source sent something that is no Alertmanager notification")]
    source = "Grafana" if "orgId" in group or words(group.get("version")) == "1" else "Alertmanager"
    read = [_alert(alert, group, source) for alert in alerts]
    return [*read, *_left_out(group, source)]


def _alert(alert: Any, group: dict[str, Any], source: str) -> Understood:
    own = mapping(alert)
    said = labels(own.get("labels"))
    fingerprint = first_words(own.get("fingerprint"))
    if not said and not fingerprint:
        return unclear(alert, f"{source} sent an alert without labels and fingerprint")
    notes = mapping(own.get("annotations"))
    resolved = words(own.get("status")).strip().lower() == "resolved"
    event = Event(
        verb=Verb.RESOLVE if resolved else Verb.TRIGGER,
        summary=_summary(notes, said, source),
        dedup_key=fingerprint or _hash(said),
        severity=said.get("severity"),
        source=source,
        description=first_words(notes.get("description"), notes.get("message")),
        labels=said,
        links=links(
            (notes.get("runbook_url") or notes.get("runbook"), "Runbook"),
            *((own.get(name), text) for name, text in _LINKS),
        ),
        details=_details(own, notes, group),
    )
    return Understood(event)


def _summary(notes: dict[str, Any], said: dict[str, str], source: str) -> str:
    text = first_words(notes.get("summary"), notes.get("title"), notes.get("message"))
    if text:
        return text
    name = said.get("alertname", "").strip()
    if name:
        instance = said.get("instance", "").strip()
        return f"{name} on {instance}" if instance else name
    return ", ".join(f"{label}={value}" for label, value in said.items()) or f"{source} alert without a summary"


def _details(own: dict[str, Any], notes: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    """What a responder may want besides: the other annotations, when it began, Grafana's figures."""
    kept = {
        "startsAt": own.get("startsAt"),
        "values": own.get("values"),
        "annotations": {name: value for name, value in notes.items() if name not in _USED},
        "receiver": group.get("receiver"),
    }
    return {name: value for name, value in kept.items() if value}


def _left_out(group: dict[str, Any], source: str) -> list[Understood]:
    """Alerts that `max_alerts` cut from the group never arrive: that is told too."""
    count = group.get("truncatedAlerts")
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return []
    event = Event(
        summary=f"{source} left alerts out of a notification (max_alerts): not all that fires is here",
        dedup_key="left out: " + _hash(group.get("groupKey")),
        source=source,
        details={
            "left_out": count,
            "groupLabels": group.get("groupLabels"),
            "receiver": group.get("receiver"),
        },
    )
    return [Understood(event, clear=False)]


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
