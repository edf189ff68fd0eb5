"""One alert on one screen: what it is, how it stands, and why each person was paged."""

import json
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from roust.cli.moments import ago, clock, instant, local, span
from roust.cli.tables import STATE_STYLE
from roust.cli.terminal import plain

DETAIL_SHOWN = 200
_WRITTEN = {"note": "Note", "update": "Status update"}
"""Entries whose text a person wrote, so that it does not say who."""


def alert_sheet(alert: dict[str, Any], seen: datetime) -> RenderableType:
    """The alert's facts and its timeline, as `GET /v1/alerts/{id}` gives them, read at `seen`."""
    head = Text(plain(alert["summary"]), style="bold")
    parts: list[RenderableType] = [head, Text(""), _facts(alert, seen)]
    if alert.get("description"):
        parts += [Text(""), Text(plain(alert["description"], lines=True))]
    parts += [Text(""), _timeline(alert)]
    return Group(*parts)


def _facts(alert: dict[str, Any], seen: datetime) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in _rows(alert, seen):
        table.add_row(name, value)
    return table


def _rows(alert: dict[str, Any], seen: datetime) -> list[tuple[str, Text]]:
    rows = [
        ("state", _state(alert, seen)),
        ("service", f"{alert['service']}, policy {alert['policy']}"),
        ("priority", f"{alert['priority']}, {alert['urgency']} urgency"),
        ("since", _since(alert, seen)),
        ("next", _next(alert, seen)),
        ("news", _news(alert)),
        ("impact", alert.get("impact")),
        ("runbook", alert.get("runbook")),
        ("source", alert.get("source")),
        ("labels", "  ".join(f"{key}={value}" for key, value in sorted(alert.get("labels", {}).items()))),
        *(("link", _link(link)) for link in alert.get("links", [])),
        *((f"· {key}", _detail(value)) for key, value in alert.get("details", {}).items()),
        ("cut", "the alert was too long and was cut" if alert.get("truncated") else None),
        ("id", alert["id"]),
    ]
    return [(plain(name), value if isinstance(value, Text) else Text(plain(value))) for name, value in rows if value]


def _news(alert: dict[str, Any]) -> str:
    """When stakeholders were promised to hear again."""
    due = alert.get("news_due")
    return f"promised for {local(instant(due))}" if due else ""


def _detail(value: Any) -> str:
    """A detail in one line; the timeline must stay on the screen, and --json has it whole."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= DETAIL_SHOWN else text[:DETAIL_SHOWN] + " …"


def _state(alert: dict[str, Any], seen: datetime) -> Text:
    state = alert["state"]
    shown = Text(plain(state), style=STATE_STYLE.get(state, ""))
    if state == "resolved":
        who = f" by {alert['resolved_by']}" if alert.get("resolved_by") else ""
        shown.append(plain(who + _when(alert.get("resolved_at"), seen)), style="default not bold")
    elif state == "acknowledged":
        shown.append(plain(f" by {alert['owner']}" + _when(alert.get("acknowledged_at"), seen)))
    elif alert.get("step"):
        passes = f", pass {alert['pass']} of {alert['passes']}" if alert["passes"] > 1 else ""
        shown.append(f": step {alert['step']} of {alert['steps']}{passes}", style="default not bold")
    return shown


def _when(at: str | None, seen: datetime) -> str:
    return f", {ago(instant(at), seen)} ({local(instant(at))})" if at else ""


def _since(alert: dict[str, Any], seen: datetime) -> str:
    began = instant(alert["triggered_at"])
    times = f", {alert['count']} events" if alert.get("count", 1) > 1 else ""
    return f"{local(began)}, {ago(began, seen)}{times}"


def _next(alert: dict[str, Any], seen: datetime) -> str:
    said, due = alert.get("next") or "", alert.get("next_due")
    if not due:
        return str(said)
    when = ago(instant(due), seen)
    if alert["state"] == "triggered" and said:
        return f"{said} ({when})"
    return f"{said}; Roust acts again {when}" if said else f"Roust acts {when}"


def _link(link: dict[str, Any]) -> str:
    return f"{link['text']}: {link['href']}" if link.get("text") else str(link["href"])


def _timeline(alert: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("WHEN", no_wrap=True)
    table.add_column("AFTER", no_wrap=True, justify="right")
    table.add_column("WHAT", overflow="fold")
    began = instant(alert["triggered_at"])
    said = None
    for entry in alert["timeline"]:
        at = instant(entry["at"])
        # That it is suppressed has the reason of its trigger, which stands a line above.
        again = entry["kind"] == "suppressed" and entry.get("why") == said
        said = entry.get("why")
        table.add_row(clock(at), f"+{span(at - began)}", Group(*_told(entry | {"why": None} if again else entry)))
    return table


def _told(entry: dict[str, Any]) -> list[RenderableType]:
    """The entry's sentence, then what it does not say already: the reason, and the provider's word."""
    text = plain(entry["text"])
    if written := _WRITTEN.get(entry["kind"]):
        text = f"{written} by {plain(entry.get('user') or 'somebody')}: {text}"
    bad = entry.get("result") == "refused" or entry["kind"] in ("exhausted", "trouble")
    told: list[RenderableType] = [Text(text, style="red" if bad else "")]
    for name, word in (("why", entry.get("why")), ("provider", entry.get("said"))):
        if word and plain(word) not in text:
            told.append(Padding(Text(f"{name}: {plain(word)}", style="dim"), (0, 0, 0, 2)))
    return told
