"""Holding: what begins to page in maintenance, and what a change of the maintenance does to what it holds."""

from datetime import datetime
from typing import TYPE_CHECKING

from roust.domain.alert import AlertState
from roust.domain.timeline import Kind

if TYPE_CHECKING:
    from roust.domain.escalation import Escalation


def begin_or_hold(story: "Escalation", until: datetime | None, due: datetime, now: datetime) -> None:
    """It climbs, as of `due`; in maintenance it waits for the end, as what starts in it does (rule 17)."""
    story.begin_cycle(due, now)
    if until is not None and until > now:
        story.enter(AlertState.HELD, now)
        story.resume_at = until
        # As one that starts held: stakeholders hear of it when it climbs.
        story.audience.paging = False
        story.note(Kind.HELD, now, f"Held until {until:%Y-%m-%d %H:%M} UTC: maintenance.")


def hold_anew(story: "Escalation", until: datetime | None, because: str, now: datetime) -> None:
    """The alert is held until `until` now; None: no longer, so it climbs. Nothing for one that is not held."""
    if story.alert.state is not AlertState.HELD or until == story.resume_at:
        return
    if until is None or until <= now:
        story.begin_cycle(now, now)
        text = "No longer held, and still open: it climbs."
        story.note(Kind.RESUMED, now, text, why=because or None)
        return
    story.resume_at = until
    story.note(Kind.HELD, now, f"Held until {until:%Y-%m-%d %H:%M} UTC now: maintenance.", why=because or None)
