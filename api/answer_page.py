"""The answer page in words: one alert for one person on a phone, and what came of their press."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.answer_buttons import WORDS, more
from api.press import SAYS, Button
from roust.domain.alert import AlertState
from roust.domain.directory import Directory, User
from roust.domain.duration import format_duration
from roust.domain.updates import UPDATE_LENGTH
from roust.domain.verbs import NOTE_LENGTH
from workflows.messages import AlertView, Answer, Standing

LATEST = 12
"""Entries of the timeline that the page shows, the newest first."""

_ROOM = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_ROOM),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = (_ROOM / "answer.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True)
class Outcome:
    """What the page says first. `tone`: good, news, wait or bad; `status` is the HTTP one.
    `kept`, `kept_update`: the note or update that was not taken, so that nobody types it twice."""

    text: str
    tone: str
    status: int = 200
    kept: str = ""
    kept_update: str = ""


@dataclass(frozen=True)
class Again:
    """The one button that is asked for once more, with its signed `mark` and what it `said`."""

    button: Button
    mark: str
    said: str = ""


@dataclass(frozen=True)
class Reader:
    """The person who reads the page: their names for others, their zone, the hour it is for them."""

    user: str
    directory: Directory
    now: datetime

    def name(self, user: str) -> str:
        known = self.directory.users.get(user)
        return known.name or user if known is not None else user

    def at(self, instant: datetime) -> str:
        """`14:03 CET`, with the day when it is not today's."""
        zone = ZoneInfo(self.directory.users.get(self.user, User()).time_zone)
        local, today = instant.astimezone(zone), self.now.astimezone(zone).date()
        return f"{local:%H:%M %Z}" if local.date() == today else f"{local:%a %-d %b %H:%M %Z}"

    def ago(self, instant: datetime) -> str:
        """How long ago, roughly: `under a minute`, `12m`, `3h5m`."""
        length = self.now - instant
        return (
            format_duration(length - length % timedelta(minutes=1))
            if length >= timedelta(minutes=1)
            else "under a minute"
        )


def over(alert: AlertView | Standing, reader: Reader) -> str:
    """That it is over, with when and by whom."""
    by = "you" if alert.resolved_by == reader.user else reader.name(alert.resolved_by or "nobody known")
    return f"Resolved at {reader.at(alert.resolved_at)} by {by}." if alert.resolved_at else f"Resolved by {by}."


def outcome(button: Button, answer: Answer, alert: AlertView | Standing, reader: Reader) -> Outcome:
    """What came of a press, honestly."""
    if not answer.accepted:
        if alert.state is AlertState.RESOLVED:
            return Outcome(over(alert, reader), "news", 409)
        return Outcome(f"Refused: {answer.reason}.", "bad", 409)
    if button is Button.RESOLVE:
        return Outcome(f"Resolved by you at {reader.at(answer.at)}.", "good")
    if answer.first:
        return Outcome(f"Acknowledged by you at {reader.at(answer.at)}. Escalation has stopped.", "good")
    since = reader.at(alert.acknowledged_at or answer.at)
    if answer.owner == reader.user:
        return Outcome(f"You have had it since {since}.", "good")
    who = reader.name(answer.owner or "somebody")
    return Outcome(f"{who} has had it since {since} — you are recorded too.", "news")


RECORDED = Outcome(
    "Recorded, not yet confirmed: Roust will act on it as soon as a worker runs. Look again in a minute.",
    "wait",
    202,
)
NOT_ACKNOWLEDGED = Outcome(
    "NOT acknowledged: Temporal cannot be reached; escalation continues. Press again.", "bad", 503
)
NOT_RESOLVED = Outcome("NOT resolved: Temporal cannot be reached; escalation continues. Press again.", "bad", 503)
CANNOT_LOOK = Outcome("Temporal cannot be reached; escalation continues.", "bad", 503)
NOT_KEPT = Outcome("This alert is over and no longer kept.", "news", 410)
EXPIRED = Outcome("This alert is over, and this link has expired.", "news", 410)
NO_SUCH_PAGE = Outcome("There is no such page. Copy the whole link from the message.", "bad", 404)


def render(
    said: Outcome | None,
    reader: Reader | None = None,
    alert: AlertView | Standing | None = None,
    buttons: bool = False,
    again: Again | None = None,
    paging: int = 0,
) -> str:
    """The page. `again`: only that button. `paging`: how many alerts of the service page."""
    view = alert if isinstance(alert, AlertView) else None
    shown: dict[str, Any] = {
        "style": _STYLE,
        "said": said,
        "reader": reader,
        "alert": alert,
        "view": view,
        "timeline": list(reversed(view.timeline[-LATEST:])) if view else [],
        "links": [link for link in view.links if _safe(link.href)] if view else [],
        "runbook": view.runbook if view and _safe(view.runbook) else None,
        "buttons": buttons,
        "again": again,
        "words": WORDS,
        "note_length": NOTE_LENGTH,
        "update_length": UPDATE_LENGTH,
        "says": SAYS,
        "more": more(view, paging) if view and buttons and not again else {},
        "paging": paging,
        # Pressed again by whoever has it, it means: still at it.
        "mine": alert is not None and reader is not None and alert.owner == reader.user,
    }
    return _PAGES.get_template("answer.html").render(shown)


def render_merged(
    said: Outcome | None,
    reader: Reader,
    service: str,
    listed: Sequence[object],
    count: int,
    paging: int,
    others: int,
    again: Again | None = None,
) -> str:
    """The page of `count` alerts, of which `listed` are named and `paging` page; `others`: so many of the
    service, when that is more."""
    return _PAGES.get_template("answer_merged.html").render(
        style=_STYLE,
        said=said,
        reader=reader,
        service=service,
        listed=listed,
        count=count,
        paging=paging,
        others=others,
        again=again,
        words=WORDS,
    )


def _safe(href: str | None) -> bool:
    return href is not None and href.lower().startswith(("https://", "http://"))
