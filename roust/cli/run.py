"""demo, up, api, worker: the processes."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
