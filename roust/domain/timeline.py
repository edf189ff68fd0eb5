"""The timeline: what happened to an alert, in order, each entry with its reason."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Kind(StrEnum):
    """What an entry records. Words are data in histories: never renamed, only added to."""

    TRIGGERED = "triggered"
    REPEATED = "repeated"
    RAISED = "raised"
    SUPPRESSED = "suppressed"
    CYCLE = "cycle"
    STEP = "step"
    SKIPPED = "skipped"
    PAGED = "paged"
    PASSED_OVER = "passed_over"
    LAST_RESORT = "last_resort"
    EXHAUSTED = "exhausted"
    ACKNOWLEDGED = "acknowledged"
    REFUSED_VERB = "refused_verb"
    REMINDED = "reminded"
    TIMED_OUT = "timed_out"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    TOLD = "told"
    TROUBLE = "trouble"
    HELD = "held"
    SETTLING = "settling"
    SNOOZED = "snoozed"
    RESUMED = "resumed"
    ESCALATED = "escalated"
    REASSIGNED = "reassigned"
    NOTE = "note"
    UPDATE = "update"
    NOTICE = "notice"
    PART_OVER = "part_over"


class Entry(BaseModel):
    """One line of the timeline: `text` is a sentence for people, the rest is for programs.

    `result` is what became of a send (sent, refused, try_again), `said` the provider's words (at most
    200 characters, address masked), `why` the reason: how somebody came to be paged, or why not.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    kind: Kind
    text: str
    user: str | None = None
    contact: str | None = None
    channel: str | None = None
    result: str | None = None
    said: str | None = None
    why: str | None = None
    key: str | None = None
    cycle: int | None = None
    pass_: int | None = None
    step: int | None = None
    data: dict[str, Any] | None = None


_IN_A_ROW = (Kind.REPEATED, Kind.PART_OVER)
KEPT_FIRST, KEPT_LAST = 100, 800
"""How many entries stay, at the beginning and at the end: a history's payloads are bounded."""


FAILED = "try_again"
TIMES = "times"
"""In an entry's data: how many failures in a row it tells."""


class Timeline(BaseModel):
    """The entries so far; `omitted` counts those left out of the middle."""

    entries: list[Entry] = []
    omitted: int = 0

    def add(self, entry: Entry) -> None:
        """Append `entry`. Repeats in a row are one entry that keeps the latest; so are parts of a group that end."""
        last = self.entries[-1] if self.entries else None
        if last is not None and last.kind is entry.kind and entry.kind in _IN_A_ROW:
            self.entries[-1] = entry
            return
        self.entries.append(entry)
        if len(self.entries) > KEPT_FIRST + KEPT_LAST:
            del self.entries[KEPT_FIRST]
            self.omitted += 1

    def take_failure(self, key: str, said: str) -> Entry | None:
        """Take out what failed under `key` with the same words, if only failures came since: one entry tells all."""
        for place in reversed(range(len(self.entries))):
            entry = self.entries[place]
            if entry.result != FAILED:
                return None
            if entry.key == key and (entry.said or "") == said:
                return self.entries.pop(place)
        return None
