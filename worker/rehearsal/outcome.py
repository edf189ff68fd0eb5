"""The outcome of a rehearsal: who was paged when, from what the channels were handed."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from roust.domain.duration import format_duration
from roust.domain.notification import MessageKind, Result
from roust.domain.timeline import Entry, Kind
from roust.domain.zones import format_time
from worker.rehearsal.play import Played
from worker.rehearsal.recording import Sent


@dataclass(frozen=True, order=True)
class Page:
    """A page that was taken; `after` in whole seconds from the trigger. `step` 0: of no step of the policy."""

    after: int
    user: str
    contact: str
    step: int
    pass_: int
    cycle: int

    def __str__(self) -> str:
        return f"{seconds(self.after)} {self.user} by {self.contact} (step {self.step}, pass {self.pass_})"


def pages(played: Played) -> list[Page]:
    """Those that reached a contact, in order of time, then user, then contact."""
    return sorted(
        Page(after(sent, played), m.user, m.contact, m.step, m.pass_, m.cycle)
        for sent in played.sent
        if (m := sent.message).kind is MessageKind.PAGE and sent.result is Result.SENT
    )


@dataclass(frozen=True, order=True)
class Heard:
    """A notice that reached somebody of its group; `event` is the moment that the group had asked for."""

    after: int
    group: str
    event: str

    def __str__(self) -> str:
        return f"{seconds(self.after)} notice to {self.group}: {self.event}"


def notices(played: Played) -> list[Heard]:
    """Each once, when its first member was told, in order of time, then group."""
    found: dict[str, Heard] = {}
    for entry in played.timeline:
        if entry.kind is Kind.NOTICE and entry.data and _somebody_told(entry.data):
            at = round((entry.at - played.begins).total_seconds())
            found.setdefault(entry.key or "", Heard(at, entry.data["group"], entry.data["moment"]))
    return sorted(found.values())


def _somebody_told(data: dict[str, Any]) -> bool:
    return any(member["result"] == Result.SENT for member in data.get("members", []))


def after(sent: Sent, played: Played) -> int:
    """Whole seconds from the trigger. The server's clock runs on, by milliseconds, while something is done."""
    return round((sent.message.at - played.begins).total_seconds())


def seconds(count: int) -> str:
    """As the file writes it."""
    return format_duration(timedelta(seconds=count))


def as_data(file: str, played: Played, begins: datetime, ok: bool) -> dict[str, Any]:
    """One rehearsal for programs (`--json`)."""
    return {
        "file": file,
        "ok": ok,
        "outcome": played.outcome,
        "pages": [_page(page, begins) for page in pages(played)],
        "notices": [asdict(heard) for heard in notices(played)],
        "timeline": [_entry(entry) for entry in played.timeline],
    }


def _page(page: Page, begins: datetime) -> dict[str, Any]:
    told = {"pass" if name == "pass_" else name: value for name, value in asdict(page).items()}
    at = {"at": format_time(begins + timedelta(seconds=page.after))}
    return {"after": told.pop("after"), **at, **told}


def _entry(entry: Entry) -> dict[str, Any]:
    return {"pass" if name == "pass_" else name: value for name, value in entry.model_dump(mode="json").items()}
