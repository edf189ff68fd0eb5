"""Holding: what a change of the maintenance does to an alert that is held already."""

from datetime import datetime

from roust.domain.alert import AlertState
from roust.domain.escalation import Escalation
from roust.domain.timeline import Kind


def hold_anew(story: Escalation, until: datetime | None, because: str, now: datetime) -> None:
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
