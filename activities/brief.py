"""A message in few words, for a phone's lock screen or a chat, and the buttons that belong under it."""

from activities import text
from activities.notice_wording import worded_notice
from activities.wording import rows, what_now
from roust.domain.alert import AlertState
from roust.domain.notification import OUTSIDE, Message, MessageKind

ACKNOWLEDGE, RESOLVE, ESCALATE = "acknowledge", "resolve", "escalate"
"""What a button answers; the API knows the same words."""

_DESCRIPTION = 600


def brief(message: Message, most_bytes: int) -> str:
    """What a heading leaves out, in at most so many bytes of UTF-8; never empty."""
    if message.notices:
        _, _, below = worded_notice(message).text.partition("\n")
        return cut(below.strip(), most_bytes)
    alert = message.alert
    parts = [what_now(message).strip(), "\n".join(f"{name}: {said}" for name, said in rows(message))]
    if len(text.line(alert.summary, _DESCRIPTION)) > _HEADING:
        parts.append(text.line(alert.summary, _DESCRIPTION))
    parts.append(text.body(alert.description, _DESCRIPTION).strip())
    return cut("\n\n".join(part for part in parts if part), most_bytes) or alert.id


def cut(words: str, most_bytes: int) -> str:
    """`words` in at most so many bytes of UTF-8, cut between characters, an ellipsis where it was cut."""
    whole = words.encode("utf-8", "replace")
    if len(whole) <= most_bytes:
        return whole.decode()
    return whole[: most_bytes - len("…".encode())].decode("utf-8", "ignore") + "…"


def buttons(message: Message) -> list[tuple[str, str]]:
    """What may be answered now, as (answer, label). Escalate only where a further step is to come."""
    state = message.alert.state
    if message.kind in (MessageKind.RESOLVED, MessageKind.NOTICE) or state is AlertState.RESOLVED:
        return []
    found = [] if state is AlertState.ACKNOWLEDGED else [(ACKNOWLEDGE, "Acknowledge")]
    found.append((RESOLVE, "Resolve"))
    climbing = state in (AlertState.TRIGGERED, AlertState.ACKNOWLEDGED) and message.step != OUTSIDE
    if climbing and (message.step, message.pass_) != (message.steps, message.passes):
        found.append((ESCALATE, "Escalate"))
    return found


_HEADING = 150
