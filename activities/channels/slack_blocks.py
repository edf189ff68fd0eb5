"""A message as Slack shows it: blocks in which a stranger's text is text and nothing else."""

from typing import Any

from activities import text
from activities.brief import ACKNOWLEDGE, brief, buttons
from activities.wording import Hyperlink, hyperlinks, subject
from roust.domain.alert import AlertState
from roust.domain.notification import LAST_RESORT, REASSIGNED, Message, MessageKind

ACTION = "roust."
"""How the `action_id` of each of our buttons begins; what follows is the answer."""

_HEADER, _SECTION, _FALLBACK = 150, 2900, 300
"""Slack takes 150 characters of a header, 3000 of a section's text (docs.slack.dev, Block Kit)."""


def escaped(words: str) -> str:
    """`words` in mrkdwn without any power: no link, no mention of a channel or a person."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback(message: Message) -> str:
    """The line that a notification shows."""
    words = subject(message) if message.notices else f"{subject(message)} ({standing(message)})"
    return escaped(text.line(words, _FALLBACK))


def blocks(message: Message, *, private: bool) -> list[dict[str, Any]]:
    """The message. `private`: only the person it is for reads it, so that it may hold their own link."""
    header = {"type": "header", "text": _plain(text.line(subject(message), _HEADER))}
    if message.notices:
        # Words for outsiders: no link that they could not open, no state in our words.
        return [header, {"type": "section", "text": _plain(brief(message, _SECTION))}]
    shown: list[dict[str, Any]] = [
        header,
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{escaped(standing(message))}*", "verbatim": True}},
        {"type": "section", "text": _plain(brief(message, _SECTION))},
    ]
    links = hyperlinks(message.alert)
    if private and message.answer_url:
        label = f"Answer for all {len(message.parts)}" if message.parts else "Open the alert"
        links = [Hyperlink(label, message.answer_url), *links]
    if links:
        words = " · ".join(_link(link) for link in links)
        shown.append({"type": "section", "text": {"type": "mrkdwn", "text": words[:_SECTION], "verbatim": True}})
    if message.press is not None and (pressable := _buttons(message, message.press.token)):
        shown.append({"type": "actions", "block_id": "roust", "elements": pressable})
    return shown


def standing(message: Message) -> str:
    """Where the alert stands, in our own words."""
    alert = message.alert
    match alert.state:
        case _ if message.kind is MessageKind.RESOLVED:
            return "Resolved"
        case AlertState.ACKNOWLEDGED | AlertState.SNOOZED if alert.owner:
            return f"{alert.state.value.capitalize()} by {alert.owner}"
        case AlertState.TRIGGERED if message.occasion.startswith(LAST_RESORT):
            return "Triggered: last resort"
        case AlertState.TRIGGERED if message.occasion == REASSIGNED:
            return "Triggered: reassigned"
        case AlertState.TRIGGERED if message.step:
            return f"Triggered: step {message.step} of {message.steps}, pass {message.pass_} of {message.passes}"
        case AlertState.EXHAUSTED:
            return "Exhausted: nobody has answered"
        case _:
            return alert.state.value.capitalize()


def _buttons(message: Message, token: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "button",
            "action_id": ACTION + answer,
            "text": _plain(label),
            "value": token,
            **({"style": "primary"} if answer == ACKNOWLEDGE else {}),
        }
        for answer, label in buttons(message)
    ]


def _plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": False}


def _link(link: Hyperlink) -> str:
    href = link.href
    for sign, code in (("<", "%3C"), (">", "%3E"), ("|", "%7C"), ("&", "&amp;")):
        href = href.replace(sign, code)
    return f"<{href}|{escaped(link.text).replace('|', '/')}>"
