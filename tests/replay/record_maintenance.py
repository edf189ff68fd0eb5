"""Record the histories of the keeper of maintenance: `python -m tests.replay.record_maintenance`."""

import asyncio
import json

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.page import Pager
from roust.domain.kept_maintenance import KEPT_FOR
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.replay.record import HISTORIES
from tests.workflows.conftest import test_server
from tests.workflows.keeper import HOUR, Keeper
from worker.main import build_worker


async def made_and_ended(keeper: Keeper) -> None:
    await keeper.make(1, every="1w", time_zone="Europe/Berlin")
    await keeper.end((await keeper.make(2, services=["checkout"])).id)


async def dropped_in_time(keeper: Keeper) -> None:
    await keeper.make(1)
    await keeper.env.sleep(KEPT_FOR + 2 * HOUR)
    await keeper.make(1)


SHAPES = {"maintenance_made_and_ended": made_and_ended, "maintenance_dropped_in_time": dropped_in_time}


async def main() -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=test_server()
    ) as env:
        directory = a_directory()
        pager = Pager(lambda: directory, {"email": RecordingChannel()}, Links(["key"], "http://x"))
        async with build_worker(env.client, pager):
            for name, acts in SHAPES.items():
                keeper = Keeper(env)
                await acts(keeper)
                recorded = json.loads((await env.client.get_workflow_handle(keeper.id).fetch_history()).to_json())
                recorded["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"] = keeper.id
                (HISTORIES / f"{name}.json").write_text(json.dumps(recorded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
