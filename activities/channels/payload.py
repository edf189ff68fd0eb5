"""The JSON of a message to a webhook."""

import json
from typing import Any

import structlog

from activities import text
from activities.channels.notice_payload import notice_payload
from roust.domain.notification import LAST_RESORT, Message

log = structlog.get_logger()


def payload(message: Message) -> bytes:
    """The body to post: ASCII JSON, the same for the same message. If an alert's own words cannot be
    rendered, a plain one without them: any text pages (rule 20)."""
    try:
        return _encode(notice_payload(message) if message.notices else _whole(message))
    # Whatever a source wrote, somebody has to be woken.
    except Exception as error:
        log.error("webhook payload not rendered; sent plain", error=type(error).__name__, key=message.key)
        return _encode(_plain(message))


def _encode(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def _plain(message: Message) -> dict[str, Any]:
    alert = message.alert
    plain: dict[str, Any] = {
        "type": message.kind.value,
        "id": message.key,
        "alert": {
            "id": alert.id,
            "service": alert.service,
            "summary": text.line(alert.summary),
            "priority": alert.priority.value,
            "urgency": alert.urgency.value,
            "state": alert.state.value,
            "url": message.alert_url,
            "acknowledge_url": message.answer_url,
        },
        "user": message.user,
        "contact": message.contact,
        "step": message.step,
        "pass": message.pass_,
    }
    if message.parts:
        plain["acknowledge_url"] = message.answer_url
        plain["alerts"] = [
            {
                "id": part.id,
                "summary": part.summary,
                "priority": part.priority.value,
                "acknowledge_url": part.acknowledge_url,
                "key": part.key,
            }
            for part in message.parts
        ]
    return plain


def _whole(message: Message) -> dict[str, Any]:
    alert = message.alert
    whole = _plain(message)
    whole["alert"] |= {
        "dedup_key": text.line(alert.dedup_key),
        "description": text.body(alert.description),
        "source": text.line(alert.source),
        "labels": text.value(alert.labels),
        "links": [{"href": text.line(i.href, 2048), "text": text.line(i.text)} for i in alert.links],
        "details": text.value(alert.details),
        "truncated": alert.truncated,
        "runbook": alert.runbook,
        "impact": alert.impact,
        "triggered_at": alert.triggered_at.isoformat(),
        "count": alert.count,
        "owner": alert.owner,
    }
    return whole | {
        "cycle": message.cycle,
        "passes": message.passes,
        "steps": message.steps,
        "last_resort": message.occasion.startswith(LAST_RESORT),
        "at": message.at.isoformat(),
        "delayed_since": message.delayed_since.isoformat() if message.delayed_since else None,
        "note": text.body(message.note),
    }
