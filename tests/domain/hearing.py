"""A second reading of rule 19, slow and per group: what it hears, from how the alert stood from instant to instant."""

from collections.abc import Sequence
from dataclasses import dataclass

Trace = Sequence[tuple[float, str, str, bool]]
"""(seconds, state, priority, whether a step of the cycle has begun) whenever all was done."""


@dataclass(frozen=True)
class Asked:
    """What the group asked for; `wait` in seconds. `at_once`: the alert pages from its beginning on."""

    moments: frozenset[str]
    min_priority: str = "P1"
    wait: float = 0
    at_once: bool = True


def hears(asked: Asked, trace: Trace, updates: Sequence[float] = ()) -> list[tuple[float, str]]:
    """(seconds, moment) of all that the group hears, in order. Only one thing happens at an instant."""
    told: list[tuple[float, str]] = []
    begin = 0
    while begin is not None:
        outbreak, begin = _outbreak(asked, trace[:begin], trace[begin:], updates)
        told += outbreak
    return told


def _outbreak(
    asked: Asked, past: Trace, trace: Trace, updates: Sequence[float]
) -> tuple[list[tuple[float, str]], int | None]:
    """What it hears until it has heard that it is over, and where in the trace it breaks out anew."""
    concerned = next((at for n, (at, *_) in enumerate(trace) if _concerns(asked, [*past, *trace[: n + 1]])), None)
    if concerned is None:
        return [], None
    joined = next((row for row in trace if row[0] >= concerned + asked.wait and row[1] != "resolved"), None)
    if joined is None or (asked.wait and _over_for_good(trace, concerned + asked.wait)):
        return [], None
    at, state, *_ = joined
    told: list[tuple[float, str]] = []
    covered: set[str] = set()
    if asked.wait:
        known = [state, "triggered", *(["update"] if any(second <= at for second in updates) else [])]
        first = [moment for moment in known if moment in asked.moments][:1]
        told += [(at, moment) for moment in first]
        if first:
            covered = {was for second, was, *_ in [*past, *trace] if second <= at}
    elif "triggered" in asked.moments:
        told.append((at, "triggered"))
    singly: list[tuple[float, str]] = []
    for moment in ("acknowledged", "exhausted", "resolved"):
        became = _became([*past, *trace], moment)
        later = [second for second in became if second > at or (second == at and not asked.wait)]
        if moment in asked.moments and moment not in covered and later:
            singly.append((later[0], moment))
    singly += [(second, "update") for second in updates if second > at and "update" in asked.moments]
    told += sorted(singly)
    over = next((second for second, moment in told if moment == "resolved"), None)
    if over is None:
        return told, None
    again = next((n for n, row in enumerate(trace) if row[0] > over and row[1] != "resolved"), None)
    end = trace[again][0] if again is not None else over
    return [one for one in told if one[0] < end or one[0] == over], (len(past) + again if again is not None else None)


def _concerns(asked: Asked, until_now: Trace) -> bool:
    pages = asked.at_once or any(begun and state in ("triggered", "exhausted") for _, state, _, begun in until_now)
    _, state, priority, _ = until_now[-1]
    return pages and state != "resolved" and priority <= asked.min_priority


def _over_for_good(trace: Trace, from_: float) -> bool:
    return all(state == "resolved" for at, state, *_ in trace if at >= from_)


def _became(trace: Trace, moment: str) -> list[float]:
    """When the alert came to stand so."""
    pairs = zip([None, *trace], trace, strict=False)
    return [now[0] for before, now in pairs if now[1] == moment and (before is None or before[1] != moment)]
