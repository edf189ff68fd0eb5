"""What goes into a group's storm: its id, its input, its signal."""

from datetime import timedelta

from pydantic import BaseModel

from roust.domain.digest import WINDOW, Collected

STAKEHOLDERS = "Stakeholders"
COLLECT = "collect"


def stakeholders_id(group: str) -> str:
    """One per group while it is in a storm, and none otherwise."""
    return f"stakeholders/{group}"


class StormInput(BaseModel):
    """A group's storm begins: the first digest goes out after `first`. `collected` and `digests` are of a run
    that goes on."""

    group: str
    first: timedelta = WINDOW
    collected: Collected = Collected()
    digests: int = 0
