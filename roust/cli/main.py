"""`roust`: the command line; each command's module registers itself."""

import typer

from roust.cli import on_call, policy, responder, run

app = typer.Typer(no_args_is_help=True, add_completion=True, rich_markup_mode=None, pretty_exceptions_enable=False)
policy.register(app)
on_call.register(app)
responder.register(app)
run.register(app)


def main() -> None:
    """The entry point of the `roust` script."""
    app()
