"""A page goes to whoever an override made day to day puts on call; what is wrong with those never holds it up."""

import pytest

from roust.domain.overrides import Override
from tests.activities.pages import a_pager, a_request, became, run_page
from tests.builders import a_directory
from tests.fakes.overrides import RememberingOverrides
from tests.fakes.recording_channel import RecordingChannel

WEEKLY = {
    "time_zone": "Europe/Berlin",
    "layers": [{"users": ["ada"], "every": "1w", "start": "2026-01-05T09:00"}],
}
DIRECTORY = a_directory(schedules={"primary": WEEKLY})


def kept(user: str) -> Override:
    span = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    return Override.model_validate({"id": "o1", "kind": "cover", "user": user, "made_by": "margaret"} | span)


async def test_the_page_goes_to_whoever_covers_and_says_by_whose_word() -> None:
    channel, overrides = RecordingChannel(), RememberingOverrides({"primary": [kept("ben")]})
    result = await run_page(a_pager(channel, DIRECTORY, day_to_day=overrides), a_request("schedule:primary"))
    assert became(result) == [("ben", "mail", "sent")]
    assert [one.why for one in result.resolved] == [
        "on call in primary: covers the schedule (by margaret), until Tue 2026-03-03 01:00 Europe/Berlin"
    ]
    assert result.problems == []
    assert [message.user for message in channel.taken] == ["ben"]


@pytest.mark.breach("two pages of one step, to see what each asks")
async def test_only_the_schedules_of_the_step_that_there_are_are_asked_about() -> None:
    overrides = RememberingOverrides()
    pager = a_pager(RecordingChannel(), DIRECTORY, day_to_day=overrides)
    await run_page(pager, a_request("user:ben", "schedule:primary", "schedule:gone"))
    await run_page(pager, a_request("user:ben"))
    assert overrides.asked == ["primary"]


async def test_overrides_that_cannot_be_read_are_a_line_of_the_timeline_and_the_page_goes_by_the_file() -> None:
    channel = RecordingChannel()
    overrides = RememberingOverrides(doubts=["overrides of primary made day to day: no answer within 1 s"])
    result = await run_page(a_pager(channel, DIRECTORY, day_to_day=overrides), a_request("schedule:primary"))
    assert became(result) == [("ada", "mail", "sent")]
    assert result.problems == ["overrides of primary made day to day: no answer within 1 s"]


async def test_a_cover_by_somebody_whom_the_file_lacks_leaves_the_rotation_in_charge() -> None:
    overrides = RememberingOverrides({"primary": [kept("zoe")]})
    result = await run_page(a_pager(RecordingChannel(), DIRECTORY, day_to_day=overrides), a_request("schedule:primary"))
    assert became(result) == [("ada", "mail", "sent")]
    assert result.problems == ["override o1 (zoe covers) is passed over: no user named 'zoe'"]
