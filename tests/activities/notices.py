"""Notices with defaults that do not matter to the test."""

from datetime import timedelta
from typing import Any

from roust.domain.notice import Notice
from roust.domain.notification import Message
from tests.builders import NOON, an_alert

ALERT = an_alert().id


def a_notice(**parts: Any) -> Notice:
    """That checkout is down, at its beginning, for the executives; the next step begins at five past."""
    whole: dict[str, Any] = {
        "moment": "triggered",
        "alert": ALERT,
        "group": "executives",
        "service": "checkout",
        "impact": "Customers cannot pay",
        "priority": "P1",
        "since": NOON,
        "at": NOON,
        "state": "triggered",
        "next_due": NOON + timedelta(minutes=5),
        "follows": ["triggered", "resolved"],
    }
    return Notice.model_validate(whole | parts)


def in_hand(**parts: Any) -> Notice:
    """Ada has it, ten minutes after the beginning."""
    whole = {"moment": "acknowledged", "state": "acknowledged", "owner": "Ada Lovelace", "next_due": None}
    return a_notice(**whole | {"at": NOON + timedelta(minutes=10)} | parts)


def over(**parts: Any) -> Notice:
    """It is over, after 80 minutes; Ada had it."""
    return in_hand(**{"moment": "resolved", "state": "resolved", "at": NOON + timedelta(minutes=80)} | parts)


def an_update(**parts: Any) -> Notice:
    """Ada writes to them, 25 minutes after the beginning, and promises more in half an hour."""
    whole: dict[str, Any] = {
        "moment": "update",
        "at": NOON + timedelta(minutes=25),
        "update": "We have found the cause: the bank's gateway refuses our certificate.\nWe are installing a new one.",
        "update_by": "Ada Lovelace",
        "news_due": NOON + timedelta(minutes=55),
    }
    return in_hand(**whole | parts)


def told(*notices: Notice, **parts: Any) -> Message:
    """The message of `notices` to the executives' mailing list, in Berlin."""
    whole: dict[str, Any] = {
        "kind": "notice",
        "key": f"{ALERT}/notice/executives/triggered/email-1",
        "alert": an_alert(),
        "user": "",
        "contact": "email-1",
        "at": notices[0].at if notices else NOON,
        "time_zone": "Europe/Berlin",
        "notices": notices,
    }
    return Message.model_validate(whole | parts)
