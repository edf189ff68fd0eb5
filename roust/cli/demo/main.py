"""The demo's frame: everything is started in a directory of its own, the story is played, and all is gone."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from roust.cli import serving
from roust.cli.demo.company import Company
from roust.cli.demo.inbox import an_inbox
from roust.cli.demo.screen import Screen
from roust.cli.demo.story import Story
from roust.runtime.ports import claim
from roust.runtime.settings import Settings

HOST = "127.0.0.1"


async def main(stop: asyncio.Event) -> None:
    """`roust demo`. Raises RoustError when what it promises did not happen; `stop` ends it early."""
    began, screen = time.monotonic(), Screen()
    screen.say("Roust, on this machine alone: a Temporal server, a worker, the API and an inbox.", "bold")
    screen.say("Waits are seconds instead of minutes. Starting, a few seconds ...")
    with TemporaryDirectory(prefix="roust-demo-") as directory:
        async with an_inbox() as inbox:
            (port,) = claim(HOST, (0, "--port"))
            company = Company(f"http://{HOST}:{port}", inbox.port)
            async with _running(Path(directory), company, port) as addresses:
                screen.say(f"API {addresses.api}, Temporal UI {addresses.ui}")
                async with httpx2.AsyncClient(base_url=addresses.api, timeout=10.0, trust_env=False) as http:
                    playing = asyncio.create_task(Story(company, inbox, screen, http).play())
                    await _first(playing, stop)
                if not playing.done():
                    return
                screen.say()
                screen.say(f"All of that in {time.monotonic() - began:.0f} s, and no page more than that.")
                if sys.stdin.isatty() and sys.stdout.isatty():
                    screen.say(f"The alerts can be seen at {addresses.ui} until you press Enter.")
                    await _enter_or(stop)


@asynccontextmanager
async def _running(directory: Path, company: Company, port: int) -> AsyncIterator[serving.Addresses]:
    """Roust as `roust up` runs it; what ends it early is raised here."""
    config = directory / "roust.yaml"
    config.write_text(company.yaml())
    config.chmod(0o600)
    settings = Settings(config=config, host=HOST, port=port, state=directory / "state")
    ready: asyncio.Future[serving.Addresses] = asyncio.get_running_loop().create_future()
    own_stop = asyncio.Event()
    running = asyncio.create_task(serving.up(settings, 0, 0, ready.set_result, own_stop))
    try:
        either: list[asyncio.Future[Any]] = [running, ready]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield ready.result()
    finally:
        own_stop.set()
        await running


async def _first(playing: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Until the story is over, or Ctrl-C."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if playing.done():
        playing.result()
    else:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing


async def _enter_or(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, stop.set)
    try:
        await stop.wait()
    finally:
        loop.remove_reader(sys.stdin)
