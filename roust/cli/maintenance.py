"""maintenance add, list, end: what starts meanwhile is held; over HTTP, as an editor."""

import re
from typing import Annotated, Any

import typer

from roust.cli.http import DEFAULT_URL, UsageTrouble, trouble_told
from roust.cli.moments import instant, local
from roust.cli.responder import AsJson, By, UrlOption, as_responder
from roust.cli.terminal import console, plain, plain_json, show

_ID = re.compile(r"[0-9a-f]{1,64}")


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Hold the alerts that start while you work.")
    group.command("add")(add)
    group.command("list")(list_)
    group.command("end")(end)
    app.add_typer(group, name="maintenance")


def add(
    service: Annotated[list[str] | None, typer.Option(help="Repeatable. None given: all services.")] = None,
    match: Annotated[
        list[str] | None, typer.Option(metavar="MATCHER", help="Only alerts whose labels fit; repeatable.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="2026-12-01T22:00Z. Default: now.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="TIME", help="The same; or --for.")] = None,
    length: Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="30m, 2h, 1d; or --to.")] = None,
    every: Annotated[str | None, typer.Option(help="It recurs: 1d, 1w, 1mo.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="None begins at or after this.")] = None,
    time_zone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of times without an offset.")] = None,
    reason: Annotated[str, typer.Option(help="What the held alerts say.")] = "",
    by: By = None,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Begin or plan maintenance. What climbs already goes on."""
    with trouble_told():
        if (to is None) == (length is None):
            raise UsageTrouble("say how long: --for 2h, or --to with a time")
        body = {
            "services": service,
            "match": match,
            "from": begin,
            "to": to,
            "for": length,
            "every": every,
            "until": until,
            "time_zone": time_zone,
            "reason": reason,
            "by": by,
        }
        with as_responder(url) as api:
            reply = api.post("/v1/maintenance", {name: value for name, value in body.items() if value})
    if as_json:
        typer.echo(plain_json(reply.text))
        return
    one = reply.body
    typer.echo(plain(f"maintenance {one['id']}: {_where(one)}, {_when(one)}"))


def list_(
    over: Annotated[bool, typer.Option("--over", help="What is over, too; kept for 30 days.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """What is planned in the file, and what was made day to day."""
    from rich.table import Table
    from rich.text import Text

    with trouble_told(), as_responder(url) as api:
        reply = api.get("/v1/maintenance", over="true" if over else None)
    if as_json:
        typer.echo(plain_json(reply.text))
        return
    entries = reply.body["maintenance"]
    if not entries:
        typer.echo("no maintenance")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("ID", "STATE", "WHAT", "WHEN", "BY", "REASON"):
        table.add_column(name, overflow="fold")
    for one in entries:
        by = str(one["made_by"] or "the file") + (f", ended by {one['ended_by']}" if one["ended_by"] else "")
        cells = (one["id"] or "-", one["state"], _where(one), _when(one), by, one["reason"])
        table.add_row(*(Text(plain(str(cell))) for cell in cells))
    show(console(), table)


def end(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `roust maintenance list` shows it.")],
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """It is over now: what it held, and nothing else holds, climbs."""
    with trouble_told():
        if not _ID.fullmatch(id_):
            raise UsageTrouble(f"{id_!r} is no id of maintenance; `roust maintenance list` shows them")
        with as_responder(url) as api:
            released = api.delete(f"/v1/maintenance/{id_}", by=by).body["released"]
    count = f"{released} held alert{'s' * (released != 1)} climb{'s' * (released == 1)} now"
    typer.echo(f"ended; {count}" if released else "ended")


def _where(one: dict[str, Any]) -> str:
    where = ", ".join(one["services"]) if one["services"] else "all services"
    return where + (f" ({', '.join(one['match'])})" if one["match"] else "")


def _when(one: dict[str, Any]) -> str:
    again = f", every {one['every']}" if one["every"] else ""
    if one["next"] is None:
        return f"{one['from']} to {one['to']}{again}"
    return f"{local(instant(one['next']['from']))} to {local(instant(one['next']['to']))}{again}"
