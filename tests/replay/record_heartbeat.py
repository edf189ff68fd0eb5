"""Record the histories of a heartbeat: `python -m tests.replay.record_heartbeat`."""

import asyncio

from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.replay.recording import keep
from tests.workflows.conftest import skipping_time
from tests.workflows.watched import Watched, a_heartbeat
from workflows.heartbeat import heartbeat_id


async def silent_and_back(watched: Watched) -> None:
    await watched.beat()
    await watched.after(minutes=3)
    await watched.beat()
    await watched.after(minutes=6)
    await watched.beat()
    await watched.after(minutes=1)


async def taken_out_of_the_file(watched: Watched) -> None:
    await watched.beat()
    watched.directories.append(a_directory())
    await watched.after(minutes=6)


SHAPES = {"heartbeat_silent_and_back": silent_and_back, "heartbeat_taken_out": taken_out_of_the_file}


async def main() -> None:
    async with skipping_time() as env:
        for name, acts in SHAPES.items():
            async with a_heartbeat(env, RecordingChannel()) as watched:
                await acts(watched)
                await keep(env.client, name, heartbeat_id(watched.name))


if __name__ == "__main__":
    asyncio.run(main())
