"""`roust`: the command line; each command's module registers itself."""

import os
import sys

import typer

from roust.cli import maintenance, on_call, override, policy, rehearse, report, responder, route, run, verbs

app = typer.Typer(no_args_is_help=True, add_completion=True, rich_markup_mode=None, pretty_exceptions_enable=False)
policy.register(app)
on_call.register(app)
override.register(app)
rehearse.register(app)
responder.register(app)
verbs.register(app)
maintenance.register(app)
report.register(app)
route.register(app)
run.register(app)


def main() -> None:
    """The entry point of the `roust` script."""
    try:
        app()
    except SystemExit as end:
        if "temporalio" not in sys.modules:
            raise
        # Temporal's native threads now and then abort an interpreter that is shutting down (SIGABRT
        # instead of our exit code), when all has been said and done: the process ends without that.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))
