"""Lengths of time as people write them: `45s`, `5m`, `1h30m`, `2d`, `1w`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PATTERN = re.compile(r"^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$", re.ASCII)
_LONGEST = timedelta(days=3660)
_FORM = "write it like 45s, 5m, 1h30m, 2d or 1w"


def parse_duration(text: str) -> timedelta:
    """The length that `text` says, in whole seconds; `0` is no time at all. ValueError names the cure."""
    text = text.strip()
    if text == "0":
        return timedelta(0)
    found = _PATTERN.match(text)
    if not text or found is None:
        raise ValueError(f"not a duration: {text[:40]!r}; {_FORM}")
    # At most 12 digits a unit, so that no figure can overflow before it is refused.
    if any(len(part or "") > 12 for part in found.groups()):
        raise ValueError(f"too long: {text[:40]!r}; at most 10 years")
    seconds = sum(int(part or 0) * unit for part, unit in zip(found.groups(), _UNITS.values(), strict=True))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"too long: {text!r}; at most 10 years")
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """The shortest writing of `length`, whole seconds: `1h30m`. Nothing is `0s`."""
    rest = int(length.total_seconds())
    if rest <= 0:
        return "0s"
    parts: list[str] = []
    for letter, unit in _UNITS.items():
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts)


def told_duration(length: timedelta) -> str:
    """`length` for people: whole weeks as such, others in days: `30d`, where `format_duration` has `4w2d`."""
    week = timedelta(seconds=_UNITS["w"])
    if length < week or length % week == timedelta(0):
        return format_duration(length)
    days, rest = divmod(length, timedelta(days=1))
    return f"{days}d{format_duration(rest) if rest else ''}"


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, bool) or (isinstance(value, int | float) and value != 0):
        raise ValueError(f"a duration needs a unit (got {value}); {_FORM}")
    return timedelta(0) if value == 0 else value


Duration = Annotated[
    timedelta,
    BeforeValidator(_read),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^(0|(?=.)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?)$"},
                {"const": 0},
            ],
            "examples": ["5m"],
        }
    ),
]
"""A pydantic field that reads `5m` from a file and from a history, and writes it so."""
