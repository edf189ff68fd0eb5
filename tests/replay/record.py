"""Record the histories that every later release must still replay: `python -m tests.replay.record`.

Each shape is one alert in skipped time, by the real workflow. Recorded files are committed and never
edited, nor recorded again; a release that changes the workflow adds new ones beside them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio.testing import WorkflowEnvironment

from activities.notice import Notifier
from activities.page import Pager
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.replay.recording import HISTORIES, keep
from tests.workflows.conftest import skipping_time
from tests.workflows.scene import Scene
from worker.main import build_notices_worker, build_worker
from workflows.messages import (
    ESCALATE,
    HOLD,
    NOTE,
    REASSIGN,
    RESOLVE,
    SNOOZE,
    UPDATE,
    Escalate,
    Hold,
    Note,
    PostUpdate,
    Reassign,
    Resolve,
    Snooze,
)

Act = Callable[[Scene], Awaitable[None]]

MAILS = {name: {"contacts": {"mail": {"email": f"{name}@example.com"}}} for name in ("ben", "margaret")}
RULES = {
    "contacts": {"mail": {"email": "ada@example.com"}, "call": {"voice": "+447700900001"}},
    "notification_rules": {"high": [{"contacts": ["mail"]}, {"after": "7m", "contacts": ["call"]}]},
}
WITH_RULES = {"users": {"ada": RULES, **MAILS}}
THREE = [{"notify": [{"user": user}], "wait": "5m"} for user in ("ada", "ben", "ada")]
NOBODY = {
    "schedules": {"empty": {"time_zone": "UTC", "layers": []}},
    "escalation_policies": {"payments": {"steps": [{"notify": [{"schedule": "empty"}], "wait": "5m"}], "repeats": 1}},
}
TIMEOUT = {"escalation_policies": {"payments": {"steps": THREE, "acknowledge_timeout": "30m"}}}


def after(seconds: float, *acts: Act) -> Act:
    async def act(s: Scene) -> None:
        await s.until(seconds)
        for one in acts:
            await one(s)

    return act


async def ack(s: Scene) -> None:
    await s.acknowledge("ada")


async def resolve(s: Scene) -> None:
    await s.resolve()
    await s.handle.result()


async def worse(s: Scene) -> None:
    await s.trigger(priority="P1", urgency="high")


async def cancel(s: Scene) -> None:
    await s.handle.cancel()
    await s.handle.result()


async def many(s: Scene) -> None:
    for number in range(1010):
        await s.trigger(summary=f"repeat {number}")


def update(verb: str, build: Callable[[str], Any]) -> Act:
    async def act(s: Scene) -> None:
        await s.handle.execute_update(verb, build((await s.view()).id))

    return act


escalate = update(ESCALATE, lambda alert: Escalate(alert=alert, by="ada", step=1))
reassign = update(REASSIGN, lambda alert: Reassign(alert=alert, by="ada", user="margaret"))
snooze = update(SNOOZE, lambda alert: Snooze(alert=alert, by="ada", length=timedelta(hours=1)))
note = update(NOTE, lambda alert: Note(alert=alert, by="ada", text="looking"))
post = update(UPDATE, lambda alert: PostUpdate(alert=alert, by="ada", text="We look into it."))


async def promise(s: Scene) -> None:
    next_ = await s.env.get_current_time() + timedelta(minutes=10)
    ask = PostUpdate(alert=(await s.view()).id, by="ada", text="A restore runs.", next=next_)
    await s.handle.execute_update(UPDATE, ask)


def held_until(seconds: float | None) -> Act:
    async def act(s: Scene) -> None:
        until = None if seconds is None else s.began + timedelta(seconds=seconds)
        await s.handle.signal(HOLD, Hold(alert=(await s.view()).id, until=until))

    return act


Shape = tuple[dict[str, Any], dict[str, Any], list[Act]]
LOW = {"priority": "P4", "urgency": "low"}

SHAPES: dict[str, Shape] = {
    "acknowledged_at_step_1": ({}, {}, [after(60, ack)]),
    "acknowledged_at_step_2": ({}, {}, [after(400, ack)]),
    "acknowledged_twice": ({}, {}, [after(60, ack), after(90, ack)]),
    "acknowledged_then_resolved": ({}, {}, [after(60, ack), after(600, resolve)]),
    "resolved_at_step_1": ({}, {}, [after(60, resolve)]),
    "resolved_at_step_2": ({}, {}, [after(400, resolve)]),
    "unanswered": ({}, {}, [after(3600)]),
    "unanswered_with_repeats": (
        {"escalation_policies": {"payments": {"steps": THREE, "repeats": 2}}},
        {},
        [after(7200)],
    ),
    "exhausted_then_acknowledged": ({}, {}, [after(3600, ack)]),
    "exhausted_then_resolved": ({}, {}, [after(3600, resolve)]),
    "exhausted_and_forgotten": ({}, {}, [after(90_000)]),
    "acknowledged_and_forgotten": ({}, {}, [after(60, ack), after(90_000)]),
    "personal_rules": (WITH_RULES, {}, [after(900, ack)]),
    "personal_rules_to_the_end": (WITH_RULES, {}, [after(7200, resolve)]),
    "nobody_on_call": (NOBODY, {}, [after(3600)]),
    "acknowledge_timeout": (TIMEOUT, {}, [after(60, ack), after(4000, ack)]),
    "low_urgency": ({}, LOW, [after(3600)]),
    "got_worse_while_triggered": ({}, LOW, [after(60, worse), after(900)]),
    "got_worse_while_acknowledged": ({}, LOW, [after(60, ack), after(90, worse), after(900)]),
    "got_worse_while_exhausted": ({}, LOW, [after(3600, worse), after(7200)]),
    "suppressed": ({}, {"action": "suppress"}, [after(90_000)]),
    "suppressed_then_paged": ({}, {"action": "suppress"}, [after(60, worse), after(900)]),
    "repeated": ({}, {}, [after(60, worse, worse), after(120, worse), after(400, ack)]),
    "repeated_an_hour_after_the_acknowledge": ({}, {}, [after(60, ack), after(4000, worse), after(4100, resolve)]),
    "cancelled": ({}, {}, [after(60, cancel)]),
    "continued_as_new": ({}, {}, [after(10, many), after(60, ack)]),
    "escalated": ({}, {}, [after(60, escalate), after(400, ack)]),
    "escalated_after_the_acknowledge": ({}, {}, [after(60, ack), after(90, escalate), after(400)]),
    "reassigned": ({}, {}, [after(60, reassign), after(1500)]),
    "snoozed": ({}, {}, [after(60, snooze), after(4200)]),
    "noted": ({}, {}, [after(60, note), after(400, resolve)]),
    "updated": ({}, {}, [after(60, post), after(400, resolve)]),
}
REWRITTEN: dict[str, Shape] = {
    "rewritten_in_a_chat": ({}, {}, [after(400, ack), after(600, snooze), after(5000, resolve)]),
    "rewritten_and_exhausted": ({}, {}, [after(3600, ack)]),
}
"""Their channel can rewrite what it took."""
HEARD = {
    "stakeholder_groups": {
        "board": {
            "members": [{"email": "board@example.com"}, {"user": "margaret"}],
            "moments": ["triggered", "acknowledged", "exhausted", "resolved", "update"],
        },
        "hotline": {"members": [{"webhook": "https://hotline.example.com/in"}], "after": "5m"},
    }
}
SHAPES |= {
    "noticed": (HEARD, {}, [after(60, ack), after(90, post), after(600, resolve)]),
    "noticed_and_over_soon": (HEARD, {}, [after(60, resolve)]),
    "noticed_and_exhausted": (HEARD, {}, [after(3600, ack), after(90_000)]),
    "noticed_when_raised": (HEARD, LOW, [after(60, worse), after(900, resolve)]),
    "noticed_and_continued_as_new": (HEARD, {}, [after(10, many), after(400, ack), after(500, resolve)]),
    "news_promised": (HEARD, {}, [after(60, ack), after(90, promise), after(900, post), after(1000, resolve)]),
}
SHAPES |= {
    "held": ({}, {"held_for": 3600}, [after(60, worse), after(5000, ack)]),
    "held_and_resolved": ({}, {"held_for": 3600}, [after(60, resolve)]),
    "held_and_ended_early": ({}, {"held_for": 3600}, [after(60, held_until(None)), after(1000, ack)]),
    "held_and_prolonged": ({}, {"held_for": 3600}, [after(60, held_until(7200)), after(9000)]),
    "acknowledged_while_held_and_held_again": (
        TIMEOUT,
        {"held_for": 7200},
        [after(60, ack), after(2400, held_until(9000)), after(3000, resolve)],
    ),
    "acknowledged_while_held_again_and_climbed": (TIMEOUT, {"held_for": 3600}, [after(60, ack), after(9000)]),
}


async def reassign_to_policy(s: Scene) -> None:
    policy = s.directory.escalation_policies["payments"]
    ask = Reassign(alert=(await s.view()).id, by="ada", policy_name="payments", policy=policy, last_resort=[])
    await s.handle.execute_update(REASSIGN, ask)


async def meant_for_another(s: Scene) -> None:
    await s.acknowledge("ada", alert="checkout-of-before")


async def part_over(s: Scene) -> None:
    await s.handle.signal(RESOLVE, Resolve(request="part", alert=None, by="source", member="a"))


async def under_way(s: Scene) -> None:
    await s.channel.arrived.wait()


async def let_go(s: Scene) -> None:
    # The workflow has called it off by now; what the provider has may finish.
    await s.view()
    s.channel.release()


async def signal_resolve(s: Scene) -> None:
    await s.resolve()


async def over(s: Scene) -> None:
    await s.handle.result()


async def resolve_and_trigger(s: Scene) -> None:
    await s.resolve()
    await s.trigger()


SETTLE = {"settle": timedelta(minutes=2)}
SHAPES |= {
    "reassigned_to_a_policy": ({}, {}, [after(60, reassign_to_policy), after(1500)]),
    "meant_for_another": ({}, {}, [after(60, meant_for_another), after(400, ack)]),
    "settled_and_paged": ({}, LOW | SETTLE, [after(900)]),
    "settled_and_resolved": ({}, LOW | SETTLE, [after(60, resolve)]),
    "grouped": ({}, {"members": ["a", "b"]}, [after(60, part_over), after(120, resolve)]),
}
HANGING: dict[str, Shape] = {
    "acknowledged_while_a_page_is_under_way": ({}, {}, [under_way, ack, let_go, after(900)]),
    "resolved_while_a_page_is_under_way": ({}, {}, [under_way, signal_resolve, let_go, over]),
    "triggered_again_before_the_end": ({}, {}, [under_way, resolve_and_trigger, let_go, after(900, ack)]),
}
"""The first page hangs at its provider until it is let go."""
FAILING: dict[str, tuple[str, str]] = {
    "refused": ("refuse", "ada"),
    "refused_everywhere": ("refuse", "*"),
    "tried_again": ("fail", "ada"),
    "tried_again_everywhere": ("fail", "*"),
    "notice_tried_again": ("fail", ""),
    "notice_refused": ("refuse", ""),
}


async def record(env: WorkflowEnvironment, name: str, shape: Shape, failing: tuple[str, str] | None = None) -> None:
    if (HISTORIES / f"{name}.json").exists():
        return
    parts, trigger, acts = shape
    channel, directory = RecordingChannel(rewrites=name in REWRITTEN), a_directory(**parts)
    for user in ("ada", "ben", "margaret") if failing and failing[1] == "*" else (failing[1],) if failing else ():
        getattr(channel, failing[0] if failing else "")(user, "mail" if user else "email-1")
    channels = dict.fromkeys(("email", "voice", "webhook"), channel)
    pager = Pager(lambda: directory, channels, Links(["key"], "http://x"))
    notifier = Notifier(lambda: directory, channels)
    async with build_worker(env.client, pager), build_notices_worker(env.client, notifier):
        scene = await Scene(env, directory, channel).start(**trigger)
        for act in acts:
            await act(scene)
        runs = [scene.started.first_execution_run_id, (await scene.handle.describe()).run_id]
        for place, run in enumerate(dict.fromkeys(runs)):
            await keep(env.client, f"{name}{f'_{place + 1}' if place else ''}", scene.workflow, run)
        with suppress(Exception):
            await scene.leave()


async def main() -> None:
    async with skipping_time() as env:
        for name, shape in (SHAPES | REWRITTEN).items():
            await record(env, name, shape)
        for name, shape in HANGING.items():
            await record(env, name, shape, ("hang", "ada"))
        for name, failing in FAILING.items():
            await record(env, name, (HEARD if not failing[1] else {}, {}, [after(3600)]), failing)


if __name__ == "__main__":
    asyncio.run(main())
