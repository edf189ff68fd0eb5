"""The news: what stakeholders were told by hand, and when they hear again."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Update(BaseModel):
    """One status update. `number` counts from 1 and names it within its alert; `next`: when more was promised."""

    model_config = ConfigDict(frozen=True)

    number: int
    text: str
    by: str
    at: datetime
    next: datetime | None = None


class News(BaseModel):
    """What stakeholders were told by hand. `due`: when the next news is promised, if it is; `reminded`:
    whoever has the alert has been reminded of that promise."""

    updates: list[Update] = []
    due: datetime | None = None
    reminded: bool = False

    @property
    def latest(self) -> Update | None:
        return self.updates[-1] if self.updates else None
