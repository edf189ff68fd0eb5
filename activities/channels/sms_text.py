"""The words of a text message: what, where, how bad, and how to answer, in one or two messages."""

from zoneinfo import ZoneInfo

import structlog

from activities import text
from activities.channels.gsm import capacity, length, narrow, plain, shortened
from activities.notice_wording import worded_notice
from roust.domain.notification import LAST_RESORT, Message, MessageKind

log = structlog.get_logger()

SEGMENTS, SEGMENTS_WIDE = 2, 3
"""At most so many messages; three where the words are in a script that GSM-7 lacks."""
_LEAST_WORDS = 40
"""Units that the words keep: where a link leaves less, the code alone answers."""
_SERVICE_CAP = 40

_BEFORE = {MessageKind.RESOLVED: "Resolved: ", MessageKind.REMINDER: "Still yours: "}


def sms_text(message: Message, code: str | None, url: str | None) -> str:
    """`P1 checkout: summary (since 03:07 CET)`, then how to answer. Never raises for what an alert says."""
    answers = _answers(message, code, url)
    try:
        if message.notices:
            # To a stakeholder: the heading says it, and nothing is to be answered.
            return _fitted(plain(worded_notice(message).subject), "", [])
        words, since = _words(message), _since(message)
        return _fitted(words, since, answers)
    # Whatever a source wrote, somebody has to be woken (rule 20).
    except Exception as error:
        log.error("text not rendered; sent plain", error=type(error).__name__, key=message.key)
        return "\n".join([f"{message.alert.priority} {message.alert.service}: alert", *answers[:1]])


def reply_text(said: str) -> str:
    """The words of an answer to a reply, in at most two messages."""
    words = plain(text.body(said).strip())
    wide = not narrow(words)
    return shortened(words, capacity(SEGMENTS, wide), wide)


def _fitted(words: str, since: str, answers: list[str]) -> str:
    for tail in dict.fromkeys("".join(f"\n{line}" for line in lines) for lines in (answers, answers[:1])):
        wide = not narrow(words + tail)
        left = capacity(SEGMENTS_WIDE if wide else SEGMENTS, wide) - length(tail, wide)
        if left >= min(_LEAST_WORDS, length(words, wide)):
            break
    if length(words + since, wide) <= left:
        return words + since + tail
    return shortened(words, left, wide) + tail


def _words(message: Message) -> str:
    alert = message.alert
    service = text.line(alert.service, _SERVICE_CAP)
    before = _BEFORE.get(message.kind, "")
    if message.kind is MessageKind.PAGE and message.occasion.startswith(LAST_RESORT):
        before = "Nobody has answered: "
    return plain(f"{before}{alert.priority.value} {service}: {text.line(message.headline) or 'no summary'}")


def _since(message: Message) -> str:
    if message.kind is MessageKind.RESOLVED:
        return ""
    at = message.alert.triggered_at
    try:
        local = at.astimezone(ZoneInfo(message.time_zone))
    # A zone of a configuration newer than this machine's zone data: UTC is understood too.
    except (KeyError, ValueError, OSError):
        local = at
    late = ", delayed" if message.delayed_since is not None else ""
    return plain(f" (since {local:%H:%M %Z}{late})")


def _answers(message: Message, code: str | None, url: str | None) -> list[str]:
    if message.parts and url and message.kind is not MessageKind.RESOLVED:
        return [url]
    if message.kind is MessageKind.RESOLVED or code is None:
        return []
    word = "resolve" if message.kind is MessageKind.REMINDER else "ack"
    return [f"Reply {word} {code}", *([url] if url else [])]
