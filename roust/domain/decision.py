"""What an alert does next: decisions are values."""

from dataclasses import dataclass
from datetime import datetime

from roust.domain.notification import PageRequest


@dataclass(frozen=True)
class Send:
    """Hand `request` to the page activity now; its result comes back under number `flight`.

    `summary` says it in the Temporal UI.
    """

    flight: int
    request: PageRequest
    summary: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do until `until` (None: until somebody or something speaks)."""

    until: datetime | None
    summary: str


@dataclass(frozen=True)
class End:
    """The alert is over, and who had to be told was told."""


Decision = Send | Wait | End
