"""Record the histories of a stakeholder group's storm, and of an alert in it: `python -m tests.replay.record_storm`."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.replay.recording import keep
from tests.workflows.conftest import skipping_time
from tests.workflows.storm import Storm, a_notice
from workflows.digest_messages import COLLECT, stakeholders_id


async def told_and_over(storm: Storm) -> dict[str, str]:
    await storm.breaks_out(6)
    await storm.passes(minutes=11)
    await storm.resolves()
    await storm.passes(minutes=30)
    group = stakeholders_id(f"executives-{storm.queue}")
    return {"storm_told_and_over": group, "noticed_by_digest": storm.workflows[-1]}


async def tried_again(storm: Storm) -> dict[str, str]:
    await storm.breaks_out(5)
    await storm.passes(minutes=1)
    storm.channel.fail("", "email-1", times=3)
    await storm.passes(minutes=40)
    await storm.resolves()
    await storm.passes(minutes=30)
    return {"storm_tried_again": stakeholders_id(f"executives-{storm.queue}")}


async def continued_as_new(storm: Storm) -> dict[str, str]:
    await storm.breaks_out(4)
    await storm.passes(minutes=1)
    group = f"executives-{storm.queue}"
    handle = storm.env.client.get_workflow_handle(stakeholders_id(group))
    first_run = (await handle.describe()).run_id
    for number in range(1010):
        await handle.signal(COLLECT, a_notice(alert=f"checkout-{number % 7}", group=group))
    await storm.passes(minutes=11)
    await storm.resolves()
    await storm.passes(minutes=30)
    return {"storm_continued_as_new": f"{handle.id} {first_run}", "storm_continued_as_new_2": handle.id}


async def main() -> None:
    shapes: list[Callable[[Storm], Awaitable[dict[str, str]]]] = [told_and_over, tried_again, continued_as_new]
    async with skipping_time() as env:
        for shape in shapes:
            storm = Storm(env)
            async with storm.workers():
                for name, found in (await shape(storm)).items():
                    workflow, _, run = found.partition(" ")
                    await keep(env.client, name, workflow, run or None)


if __name__ == "__main__":
    asyncio.run(main())
