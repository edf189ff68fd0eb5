"""The words of page, reminder and resolved, for somebody half asleep: the first line says it all."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from jinja2 import Environment

from activities import text
from activities.notice_wording import worded_notice
from activities.worded import TEMPLATES, Worded
from roust.domain.alert import AlertText, Urgency
from roust.domain.notification import LAST_RESORT, REASSIGNED, Message, MessageKind

log = structlog.get_logger()

_SUMMARY_CAP = 200
"""Characters of a heading; more would push the answer off a phone's screen."""
_DETAILS_CAP = 1500
_MOST_LABELS = 30
_MOST_LINKS = 10
_MOST_ALERTS = 20
"""Alerts of a merged page that its mail names; the page behind its link has more."""


@dataclass(frozen=True)
class Listed:
    """One alert of a merged page, and the link that answers for it alone."""

    priority: str
    summary: str
    href: str


@dataclass(frozen=True)
class Hyperlink:
    """A link fit to be pressed: http or https, nothing else."""

    text: str
    href: str


def worded(message: Message, templates: Environment = TEMPLATES) -> Worded:
    """`message` in words. Never raises for what an alert says: if it cannot be rendered, a plain fallback."""
    if message.notices:
        return worded_notice(message)
    heading = subject(message)
    try:
        facts = _facts(message)
        return Worded(
            subject=heading,
            text=templates.get_template("message.txt").render(facts),
            html=templates.get_template("message.html").render(facts),
        )
    # A page in plain words is better than none (rule 20).
    except Exception as error:
        log.error("message not rendered; sent plain", error=type(error).__name__, key=message.key)
        return Worded(subject=heading, text=_plain(message), html=None)


def subject(message: Message) -> str:
    """`[P1] checkout: summary`, `[P1] checkout: 14 alerts, worst P1: summary`; what is no page says so first.

    A notice has words of its own.
    """
    if message.notices:
        return worded_notice(message).subject
    alert = message.alert
    what = f"[{alert.priority.value}] {alert.service}: {text.line(message.headline, 150) or 'no summary'}"
    match message.kind:
        case MessageKind.RESOLVED:
            return text.line(f"Resolved: {what}")
        case MessageKind.REMINDER:
            return text.line(f"Reminder: {what}")
        case _:
            return text.line(what)


def _plain(message: Message) -> str:
    answer = [f"Acknowledge: {message.answer_url}"] if message.answer_url else []
    return "\n\n".join([subject(message), *answer, f"Alert: {message.alert_url}"]) + "\n"


def _facts(message: Message) -> dict[str, object]:
    alert = message.alert
    return {
        "kind": message.kind.value,
        "subject": subject(message),
        "summary": text.line(message.headline, _SUMMARY_CAP) or "no summary",
        "service": alert.service,
        "priority": alert.priority.value,
        "answer_url": message.answer_url,
        "answer_words": _answer_words(message),
        "alerts": _alerts(message),
        "more_alerts": max(len(message.parts) - _MOST_ALERTS, 0),
        "what_now": what_now(message),
        "rows": rows(message),
        "description": _description(alert),
        "labels": [f"{text.line(k)}={text.line(v)}" for k, v in list(alert.labels.items())[:_MOST_LABELS]],
        "links": hyperlinks(alert),
        "details": _details(alert),
        "truncated": alert.truncated,
        "alert_id": alert.id,
        "alert_url": message.alert_url,
    }


def _answer_words(message: Message) -> str:
    many = len(message.parts)
    if message.kind is MessageKind.PAGE:
        return f"I have all {many}: acknowledge" if many else "I have it: acknowledge"
    return f"Open all {many}" if many else "Open the alert"


def _alerts(message: Message) -> list[Listed]:
    shown = message.parts[:_MOST_ALERTS]
    return [
        Listed(part.priority.value, text.line(part.summary, 120) or "no summary", part.acknowledge_url or "")
        for part in shown
    ]


def what_now(message: Message) -> str:
    """What the message asks of its reader, or tells; may be empty."""
    note = text.body(message.note).strip()
    match message.kind:
        case MessageKind.RESOLVED if message.parts:
            return "They are all over. Nothing is left to do for them."
        case MessageKind.REMINDER if message.parts:
            return "You have them, and they are not resolved yet."
        case _ if message.parts:
            return "They came together. One press answers for all of them. Below, the facts of the worst."
        case MessageKind.RESOLVED:
            return note or "It is over. Nothing is left to do."
        case MessageKind.REMINDER:
            return note or "You have it, and it is not resolved yet."
        case _:
            return note


def rows(message: Message) -> list[tuple[str, str]]:
    """What one must know at a glance, each with its name."""
    alert = message.alert
    loud = "high: wakes people" if alert.urgency is Urgency.HIGH else "low"
    found = [
        ("Since", _moment(alert.triggered_at, message.time_zone)),
        ("How bad", f"{alert.priority.value}, urgency {loud}"),
    ]
    if message.kind is MessageKind.PAGE:
        found.append(("Page", _place(message)))
    if message.delayed_since is not None:
        found.append(("Late", f"delayed: was due at {_moment(message.delayed_since, message.time_zone)}"))
    optional = [
        ("Impact", alert.impact),
        ("Owner", alert.owner),
        ("Source", alert.source),
        ("Repeats", f"{alert.count} times so far" if alert.count > 1 else None),
    ]
    return found + [(name, text.line(value, 500)) for name, value in optional if value]


def _place(message: Message) -> str:
    if message.occasion.startswith(LAST_RESORT):
        return "last resort: nobody else has answered"
    if message.occasion == REASSIGNED:
        return "reassigned to you"
    return f"step {message.step} of {message.steps}, pass {message.pass_} of {message.passes}"


def _moment(at: datetime, zone: str) -> str:
    """In the reader's zone, and in UTC where that is another."""
    universal = at.astimezone(UTC)
    try:
        local = at.astimezone(ZoneInfo(zone))
    # A zone of a configuration newer than this machine's zone data: UTC is understood too.
    except (KeyError, ValueError, OSError):
        local = universal
    spoken = f"{local:%a} {local.day} {local:%b %H:%M}"
    if local.utcoffset() == universal.utcoffset():
        return f"{spoken} UTC"
    return f"{spoken} {zone} ({universal:%H:%M} UTC)"


def hyperlinks(alert: AlertText) -> list[Hyperlink]:
    """The runbook and the alert's own links, those that are fit to be pressed."""
    found = [Hyperlink("Runbook", alert.runbook)] if alert.runbook else []
    found += [Hyperlink(text.line(link.text, 100) or "Link", link.href) for link in alert.links[:_MOST_LINKS]]
    cleaned = [Hyperlink(link.text, text.line(link.href, 2000)) for link in found]
    return [link for link in cleaned if link.href.lower().startswith(("https://", "http://"))]


def _description(alert: AlertText) -> str:
    whole = text.body(alert.summary).strip()
    before = f"{whole}\n\n" if len(whole) > _SUMMARY_CAP else ""
    return (before + text.body(alert.description).strip()).strip()


def _details(alert: AlertText) -> str:
    if not alert.details:
        return ""
    return text.body(json.dumps(text.value(alert.details), indent=1, ensure_ascii=False), _DETAILS_CAP)
