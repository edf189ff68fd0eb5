"""The report: was it worth it? Per service and per person, and the alerts that nobody ever acted upon."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from roust.domain.tally import Ended, Tally

MOST_NOISE = 100
"""Alerts named that nobody acts upon: whoever deletes these first sees the next ones."""


class Closed(BaseModel):
    """One alert that is over. `tally` None: it ended in Temporal without a last word of its own."""

    model_config = ConfigDict(frozen=True)

    service: str
    summary: str
    dedup_key: str = ""
    triggered_at: datetime
    tally: Tally | None = None


class Counted(BaseModel):
    """`to_acknowledge` in seconds, from the first page to the first acknowledge: the middle, and of nine in ten."""

    pages: int = 0
    nights: int = 0
    acknowledged: int = 0
    to_acknowledge_median: float | None = None
    to_acknowledge_p90: float | None = None


class OfService(Counted):
    """`quiet` paged nobody. `healed`: resolved by its source before anyone did anything. `untouched`: paged
    somebody, and nobody ever did anything about it (healed ones among them)."""

    service: str
    alerts: int = 0
    quiet: int = 0
    exhausted: int = 0
    healed: int = 0
    untouched: int = 0


class OfPerson(Counted):
    """`acknowledged`: those that were theirs first."""

    user: str


class Noise(BaseModel):
    """An alert that came back `alerts` times, paged people, and was never acted upon."""

    service: str
    summary: str
    dedup_key: str
    alerts: int
    pages: int
    nights: int
    last: datetime


Line = TypeVar("Line", OfService, OfPerson, Noise)


class Report(BaseModel):
    """What the alerts that closed in [since, until) cost. `untold` of them left no tally: not counted further.

    `open`: not over yet and not counted. `kept_days`: how far back the server keeps closed alerts (None: it
    did not say). `cut`: there were more than were read; the newest are in it.
    """

    since: datetime
    until: datetime
    alerts: int
    untold: int
    open: int
    kept_days: float | None = None
    cut: bool = False
    services: list[OfService]
    people: list[OfPerson]
    noise: list[Noise]


def report(
    closed: Sequence[Closed],
    since: datetime,
    until: datetime,
    *,
    people: Collection[str],
    open_: int = 0,
    kept_days: float | None = None,
    cut: bool = False,
) -> Report:
    """Add `closed` up. `people` are the users that there are: a source that acknowledges is none of them."""
    told = [(one, one.tally) for one in closed if one.tally is not None]
    services = {name: [(o, t) for o, t in told if o.service == name] for name in sorted({o.service for o, _ in told})}
    paged = {user for _, tally in told for user in tally.people}
    answered = {by for _, tally in told if (by := tally.acknowledged_by) is not None and by in people}
    return Report(
        since=since,
        until=until,
        alerts=len(closed),
        untold=len(closed) - len(told),
        open=open_,
        kept_days=kept_days,
        cut=cut,
        services=_most_pages(_service(name, [tally for _, tally in own]) for name, own in services.items()),
        people=_most_pages(_person(user, [tally for _, tally in told]) for user in sorted(paged | answered)),
        noise=_noise(told),
    )


def _service(name: str, tallies: list[Tally]) -> OfService:
    paged = [tally for tally in tallies if tally.pages]
    untouched = [tally for tally in paged if not tally.acted]
    return OfService(
        service=name,
        alerts=len(tallies),
        quiet=len(tallies) - len(paged),
        pages=sum(tally.pages for tally in paged),
        nights=sum(tally.nights for tally in paged),
        exhausted=sum(tally.exhausted for tally in tallies),
        healed=sum(tally.ended is Ended.SOURCE for tally in untouched),
        untouched=len(untouched),
        **_times(tallies),
    )


def _person(user: str, tallies: list[Tally]) -> OfPerson:
    own = [tally.people[user] for tally in tallies if user in tally.people]
    return OfPerson(
        user=user,
        pages=sum(each.pages for each in own),
        nights=sum(each.nights for each in own),
        **_times([tally for tally in tallies if tally.acknowledged_by == user]),
    )


def _times(tallies: Iterable[Tally]) -> dict[str, Any]:
    answered = [tally for tally in tallies if tally.acknowledged_by is not None]
    seconds = sorted(tally.to_acknowledge for tally in answered if tally.to_acknowledge is not None)
    return {
        "acknowledged": len(answered),
        "to_acknowledge_median": round(median(seconds), 1) if seconds else None,
        "to_acknowledge_p90": nearest_rank(seconds, 0.9) if seconds else None,
    }


def nearest_rank(ordered: Sequence[float], share: float) -> float:
    """The least of `ordered` that at least `share` of them do not exceed."""
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def _noise(told: Iterable[tuple[Closed, Tally]]) -> list[Noise]:
    by_key: dict[tuple[str, str], list[tuple[Closed, Tally]]] = {}
    for one, tally in told:
        by_key.setdefault((one.service, one.dedup_key), []).append((one, tally))
    # A source that gives each event a key of its own says what it is about by the summary alone.
    by_name: dict[tuple[str, str], list[tuple[Closed, Tally]]] = {}
    for (service, _), same in by_key.items():
        newest = max(same, key=lambda pair: pair[0].triggered_at)[0]
        by_name.setdefault((service, newest.summary), []).extend(same)
    found = [_one_noise(same) for same in by_name.values() if not any(tally.acted for _, tally in same)]
    return _most_pages(each for each in found if each.pages)[:MOST_NOISE]


def _one_noise(same: list[tuple[Closed, Tally]]) -> Noise:
    newest = max(same, key=lambda pair: pair[0].triggered_at)[0]
    return Noise(
        service=newest.service,
        summary=newest.summary,
        dedup_key=newest.dedup_key,
        alerts=len(same),
        pages=sum(tally.pages for _, tally in same),
        nights=sum(tally.nights for _, tally in same),
        last=newest.triggered_at,
    )


def _most_pages(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.pages, -line.nights))
