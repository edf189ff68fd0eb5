"""The worker process of a measurement: `python -m bench.worker ours|bare ADDRESS QUEUE LEDGER`; says when it polls.

Both hand each message to a channel that writes name, what it was and the instant (of the wall clock, the same
in all processes of a machine) to the ledger, and does nothing else.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import IO, Any

from temporalio import activity
from temporalio.client import Client

from activities.page import Pager
from bench.bare import SEND, BareWorkflow, Sending
from bench.company import company
from roust.domain.directory import Contact
from roust.domain.notification import Message, MessageKind, Receipt
from roust.runtime.connection import data_converter
from roust.runtime.garbage import collect_rarely
from roust.runtime.links import Links
from roust.runtime.logging import configure_logging
from worker.main import build_worker


class Ledger:
    """The channel's other end."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def write(self, name: str, what: str) -> None:
        self._out.write(f"{name} {what} {time.time()}\n")
        self._out.flush()

    async def send(self, message: Message, contact: Contact) -> Receipt:
        self.write(message.alert.dedup_key, str(message.step) if message.kind is MessageKind.PAGE else "over")
        return Receipt()


async def main(kind: str, address: str, queue: str, path: str) -> None:
    configure_logging("warning", "json")
    collect_rarely()
    client = await Client.connect(address, data_converter=data_converter())
    with Path(path).open("a") as out:  # noqa: ASYNC230 (one line at a time)
        ledger = Ledger(out)

        @activity.defn(name=SEND)
        async def send(given: Sending) -> None:
            ledger.write(given.name, given.what)

        directory = company()
        pager = Pager(lambda: directory, {"email": ledger}, Links(["k" * 16], "http://x"))
        # The bare one with the same settings, so that only the workflows differ.
        bare: dict[str, Any] = {"workflows": [BareWorkflow], "activities": [send]} if kind == "bare" else {}
        working = asyncio.create_task(build_worker(client, pager, task_queue=queue, **bare).run())
        print("ready", flush=True)
        await working


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
