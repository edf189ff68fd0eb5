"""on-call, shifts: who is on call, and when."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
