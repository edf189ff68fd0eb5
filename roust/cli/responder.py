"""trigger, ack, resolve, alerts, show: over HTTP, as a responder."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
