"""The real workflow climbs, in skipped time: the exact pages, and no other."""

import pytest

from tests.workflows.conftest import Staging

pytestmark = pytest.mark.asyncio(loop_scope="session")

TWO_STEPS = {"steps": [{"notify": [{"user": "ada"}], "wait": "5m"}, {"notify": [{"user": "ben"}], "wait": "10m"}]}


async def test_an_unanswered_alert_climbs_every_step_repeats_and_exhausts(scene: Staging) -> None:
    s = await (await scene(escalation_policies={"payments": TWO_STEPS | {"repeats": 1}})).start()
    await s.until(3600)
    assert s.pages == [
        (0, "ada", "mail"),
        (300, "ben", "mail"),
        (900, "ada", "mail"),
        (1200, "ben", "mail"),
        (1800, "margaret", "mail"),
    ]
    assert s.others == []
    assert (await s.view()).state == "exhausted"


async def test_an_acknowledge_stops_everything_pending_for_everyone(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(60)
    await s.acknowledge("ada")
    await s.until(7200)
    assert s.pages == [(0, "ada", "mail")]
    view = await s.view()
    assert (view.state, view.owner) == ("acknowledged", "ada")


async def test_a_resolve_tells_those_who_were_paged_and_ends_the_alert(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(400)
    await s.resolve()
    result = await s.handle.result()
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail")]
    assert s.others == [("resolved", "ada", "mail"), ("resolved", "ben", "mail")]
    assert result["state"] == "resolved"


async def test_personal_rules_run_on_across_steps_until_somebody_answers(scene: Staging) -> None:
    ada = {
        "contacts": {"mail": {"email": "ada@example.com"}, "call": {"voice": "+447700900001"}},
        "notification_rules": {"high": [{"contacts": ["mail"]}, {"after": "7m", "contacts": ["call"]}]},
    }
    others = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in ("ben", "margaret")}
    s = await (await scene(users={"ada": ada, **others})).start()
    await s.until(480)
    await s.acknowledge("ben")
    await s.until(7200)
    assert s.pages == [(0, "ada", "mail"), (300, "ben", "mail"), (420, "ada", "call")]
    await s.resolve("ben")
    await s.handle.result()
    assert s.others == [("resolved", "ada", "mail"), ("resolved", "ben", "mail")]  # not by voice


async def test_the_wait_runs_from_the_step_whatever_the_sends_take(scene: Staging) -> None:
    s = await scene()
    s.channel.fail("ada", "mail", times=3)
    await s.start()
    await s.until(3600)
    assert [page[1] for page in s.pages] == ["ada", "ben", "margaret"]
    assert s.pages[0][0] in range(35, 38)  # tried again after 5, 10 and 20 s
    assert s.pages[1][0] == 300
    keys = {m.key for m in s.channel.messages if m.user == "ada"}
    assert len(keys) == 1


async def test_a_refused_contact_hands_over_to_the_next_at_once_and_a_refused_step_to_the_next_step(
    scene: Staging,
) -> None:
    ada = {
        "contacts": {"mail": {"email": "ada@example.com"}, "call": {"voice": "+447700900001"}},
        "notification_rules": {"high": [{"contacts": ["mail"]}, {"after": "7m", "contacts": ["call"]}]},
    }
    others = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in ("ben", "margaret")}
    s = await scene(users={"ada": ada, **others}, escalation_policies={"payments": TWO_STEPS})
    s.channel.refuse("ada", "mail")
    s.channel.refuse("ben", "mail")
    await s.start()
    await s.until(3600)
    assert s.pages == [(0, "ada", "call"), (300, "margaret", "mail")]


async def test_a_team_a_group_a_schedule_and_a_user_are_paged_once_each(scene: Staging) -> None:
    week = {"users": ["ben", "ada"], "every": "1w", "start": "2020-01-06T00:00"}
    steps = [
        {
            "notify": [{"schedule": "primary"}, {"team": "payments"}, {"group": "command"}, {"user": "ada"}],
            "wait": "5m",
        }
    ]
    s = await (
        await scene(
            schedules={"primary": {"time_zone": "Europe/Berlin", "layers": [week]}},
            groups={"command": {"members": ["margaret"], "teams": ["payments"]}},
            escalation_policies={"payments": {"steps": steps}},
        )
    ).start()
    await s.until(60)
    assert sorted(s.pages) == [(0, "ada", "mail"), (0, "ben", "mail"), (0, "margaret", "mail")]
    await s.acknowledge("ada")
    view = await s.view()
    why = {entry.user: entry.why for entry in view.timeline if entry.kind == "paged"}
    assert "group command" in str(why["margaret"])


async def test_an_acknowledge_before_the_first_page_pages_nobody(scene: Staging) -> None:
    s = await scene()
    given = s.env.client
    from tests.workflows.scene import an_input
    from workflows.messages import ACKNOWLEDGE, TASK_QUEUE, WORKFLOW, Acknowledge

    await given.start_workflow(
        WORKFLOW,
        an_input(s.directory, key=s.key),
        id=s.workflow,
        task_queue=TASK_QUEUE,
        start_signal=ACKNOWLEDGE,
        start_signal_args=[Acknowledge(request="early", alert=None, by="ada")],
    )
    await s.said("acknowledge", "ada")
    s.began = (await s.handle.describe()).start_time
    await s.until(7200)
    assert s.pages == []
    assert (await s.view()).owner == "ada"


async def test_an_acknowledge_while_a_page_is_under_way_stops_it_and_what_went_out_is_recorded(scene: Staging) -> None:
    ada = {
        "contacts": {"mail": {"email": "ada@example.com"}, "hook": {"webhook": "https://hooks.example.com"}},
    }
    others = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in ("ben", "margaret")}
    s = await scene(users={"ada": ada, **others})
    s.channel.hang("ada", "hook")
    await s.start()
    await s.channel.arrived.wait()
    await s.acknowledge("ben")
    await s.until(3600)
    assert s.pages == [(0, "ada", "mail")]
    view = await s.view()
    results = {e.contact: e.result for e in view.timeline if e.kind == "paged"}
    assert results["mail"] == "sent"
    await s.resolve()
    await s.handle.result()
    assert s.others == [("resolved", "ada", "mail")]


async def test_an_alert_of_another_run_of_the_key_is_not_acknowledged_by_an_old_signal(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    old = (await s.view()).id
    await s.resolve()
    await s.handle.result()
    await s.start()
    await s.acknowledge("ada", alert=old)
    await s.until(360)
    view = await s.view()
    assert view.id != old
    assert view.state == "triggered"
    assert [page[1] for page in s.pages][-2:] == ["ada", "ben"]


async def test_a_long_chain_of_repeats_goes_on_as_new_and_loses_nothing(scene: Staging) -> None:
    s = await (await scene()).start()
    first = await s.view()
    for number in range(1100):
        await s.trigger(summary=f"repeat {number}")
    await s.until(60)
    await s.acknowledge("ada", alert=first.id)
    view = await s.view()
    assert (view.id, view.count, view.summary, view.owner) == (first.id, 1101, "repeat 1099", "ada")
    assert (await s.handle.describe()).run_id != s.started.first_execution_run_id
    assert s.pages == [(0, "ada", "mail")]


async def test_cancel_in_the_temporal_ui_means_resolve(scene: Staging) -> None:
    s = await (await scene()).start()
    await s.until(10)
    await s.handle.cancel()
    result = await s.handle.result()
    assert (result["state"], result["resolved_by"]) == ("resolved", "operator")
    assert s.others == [("resolved", "ada", "mail")]
