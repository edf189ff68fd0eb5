"""The JSON of a notice to a webhook: `type: notice`, free of what is meant for engineers."""

from typing import Any

from activities import text
from activities.notice_facts import AFFECTED_CAP, NAME_CAP, UPDATE_CAP
from activities.notice_wording import latest, worded_notice
from roust.domain.notice import Notice
from roust.domain.notification import Message


def notice_payload(message: Message) -> dict[str, Any]:
    """One outage stands in `alert`; a digest has them all in `alerts`, the worst one in `alert`. `subject`
    and `text` are the words that a mail would have."""
    notices, words = latest(message.notices), worded_notice(message)
    alerts = [_alert(notice) for notice in notices]
    return {
        "type": message.kind.value,
        "id": message.key,
        "group": notices[0].group,
        "moment": notices[0].moment.value if len(notices) == 1 else "digest",
        "subject": words.subject,
        "text": words.text,
        "alert": alerts[0],
        **({"alerts": alerts} if len(alerts) > 1 else {}),
        "user": message.user or None,
        "contact": message.contact,
        "at": message.at.isoformat(),
    }


def _alert(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.alert,
        "service": notice.service,
        "impact": text.line(notice.impact, AFFECTED_CAP) if notice.impact else None,
        "priority": notice.priority.value,
        "state": notice.state.value,
        "moment": notice.moment.value,
        "triggered_at": notice.since.isoformat(),
        "at": notice.at.isoformat(),
        "owner": text.line(notice.owner, NAME_CAP) if notice.owner else None,
        "next_due": notice.next_due.isoformat() if notice.next_due else None,
        "news_due": notice.news_due.isoformat() if notice.news_due else None,
        "update": text.body(notice.update, UPDATE_CAP) or None,
        "update_by": text.line(notice.update_by, NAME_CAP) if notice.update_by else None,
    }
