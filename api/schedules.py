"""What every question about a schedule needs: its name known, its times read, its words refused alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request

from api.errors import Declined
from roust.domain.directory import Directory
from roust.domain.kept_overrides import in_instants
from roust.domain.overrides import Override
from roust.domain.schedule import Schedule
from roust.domain.zones import OutsideCalendar, asked_time

ScheduleName = Annotated[str, Path(max_length=64)]
TIME_LENGTH = 40
Time = Annotated[str, Query(max_length=TIME_LENGTH)]


def directory_of(request: Request) -> Directory:
    """The directory in force."""
    directory: Directory = request.app.state.directory.directory
    return directory


def schedule_named(name: str, directory: Directory) -> Schedule:
    """The schedule of that name; 404 names those there are."""
    if name not in directory.schedules:
        known = ", ".join(sorted(directory.schedules)) or "none"
        raise Declined(404, "no_such_schedule", f"no schedule has this name; there are: {known}")
    return directory.schedules[name]


def wrong(field: str, why: str) -> Declined:
    """422 for one field."""
    return Declined(422, "invalid", f"{field}: {why}", [{"field": field, "message": why}])


def time_asked(field: str, text: str | None, zones: list[str], default: datetime) -> datetime:
    """The instant that `text` means, `default` when it is not given; 422 says how to write it."""
    with within_the_calendar(field):
        return default if text is None else asked_time(text, zones)


@contextmanager
def within_the_calendar(field: str) -> Iterator[None]:
    """422 instead of what the resolver says of a time that it cannot answer for."""
    try:
        yield
    except (ValueError, OutsideCalendar) as error:
        raise wrong(field, str(error)) from error


def override_json(override: Override, zone: str) -> dict[str, Any]:
    """An override with its times in UTC; one planned in the file has no id and nobody who made it."""
    whole = in_instants(override, zone).model_dump(mode="json", by_alias=True)
    return whole | {"id": override.id or None, "made_by": override.made_by or None}
