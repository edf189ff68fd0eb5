"""The notice: what a stakeholder, who will not fix it, is told of an outage, as facts without any words."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from roust.domain.alert import AlertState, Priority


class Moment(StrEnum):
    """What happened, for a stakeholder. `standing`: how it stands at the end of a group's `after`; nobody
    asks for it by name."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    EXHAUSTED = "exhausted"
    RESOLVED = "resolved"
    UPDATE = "update"
    STANDING = "standing"


AskedMoment = Literal[Moment.TRIGGERED, Moment.ACKNOWLEDGED, Moment.EXHAUSTED, Moment.RESOLVED, Moment.UPDATE]
"""The moments that a group may ask for."""


class Notice(BaseModel):
    """One moment of one alert, for one group. It holds nothing of the alert's own text, labels or runbook:
    whoever reads it does not speak that language, and may not be of the house.

    `since`: when the outage began; `at`: when the moment was. `impact`: the service's own words for what
    its users miss. `owner`: the display name of whoever has it. `next_due`: when Roust next tries to
    reach somebody (the next step or personal rule, the end of a snooze). `news_due`: when the next news was promised.
    `update`, `update_by`: what a responder wrote, and their display name, for the moments `update` and
    `standing`. `follows`: the moments that the group asked for, so that a text promises no other. `assumed`:
    nobody said that it is over; it was resolved by timeout.
    """

    model_config = ConfigDict(frozen=True)

    moment: Moment
    alert: str
    group: str
    service: str
    impact: str | None = None
    priority: Priority
    since: datetime
    at: datetime
    state: AlertState
    owner: str | None = None
    next_due: datetime | None = None
    news_due: datetime | None = None
    update: str = ""
    update_by: str | None = None
    follows: list[Moment] = []
    assumed: bool = False
