"""report: was it worth it? Pages, nights, time to acknowledge, and what nobody ever acted upon."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from roust.cli.http import DEFAULT_URL, UsageTrouble, trouble_told
from roust.cli.moments import instant, local, span
from roust.cli.responder import AsJson, UrlOption, as_responder
from roust.cli.terminal import console, plain, plain_json, show

if TYPE_CHECKING:
    from rich.table import Table

MOST_NOISE = 20
"""Lines; --json has more."""

_LEGEND = (
    "NIGHT: 22:00 to 07:00 where the person lives. ACK: from the first page; the middle one, and nine in ten.",
    "HEALED: paged, and over by itself. UNTOUCHED: paged, and nobody ever did anything (the healed among them).",
)


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command("report")(report)


def report(
    since: Annotated[str, typer.Option(metavar="LENGTH", help="How far back: 24h, 7d, 4w.")] = "7d",
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Was it worth it? Of the alerts that closed since: who was paged, how often at night, and for what."""
    from roust.domain.duration import parse_duration

    with trouble_told():
        try:
            parse_duration(since)
        except ValueError as wrong:
            raise UsageTrouble(f"--since: {wrong}") from None
        with as_responder(url) as api:
            reply = api.get("/v1/report", since=since)
    if as_json:
        typer.echo(plain_json(reply.text))
        return
    told = reply.body
    for line in _head(told, since):
        typer.echo(plain(line))
    if not told["services"]:
        return
    out = console()
    for table in (_services(told["services"]), _people(told["people"])):
        typer.echo()
        show(out, table)
    typer.echo()
    for line in _LEGEND:
        typer.echo(line)
    noise = told["noise"]
    if not noise:
        typer.echo("\nNo alert paged people without anybody ever acting upon it.")
        return
    typer.echo("\nNobody ever acted upon these. Delete them, or make them worth a page:\n")
    show(out, _noise(noise[:MOST_NOISE]))
    if len(noise) > MOST_NOISE:
        typer.echo(f"and {len(noise) - MOST_NOISE} more; --json has them")


def _head(told: dict[str, Any], since: str) -> list[str]:
    alerts, quiet = told["alerts"], sum(one["quiet"] for one in told["services"])
    begin, end = local(instant(told["since"])), local(instant(told["until"]))
    lines = [f"{since}, {begin} to {end}: {_count(alerts, 'alert')} closed, {quiet} of them paged nobody."]
    if told["open"]:
        lines.append(f"{_count(told['open'], 'alert')} still open: not counted before they are over.")
    if told["untold"]:
        lines.append(f"{told['untold']} ended in Temporal without a last word: only counted.")
    if told["cut"]:
        lines.append("There were more: these are the newest.")
    kept = told["kept_days"]
    length = (instant(told["until"]) - instant(told["since"])).total_seconds() / 86_400
    if kept is None:
        lines.append("The server did not say how long it keeps closed alerts: older ones are not in this.")
    elif length > kept:
        lines.append(f"The server keeps closed alerts for {kept:g} days: what is older is NOT in this report.")
    else:
        lines.append(f"The server keeps closed alerts for {kept:g} days.")
    return lines


def _services(lines: list[dict[str, Any]]) -> "Table":
    table = _table("SERVICE", "ALERTS", "PAGES", "NIGHT", "ACK", "ACK P90", "EXHAUSTED", "HEALED", "UNTOUCHED")
    for one in lines:
        counts = [one["alerts"], one["pages"], one["nights"], *_times(one)]
        table.add_row(plain(one["service"]), *_cells([*counts, one["exhausted"], one["healed"], one["untouched"]]))
    return table


def _people(lines: list[dict[str, Any]]) -> "Table":
    table = _table("PERSON", "PAGES", "NIGHT", "ACKNOWLEDGED", "ACK", "ACK P90")
    for one in lines:
        table.add_row(plain(one["user"]), *_cells([one["pages"], one["nights"], one["acknowledged"], *_times(one)]))
    return table


def _noise(lines: list[dict[str, Any]]) -> "Table":
    table = _table("TIMES", "PAGES", "NIGHT", right=3)
    table.add_column("SERVICE", no_wrap=True)
    table.add_column("ALERT", overflow="fold")
    for one in lines:
        counts = _cells([one["alerts"], one["pages"], one["nights"]])
        table.add_row(*counts, plain(one["service"]), plain(one["summary"]))
    return table


def _table(*names: str, right: int = 0) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if right or place else "left", no_wrap=True)
    return table


def _times(one: dict[str, Any]) -> list[str]:
    seconds = (one["to_acknowledge_median"], one["to_acknowledge_p90"])
    return ["-" if each is None else span(timedelta(seconds=each)) for each in seconds]


def _cells(values: list[int | str]) -> list[str]:
    """Nothing is a dash: what is there catches the eye."""
    return [str(value) if value else "-" for value in values]


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
