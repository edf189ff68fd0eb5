"""I11: the file is rewritten around an open alert: its policy goes or gets another name, its service another policy.

What was pinned is walked to its end (rule 3): whoever it names is paged, by what the file of that minute says of them.
"""

import pytest

from tests.workflows.conftest import Staging

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEN = {"steps": [{"notify": [{"user": "ben"}], "wait": "5m"}]}


@pytest.mark.parametrize(
    "edit",
    [
        {"escalation_policies": {"renamed": BEN}, "services": {"checkout": {"escalation_policy": "renamed"}}},
        {"escalation_policies": {"payments": BEN}},
        {"escalation_policies": {}, "services": {}},
    ],
    ids=["renamed and re-pointed", "rewritten", "policy and service gone"],
)
async def test_the_policy_that_an_open_alert_pinned_is_walked_whatever_the_file_says_by_now(
    scene: Staging, edit: dict[str, object]
) -> None:
    s = await (await scene()).start()
    await s.until(60)
    # Staged again: what the worker reads from now on.
    await scene(**edit)
    await s.until(1000)
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail"), (900, "margaret", "mail")]
    assert (await s.view()).state == "exhausted"


async def test_a_repeat_after_the_service_was_re_pointed_is_of_the_open_alert_and_its_policy(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    later = await scene(escalation_policies={"other": BEN}, services={"checkout": {"escalation_policy": "other"}})
    s.directory, before = later.directory, s.directory
    await s.signal_with_start(summary="still down")
    s.directory = before
    await s.until(1000)
    assert [user for _, user, _ in s.pages] == ["ada", "ben", "margaret"]


async def test_the_address_of_that_minute_is_paged(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    later = await scene(
        users={
            "ada": {"contacts": {"mail": {"email": "ada@example.com"}}},
            "ben": {"contacts": {"hook": {"webhook": "https://hooks.example.com/ben"}}},
            "margaret": {"contacts": {"mail": {"email": "margaret@example.com"}}},
        }
    )
    s.directory = later.directory
    await s.until(400)
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "hook")]
