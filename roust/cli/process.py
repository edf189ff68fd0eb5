"""A process of Roust: its logs, its signals, its last word when it cannot go on."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog
import typer

from roust.domain.errors import RoustError
from roust.runtime.logging import configure_logging
from roust.runtime.settings import Settings

log = structlog.get_logger()

Main = Callable[[asyncio.Event], Awaitable[None]]


def run(settings: Settings, main: Main) -> None:
    """Run `main` until it ends or the process is told to stop (Ctrl-C, SIGTERM).

    The first signal sets the event that `main` is given, so that it stops cleanly; a second one cuts it
    off. What Roust understands ends it with one sentence on stderr and exit code 1.
    """
    configure_logging(settings.log_level, settings.log_format)
    try:
        asyncio.run(_until_stopped(main))
    except RoustError as error:
        typer.echo(f"roust: {error}", err=True)
        raise typer.Exit(1) from None
    except ExceptionGroup as group:
        ours, rest = group.split(RoustError)
        if rest is not None or ours is None:
            raise
        for one in ours.exceptions:
            typer.echo(f"roust: {one}", err=True)
        raise typer.Exit(1) from None
    except asyncio.CancelledError:
        raise typer.Exit(130) from None


async def _until_stopped(main: Main) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(main(stop))

    def told() -> None:
        if stop.is_set():
            running.cancel()
            return
        if sys.stderr.isatty():
            typer.echo("\nStopping; once more to cut it short.", err=True)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    await running
