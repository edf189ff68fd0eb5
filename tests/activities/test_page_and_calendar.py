"""Whoever the calendar shows is whoever is paged: through a year of hand-offs, overrides and nights of set clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from roust.domain.kept_overrides import in_instants
from roust.domain.schedule import Override, Schedule, on_call, shifts
from tests.activities.pages import a_pager, a_request, run_page
from tests.builders import a_directory
from tests.domain import oracle
from tests.fakes.overrides import RememberingOverrides
from tests.fakes.recording_channel import RecordingChannel

PEOPLE = ("ada", "ben", "cho", "dov")
START, END = datetime(2026, 1, 5, tzinfo=UTC), datetime(2027, 1, 11, tzinfo=UTC)
ROTA: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "layers": [
        {"name": "weekly", "users": ["ada", "ben", "cho"], "every": "1w", "start": "2026-01-05T02:30"},
        {
            "name": "nights",
            "users": ["dov", "ada"],
            "every": "1d",
            "start": "2026-01-05T12:00",
            "level": 1,
            "hours": [{"days": ["fri", "sat"], "from": "23:00", "to": "02:30"}],
        },
    ],
    "overrides": [
        {"kind": "replace", "user": "ben", "replaces": "ada", "from": "2026-03-28T00:00", "to": "2026-03-30T00:00"},
        {"kind": "cover", "user": "dov", "from": "2026-10-25T02:30", "to": "2026-10-25T03:30"},
        {"kind": "add", "user": "cho", "from": "2026-06-01T00:00", "to": "2026-06-02T00:00"},
        {"kind": "remove", "user": "ada", "from": "2026-07-01T00:00", "to": "2026-07-20T00:00"},
    ],
}

# Made day to day, on another day's whim, one of them across the night on which the clocks are set back.
KEPT = [
    {"kind": "cover", "user": "ben", "from": "2026-02-03T08:00", "to": "2026-02-03T18:30"},
    {"kind": "replace", "user": "cho", "replaces": "ben", "from": "2026-10-24T20:00", "to": "2026-10-26T08:00"},
    {"kind": "add", "user": "ada", "from": "2026-12-24T00:00", "to": "2026-12-27T00:00"},
]


async def test_page_and_calendar_agree_through_a_year_of_hand_offs() -> None:
    schedule = Schedule.model_validate(ROTA)
    kept = [in_instants(Override.model_validate(made), "Europe/Berlin") for made in KEPT]
    whole = ROTA | {"overrides": [*ROTA["overrides"], *KEPT]}
    users = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in (*PEOPLE, "margaret")}
    directory = a_directory(users=users, teams={}, schedules={"primary": ROTA}, escalation_policies={}, services={})
    calendar = shifts(schedule, START, END, kept)
    edges = {edge for shift in calendar for edge in (shift.start, shift.end)} - {END}
    clocks_set = oracle.changes("Europe/Berlin", 2026, 2026)
    assert len(edges) > 200
    assert len(clocks_set) == 2
    # Every hand-off is on the calendar and, thinned to a fifth, paged just before it and at it.
    nights = {change + n * timedelta(minutes=30) for change in clocks_set for n in range(-6, 7)}
    for at in sorted([*sorted(edges)[::5], *nights]):
        for asked in (at - timedelta(seconds=1), at):
            channel = RecordingChannel()
            pager = a_pager(channel, directory, day_to_day=RememberingOverrides({"primary": kept}))
            result = await run_page(pager, a_request("schedule:primary", at=asked))
            shown = sorted(shift.user for shift in calendar if shift.start <= asked < shift.end)
            assert sorted(user for user, _ in channel.paged) == shown, asked
            assert sorted(found.user for found in result.resolved) == shown == on_call(schedule, asked, kept)
            assert set(shown) == oracle.on_call(whole, asked), asked
