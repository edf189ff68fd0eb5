"""override add, list, remove, export: who is on call instead, for a while; over HTTP."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from roust.cli.http import DEFAULT_URL, UsageTrouble, trouble_told
from roust.cli.moments import now
from roust.cli.on_call import ZoneOption, asking, path_of
from roust.cli.responder import AsJson, By, UrlOption, as_responder
from roust.cli.terminal import console, plain, plain_json, show

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from roust.domain.overrides import Override

Schedule = Annotated[str, typer.Argument(help="The schedule's name.", metavar="SCHEDULE")]
KINDS = ("cover", "replace", "add", "remove")
_A_TIME = "2026-12-24T09:00 by the schedule's clock, or with an offset; a date is its midnight."
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    commands = typer.Typer(no_args_is_help=True, help="Who is on call instead, for a while.", rich_markup_mode=None)
    commands.command("add")(add)
    commands.command("list")(list_overrides)
    commands.command("remove")(remove)
    commands.command("export")(export)
    app.add_typer(commands, name="override")


def add(
    schedule: Schedule,
    user: Annotated[str, typer.Option("--user", metavar="USER", help="Who comes on call (remove: who is off).")],
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=_A_TIME)],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="The same.")],
    kind: Annotated[
        str, typer.Option("--kind", help="cover: the whole schedule; replace; add: as well; remove: off.")
    ] = "cover",
    replaces: Annotated[str | None, typer.Option("--replaces", metavar="USER", help="Of a replace: whom.")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Pages and calendars say it.")] = "",
    by: By = None,
    zone: ZoneOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Put somebody on call, or off, for a while. In force for the next step that begins, within a second."""
    said = {"kind": kind, "user": user, "from": _midnight(start), "to": _midnight(end), "reason": reason}
    given = {name: value for name, value in {"replaces": replaces, "by": by}.items() if value is not None}
    with asking(url, zone) as (api, reader):
        if kind not in KINDS:
            raise UsageTrouble(f"--kind: must be one of {', '.join(KINDS)} (got {plain(kind[:40])!r})")
        reply = api.post(f"{path_of(schedule)}/overrides", said | given)
        typer.echo(plain_json(reply.text) if as_json else _line(reply.body, reader))


def list_overrides(
    schedule: Schedule,
    everything: Annotated[bool, typer.Option("--all", help="Those too that are over, for 30 days.")] = False,
    zone: ZoneOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """The overrides of a schedule, made day to day and planned in the file, with who made them and why."""
    with asking(url, zone) as (api, reader):
        reply = api.get(f"{path_of(schedule)}/overrides")
    if as_json:
        typer.echo(plain_json(reply.text))
        return
    from roust.cli.weeks import override_told

    told = [override_told(each) for each in (*reply.body["overrides"], *reply.body["planned"])]
    shown = [each for each in told if everything or each.end("UTC") > now()]
    if not shown:
        typer.echo("no overrides")
        return
    _table(sorted(shown, key=lambda each: each.start("UTC")), reader)


def remove(
    schedule: Schedule,
    override: Annotated[str, typer.Argument(metavar="ID", help="As `roust override list` shows it.")],
    by: By = None,
    zone: ZoneOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Remove an override. One that has begun ends now; one planned in the file is removed there."""
    from urllib.parse import quote

    with asking(url, zone) as (api, reader):
        reply = api.delete(f"{path_of(schedule)}/overrides/{quote(override, safe='')}", by=by)
        typer.echo(plain_json(reply.text) if as_json else f"removed: {_line(reply.body, reader)}")


def export(schedule: Schedule, url: UrlOption = DEFAULT_URL) -> None:
    """Print the overrides made day to day that are not over, as YAML to paste into the file."""
    from roust.cli.weeks import override_told

    with asking(url, None) as (api, _):
        body = api.get(f"{path_of(schedule)}/overrides").body
    kept = [each for each in map(override_told, body["overrides"]) if each.end("UTC") > now()]
    if not kept:
        typer.echo(f"no overrides of {plain(schedule)} made day to day", err=True)
        return
    typer.echo(f"# For schedules.{plain(schedule)}; then `roust override remove` those that were made day to day.")
    typer.echo("overrides:")
    for each in kept:
        typer.echo(f"  - {_yaml(each, body['time_zone'])}  # {each.id}, by {plain(each.made_by)}")


def overrides_told(url: str, schedules: Iterable[str]) -> "dict[str, list[Override]]":
    """Those made day to day, by schedule; what goes wrong is one line on stderr and the exit code."""
    from roust.cli.weeks import override_told

    with trouble_told(), as_responder(url) as api:
        bodies = {name: api.get(f"{path_of(name)}/overrides").body for name in schedules}
    return {name: [override_told(each) for each in body["overrides"]] for name, body in bodies.items()}


def _midnight(text: str) -> str:
    return f"{text}T00:00" if _DATE.fullmatch(text) else text


def _line(body: dict[str, Any], zone: "ZoneInfo") -> str:
    from roust.cli.on_call_sheet import clock
    from roust.cli.weeks import override_told

    it = override_told(body)
    span = f"from {clock(it.start('UTC'), zone)} to {clock(it.end('UTC'), zone)}, {zone.key}"
    return f"{plain(it.deed)} {span} ({it.id})"


def _table(overrides: "list[Override]", zone: "ZoneInfo") -> None:
    from rich.text import Text

    from roust.cli.on_call_sheet import clock, table_of

    table = table_of("ID", "WHO", "FROM", "TO", "MADE BY", "REASON")
    for each in overrides:
        span = [clock(each.start("UTC"), zone), clock(each.end("UTC"), zone)]
        made_by = each.made_by if each.id else "the file"
        cells = [each.id or "-", each.deed, *span, made_by, each.reason]
        table.add_row(*(Text(plain(cell)) for cell in cells), style="bold" if each.in_force(now(), "UTC") else "")
    out = console()
    show(out, table)
    show(out, Text(f"Times in {zone.key}; in bold: in force now.", style="dim"))


def _yaml(override: "Override", zone: str) -> str:
    """A line of `overrides`, its times by the schedule's clock."""
    import yaml

    from roust.domain.zones import local_time

    parts = {
        "kind": override.kind.value,
        "user": override.user,
        "replaces": override.replaces,
        "from": local_time(override.start("UTC"), zone),
        "to": local_time(override.end("UTC"), zone),
        # What looks like a reference to the environment is none.
        "reason": override.reason.replace("${", "$${"),
    }
    given = {name: value for name, value in parts.items() if value}
    return yaml.safe_dump(
        given, default_flow_style=True, sort_keys=False, allow_unicode=override.reason.isprintable(), width=10**6
    ).strip()
