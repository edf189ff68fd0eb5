"""Record the histories of the overrides' entity: `python -m tests.replay.record_overrides`."""

import asyncio
import json
from datetime import timedelta

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.page import Pager
from roust.domain.kept_overrides import KEPT_FOR
from roust.runtime.links import Links
from tests.builders import a_directory
from tests.fakes.recording_channel import RecordingChannel
from tests.replay.record import HISTORIES
from tests.workflows.book import Book
from tests.workflows.conftest import test_server
from worker.main import build_worker

HOUR = timedelta(hours=1)


async def made_and_removed(book: Book) -> None:
    now = await book.env.get_current_time()
    begun = await book.make("ada", now - HOUR, now + HOUR, reason="dentist")
    coming = await book.make("ben", now + HOUR, now + 2 * HOUR, kind="replace", replaces="ada")
    await book.remove(begun.id)
    await book.remove(coming.id)


async def dropped_in_time(book: Book) -> None:
    now = await book.env.get_current_time()
    await book.make("ada", now, now + HOUR)
    await book.make("ben", now, now + 48 * HOUR)
    await book.env.sleep(KEPT_FOR + 2 * HOUR)
    await book.make("ada", now + 2 * KEPT_FOR, now + 2 * KEPT_FOR + HOUR)


SHAPES = {"overrides_made_and_removed": made_and_removed, "overrides_dropped_in_time": dropped_in_time}


async def main() -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=test_server()
    ) as env:
        directory = a_directory()
        pager = Pager(lambda: directory, {"email": RecordingChannel()}, Links(["key"], "http://x"))
        async with build_worker(env.client, pager):
            for name, acts in SHAPES.items():
                book = Book(env)
                await acts(book)
                recorded = json.loads((await env.client.get_workflow_handle(book.id).fetch_history()).to_json())
                recorded["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"] = book.id
                (HISTORIES / f"{name}.json").write_text(json.dumps(recorded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
