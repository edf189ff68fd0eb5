"""Several messages to one contact made into one: the worst of them, with all the alerts it tells of."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from activities import text
from roust.domain.alert import Urgency
from roust.domain.errors import RoustError
from roust.domain.notification import MergedPage, Message, Part

log = structlog.get_logger()


class PageLinks(Protocol):
    """What a merged message needs of `roust.runtime.links.Links`."""

    def page_url(self, alert_id: str, user: str, page: str) -> str: ...


def merged(messages: Sequence[Message], links: PageLinks) -> tuple[Message, MergedPage] | Message:
    """One message for all of `messages`, and the record that its link answers by; the message itself when
    they are of one alert.

    Its key is a hash of theirs: the same alerts merged again carry the same key, and a receiver that drops
    what it knows never drops an alert that it does not know.
    """
    alerts: dict[str, Message] = {}
    for message in sorted(messages, key=_badness):
        alerts.setdefault(message.alert.id, message)
    worst = next(iter(alerts.values()))
    if len(alerts) == 1:
        return worst
    page, service = _digest(message.key for message in messages), worst.alert.service
    record = MergedPage(id=page, service=service, user=worst.user, contact=worst.contact, alerts=list(alerts))
    parts = [
        Part(
            id=alert,
            summary=text.line(message.alert.summary),
            priority=message.alert.priority,
            acknowledge_url=message.answer_url,
            key=message.key,
        )
        for alert, message in alerts.items()
    ]
    # A button in the message itself would answer for the worst alone: the link answers for all.
    one = {
        "key": f"{service}/storm/{page}",
        "answer_url": _answer_url(worst, page, links),
        "press": None,
        "parts": parts,
    }
    return worst.model_copy(update=one), record


def _badness(message: Message) -> tuple[object, ...]:
    alert = message.alert
    return (alert.urgency is not Urgency.HIGH, alert.priority.value, alert.triggered_at, alert.id)


def _digest(keys: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(set(keys))).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _answer_url(worst: Message, page: str, links: PageLinks) -> str | None:
    """None when it is over: then there is nothing to answer."""
    if worst.answer_url is None:
        return None
    try:
        return links.page_url(worst.alert.id, worst.user, page)
    # A merged page that can be answered for its worst alert only is better than none.
    except (RoustError, ValueError) as error:
        log.error("merged page without a link of its own", why=str(error), alert=worst.alert.id)
        return worst.answer_url
