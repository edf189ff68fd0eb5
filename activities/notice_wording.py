"""The words of a notice, for people who will not fix it: plain text and HTML."""

import structlog
from jinja2 import Environment

from activities import text
from activities.notice_facts import NoticeFacts
from activities.reader_time import ReaderTime
from activities.worded import TEMPLATES, Worded
from roust.domain.notice import Moment, Notice
from roust.domain.notice_template import NoticeTemplate, fill
from roust.domain.notification import Message

log = structlog.get_logger()

SUBJECT_CAP = 150
MOST_IN_A_DIGEST = 20
"""Outages that a digest tells one by one; of more it tells the number."""
NOTHING_TO_DO = "For your information: there is nothing that you need to do."


def worded_notice(message: Message, templates: Environment = TEMPLATES) -> Worded:
    """`message.notices` in words: one outage, or several as a digest. Never raises for what a text or a
    template holds: a template that fails is passed over, and what cannot be rendered is said plainly."""
    try:
        return _rendered(message, templates)
    # Plain words are better than none (rule 20).
    except Exception as error:
        log.error("notice not rendered; sent plain", error=type(error).__name__, key=message.key)
        return _plain(message)


def latest(notices: list[Notice]) -> list[Notice]:
    """The last notice of each alert, in order of time: a digest tells how things stand, not how they went."""
    last = {notice.alert: notice for notice in sorted(notices, key=lambda notice: notice.at)}
    return sorted(last.values(), key=lambda notice: (notice.priority, notice.since, notice.alert))


def reference(notice: Notice) -> str:
    """A beginning of the alert's id, for whoever calls about it."""
    return notice.alert[: len(notice.service) + 9]


def _rendered(message: Message, templates: Environment) -> Worded:
    clock = ReaderTime(message.time_zone)
    notices = latest(message.notices)
    facts = [NoticeFacts(notice, clock) for notice in notices]
    own = _own_words(message, facts[0]) if len(notices) == 1 else Worded("", "", None)
    shown: dict[str, object] = {
        "subject": own.subject or (_subject(facts[0]) if len(facts) == 1 else _digest_subject(facts)),
        "facts": facts[:MOST_IN_A_DIGEST],
        "omitted": max(len(facts) - MOST_IN_A_DIGEST, 0),
        "own": own.text,
        "nothing_to_do": NOTHING_TO_DO,
        "group": text.line(notices[0].group),
        "reference": reference(notices[0]),
    }
    form = "notice" if len(facts) == 1 else "digest"
    return Worded(
        subject=str(shown["subject"]),
        text=templates.get_template(f"{form}.txt").render(shown),
        html=templates.get_template(f"{form}.html").render(shown),
    )


def _own_words(message: Message, facts: NoticeFacts) -> Worded:
    """The group's own subject and text; empty where it has none, or where its template fails."""
    template = message.template or NoticeTemplate()
    try:
        fields = facts.fields()
        subject = text.line(fill(template.subject or "", fields), SUBJECT_CAP)
        return Worded(subject, text.body(fill(template.text or "", fields)).strip(), None)
    except ValueError as error:
        log.error("notice template passed over", why=str(error)[:200], key=message.key)
        return Worded("", "", None)


def _subject(facts: NoticeFacts) -> str:
    return text.line(f"{facts.label}: {facts.impact}", SUBJECT_CAP)


def _digest_subject(facts: list[NoticeFacts]) -> str:
    over = sum(one.over for one in facts)
    what = f"{len(facts)} outages"
    if over == len(facts):
        what += " are over"
    elif over:
        what += f", {over} of them over"
    return text.line(f"{what}: {'; '.join(dict.fromkeys(one.impact for one in facts))}", SUBJECT_CAP)


def _plain(message: Message) -> Worded:
    said = [f"{_moment(notice)}: {text.line(notice.service)}" for notice in message.notices[:MOST_IN_A_DIGEST]]
    subject = said[0] if said else "Notice"
    return Worded(text.line(subject), "\n".join([*(said or [subject]), "", NOTHING_TO_DO]) + "\n", None)


def _moment(notice: Notice) -> str:
    return "Resolved" if notice.moment is Moment.RESOLVED else "Outage"
