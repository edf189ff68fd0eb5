"""Instants and lengths as a person reads them: how long ago, and by the clock of this machine's zone."""

from datetime import UTC, datetime, timedelta

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def now() -> datetime:
    """This machine's clock: only to say how long ago something was."""
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """An instant of the API's JSON."""
    return datetime.fromisoformat(text)


def span(length: timedelta) -> str:
    """The two largest units of `length`, whole seconds: `45s`, `6m10s`, `2h5m`, `3d`."""
    rest = max(0, int(length.total_seconds()))
    parts: list[str] = []
    for letter, unit in _UNITS:
        count, rest = divmod(rest, unit)
        if count or parts:
            parts.append(f"{count}{letter}" if count else "")
        if len(parts) == 2:
            break
    return "".join(parts) or "0s"


def ago(at: datetime, seen: datetime) -> str:
    """`6m ago`; `in 4m` for what is still to come."""
    if at > seen:
        return f"in {span(at - seen)}"
    return f"{span(seen - at)} ago"


def local(at: datetime) -> str:
    """Day and time by this machine's zone, with the zone's name."""
    here = at.astimezone()
    return f"{here:%a} {here.day} {here:%b %Y %H:%M:%S} {here.tzname() or ''}".rstrip()


def clock(at: datetime) -> str:
    """Weekday and time by this machine's zone."""
    return f"{at.astimezone():%a %H:%M:%S}"
