"""The worker process of a measurement: `python -m bench.worker ours|bare ADDRESS QUEUE LEDGER`.

Both hand each message to a channel that writes name and instant (monotonic, the same in all processes of a
machine) to the ledger, and does nothing else.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import IO, Any

from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.page import Pager
from bench.bare import Bare, BareWorkflow
from bench.company import company
from roust.domain.directory import Contact
from roust.domain.notification import Message, Receipt
from roust.runtime.links import Links
from roust.runtime.logging import configure_logging
from worker.main import build_worker


class Ledger:
    """The channel's other end."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def write(self, name: str) -> None:
        self._out.write(f"{name} {time.monotonic()}\n")
        self._out.flush()

    async def send(self, message: Message, contact: Contact) -> Receipt:
        self.write(message.alert.dedup_key)
        return Receipt()


async def main(kind: str, address: str, queue: str, path: str) -> None:
    configure_logging("warning", "json")
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    with Path(path).open("a") as out:  # noqa: ASYNC230 (one line at a time)
        ledger = Ledger(out)

        @activity.defn(name="send")
        async def send(given: Bare) -> None:
            ledger.write(given.name)

        directory = company()
        pager = Pager(lambda: directory, {"email": ledger}, Links(["k" * 16], "http://x"))
        # The bare one with the same settings, so that only the workflows differ.
        bare: dict[str, Any] = {"workflows": [BareWorkflow], "activities": [send]} if kind == "bare" else {}
        working = build_worker(client, pager, task_queue=queue, **bare)
        ledger.write("ready")
        await working.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
