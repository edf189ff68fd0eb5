"""demo, up, api, worker: the processes."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from roust.runtime.settings import TEMPORAL_PORT, UI_PORT, Settings

Config = Annotated[
    Path | None, typer.Option("--config", help="The configuration: a file or a folder. [ROUST_CONFIG, roust.yaml]")
]
Host = Annotated[str | None, typer.Option(help="Where the API listens. [ROUST_HOST, 127.0.0.1]")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The API's port; 0 is any free one. [ROUST_PORT, 8420]")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(demo)
    app.command()(up)
    app.command()(api)
    app.command()(worker)


def demo() -> None:
    """The whole thing on this machine in half a minute: alerts, pages, an acknowledge, an alert left to exhaust."""
    from roust.cli.demo.main import main
    from roust.cli.process import run

    run(Settings(log_level="error"), main)


def up(
    config: Config = None,
    host: Host = None,
    port: Port = None,
    temporal_port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any free one.")] = TEMPORAL_PORT,
    ui_port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any free one.")] = UI_PORT,
    state: Annotated[Path | None, typer.Option(help="Where alerts are kept. [ROUST_STATE, .roust]")] = None,
) -> None:
    """Embedded Temporal, worker and API until Ctrl-C; open alerts are kept and climb on at the next start."""
    from roust.cli import serving
    from roust.cli.process import run

    settings = _settings(config=config, host=host, port=port, state=state)

    def ready(addresses: serving.Addresses) -> None:
        typer.echo(
            f"Roust is up; Ctrl-C stops it. Alerts are kept in {settings.state} and climb on at the next start.\n"
            f"  API          {addresses.api}\n"
            f"  Temporal UI  {addresses.ui}\n"
            f"  Temporal     {addresses.temporal}"
        )

    run(settings, lambda stop: serving.up(settings, temporal_port, ui_port, ready, stop))


def api(config: Config = None, host: Host = None, port: Port = None) -> None:
    """The API alone; finds Temporal by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and Temporal's profiles."""
    from roust.cli import serving
    from roust.cli.process import run

    settings = _settings(config=config, host=host, port=port)
    run(settings, lambda stop: serving.api(settings, stop))


def worker(
    config: Config = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="For /metrics and /healthz. [ROUST_METRICS_PORT, any free one]")
    ] = None,
) -> None:
    """The worker alone; finds Temporal by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and Temporal's profiles."""
    from roust.cli import serving
    from roust.cli.process import run

    settings = _settings(config=config, metrics_port=metrics_port)
    run(settings, lambda stop: serving.worker(settings, stop))


def _settings(**flags: Any) -> Settings:
    """The environment's settings, with the flags that were given in their place."""
    from roust.domain.errors import RoustError

    try:
        standing = Settings.from_environment()
    except RoustError as error:
        typer.echo(f"roust: {error}", err=True)
        raise typer.Exit(2) from None
    return replace(standing, **{name: value for name, value in flags.items() if value is not None})
