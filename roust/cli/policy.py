"""check, policies: what the configuration says."""

import typer


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
