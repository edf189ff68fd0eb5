"""Any JSON, read by a mapping of the configuration: an event per alert, also for what the mapping cannot read."""

import json
from typing import Any

from api.intake.foreign import first_words, links, mapping, words
from api.intake.understood import Understood, unclear
from roust.domain.alert import Event, Priority, Verb
from roust.domain.intake import Intake, ask, holds


def read(intake: Intake, name: str, body: Any) -> list[Understood]:
    """Every alert of `body` that is not to be ignored; what cannot be read as one says so, and pages."""
    payload = _with_json_fields(intake, body)
    try:
        alerts = [payload] if intake.each is None else ask(intake.each, payload)
    except ValueError as why:
        return [unclear(body, f"intake {name} cannot read what came (each: {why})")]
    if not isinstance(alerts, list):
        return [unclear(body, f"intake {name} found no list of alerts in what came")]
    return [read for alert in alerts if (read := _alert(intake, name, alert)) is not None]


def _alert(intake: Intake, name: str, alert: Any) -> Understood | None:
    asked = _Asked(alert)
    if holds(asked(intake.ignore, "ignore")):
        return None
    verb = Verb.TRIGGER
    if holds(asked(intake.resolve, "resolve")):
        verb = Verb.RESOLVE
    elif holds(asked(intake.acknowledge, "acknowledge")):
        verb = Verb.ACKNOWLEDGE
    summary = first_words(asked(intake.summary, "summary"))
    key = first_words(asked(intake.dedup_key, "dedup_key"))
    if not summary and (verb is Verb.TRIGGER or not key):
        return unclear(alert, f"intake {name} found no summary in what came")
    said = first_words(asked(intake.severity, "severity"))
    labels = {label: words(asked(where, f"labels.{label}")) for label, where in intake.labels.items()}
    event = Event(
        verb=verb,
        summary=summary,
        dedup_key=key or None,
        priority=_priority(first_words(asked(intake.priority, "priority"))),
        severity=intake.severities.get(said, said) or None,
        source=intake.source or name,
        description=first_words(asked(intake.description, "description")),
        labels={label: text for label, text in labels.items() if text},
        links=links(*((asked(link.href, f"links[{at}]"), link.text) for at, link in enumerate(intake.links))),
        details={"received": alert} | ({"not_read": asked.wrong} if asked.wrong else {}),
    )
    return Understood(event)


class _Asked:
    """Asks one alert; what cannot be asked of it finds nothing, and is remembered."""

    def __init__(self, alert: Any) -> None:
        self._alert = alert
        self.wrong: list[str] = []

    def __call__(self, expression: str | None, field: str) -> Any:
        try:
            return ask(expression, self._alert)
        except ValueError as why:
            self.wrong.append(f"{field}: {why}")
            return None


def _priority(text: str) -> Priority | None:
    return Priority(text.upper()) if text.upper() in Priority.__members__ else None


def _with_json_fields(intake: Intake, body: Any) -> Any:
    if not intake.json_fields or not isinstance(body, dict):
        return body
    return body | {name: _read_or(body[name]) for name in intake.json_fields if name in mapping(body)}


def _read_or(value: Any) -> Any:
    """`value` read as JSON where it is such a text, else as it is."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
